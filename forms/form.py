"""A form as the rest of the package sees it: questions in their order, with what is asked, how, and of whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from jsonschema.protocols import Validator

from forms.kinds import Kind
from forms.languages import Labels

Audience = Literal["public", "internal"]


@dataclass(frozen=True)
class Option:
    """One answer of a choice."""

    value: str
    """As stored and as an HTML form sends it; `true` and `false` for a yes/no question."""
    labels: Labels


@dataclass(frozen=True)
class ShowIf:
    """A field matters only while another field beside it has one of these answers."""

    field: str
    values: tuple[str | bool, ...]


@dataclass(frozen=True)
class Field:
    """One question."""

    name: str
    kind: Kind
    widget: str
    label: Labels
    help: Labels
    required: bool
    """Always required, whatever else is answered; conditions of the schema may require more."""
    options: tuple[Option, ...]
    children: tuple[Field, ...]
    """The fields of a group, or of each row."""
    show_if: ShowIf | None
    audience: Audience
    autocomplete: str | None
    row_label: Labels
    script: Mapping[str, Labels]
    """The four parts of a text to be read out, for the widget `script`; else empty."""
    currencies: tuple[str, ...]
    max_length: int | None
    """In characters, for what is typed in; else None."""
    max_items: int | None
    """For rows and several answers; else None."""

    @property
    def multiline(self) -> bool:
        """Say whether line breaks belong to the answer."""
        return self.kind == "string" and self.widget in ("textarea", "script", "readonly")


@dataclass(frozen=True)
class Group:
    """Some fields of the form under one heading."""

    id: str
    title: Labels
    help: Labels
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Shown:
    """A fact of the case to be shown above the form, never to be changed in it."""

    fact: str
    label: Labels
    options: tuple[Option, ...]


@dataclass(frozen=True, eq=False)
class Form:
    """A published form. Compared by identity; `digest` tells versions apart."""

    process: str
    name: str
    title: Labels
    description: Labels
    layout: tuple[Field | Group, ...]
    """Fields and groups in the order of the page."""
    shows: tuple[Shown, ...]
    script: Mapping[str, Labels]
    """The four parts of a text to be read out before the form is filled in; or empty."""
    schema: Mapping[str, Any]
    """The JSON Schema as written by the process owner."""
    ui: Mapping[str, Any]
    """The UI schema as written by the process owner."""
    digest: str
    """SHA-256 of both files, in hexadecimal figures."""
    validator: Validator = field(repr=False)
    """Compiled once, safe for threads; used by forms.validate only."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the fields at the top of the form, in their order, whether grouped or not."""
        return tuple(_top(self.layout))


def _top(layout: tuple[Field | Group, ...]) -> Iterator[Field]:
    for item in layout:
        if isinstance(item, Group):
            yield from item.fields
        else:
            yield item
