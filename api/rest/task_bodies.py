"""What clients send about tasks, and what they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AliasChoices, Field

from api.rest.types import Body, Code, Data, Line, Reason, example
from queries.inbox import TaskItem


class DataBody(Body):
    """A form filled in."""

    model_config = example(
        data={"acknowledgement_text": "Thank you for telling us. I look after this until it is solved."}
    )

    data: Data = Field(description="By the form's JSON Schema.")


class DraftBody(Body):
    """A form half filled in; null throws the draft away."""

    model_config = example(data={"acknowledgement_text": "Thank you for"})

    data: Data | None


class AssignBody(Body):
    """Who is to do it, and why."""

    model_config = example(to="wang.fang", reason="Li Na is away today.")

    to: Code = Field(description="The person's id.")
    reason: Annotated[Reason, Field(validation_alias=AliasChoices("reason", "why"))]


class SendBackBody(Body):
    """Why a step is taken back; a supervisor has to say so."""

    model_config = example(reason="The wrong outcome was ticked.")

    reason: Line = ""


@dataclass(frozen=True)
class TaskAnswer:
    """A task after a change, and what the reader may do next in the same case."""

    task: TaskItem
    next: TaskItem | None
    """The most urgent open task of the same case that is the reader's to do."""


@dataclass(frozen=True)
class DraftAnswer:
    """A draft that is kept."""

    task: str
    version: int
