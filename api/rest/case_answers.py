"""What routes about complaints answer with, beside the shapes of the queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class FiledAnswer:
    """A complaint that was taken in. The tracking code is shown now and never again."""

    id: str
    number: str
    tracking_code: str
    acknowledge_by: datetime | None
    explanation: str


@dataclass(frozen=True)
class FactsAnswer:
    """The facts as they are now."""

    version: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class AddedAnswer:
    """Who was added to the list."""

    people: int
    """How many the case is about now."""
    added: list[str]
    """Ids of those who are new."""
    ids: list[str]
    """One for each person given, new or known."""


@dataclass(frozen=True)
class PeopleAnswer:
    """How many people the case is about."""

    people: int


@dataclass(frozen=True)
class MessageAnswer:
    """A letter on record."""

    message: str | None
    delivered: str | None = None
    """The message of the diagram that it became, where somebody waited for it."""


@dataclass(frozen=True)
class ContinuedAnswer:
    """A letter that went to the case that continues the one it was written to; its tracking code is known already."""

    message: str | None
    delivered: str | None
    id: str
    number: str


@dataclass(frozen=True)
class RespondentAnswer:
    """A respondent on record."""

    respondent: str


@dataclass(frozen=True)
class NoteAnswer:
    """A note on record."""

    note: str


@dataclass(frozen=True)
class HandOverAnswer:
    """An offer on record."""

    hand_over: str


@dataclass(frozen=True)
class ProcessAnswer:
    """The process a case runs on now."""

    process: dict[str, Any]


@dataclass(frozen=True)
class CountAnswer:
    """What is left to do of this kind before the case can be closed."""

    left: int


@dataclass(frozen=True)
class PromiseAnswer:
    """A promise that was kept."""

    late: bool


@dataclass(frozen=True)
class StandAnswer:
    """How the case stands after the change."""

    id: str
    status: str
    case_owner: str | None
