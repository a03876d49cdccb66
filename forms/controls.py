"""What stands on the page of a form before it is HTML: texts picked, ids given, every fault at its control."""

from __future__ import annotations

from dataclasses import dataclass

from forms.languages import Text


@dataclass(frozen=True)
class Candidate:
    """One person or file of the case that may be chosen in a field of widget `people` or `file-ref`."""

    value: str
    """The id that is stored."""
    label: str
    """The name, in the language of the page."""


@dataclass(frozen=True)
class Choice:
    """One box, button or list entry."""

    id: str
    value: str
    label: Text
    checked: bool


@dataclass(frozen=True)
class Control:
    """One question on the page: what a widget's template needs, and nothing to decide."""

    id: str
    """Unique on the page."""
    name: str
    """Name in the posted form: `actions.0.title`."""
    widget: str
    """The template that draws it, in `templates/widgets/`."""
    label: Text
    help: Text
    hints: tuple[str, ...] = ()
    """What the machinery adds to the help: the time zone, when the field matters, how rows are removed."""
    errors: tuple[str, ...] = ()
    required: bool = False
    lang: str | None = None
    """BCP 47 tag of what is written here where it differs from the language of the page (WCAG 2.2, 3.1.2)."""
    value: str = ""
    before: str = ""
    """The stored instant behind a local time."""
    input_type: str = "text"
    input_mode: str = ""
    autocomplete: str = ""
    max_length: int | None = None
    choices: tuple[Choice, ...] = ()
    values: tuple[str, ...] = ()
    """The texts of a list of references that are typed in."""
    amount: str = ""
    amount_wrong: bool = False
    currency_wrong: bool = False
    children: tuple[Control, ...] = ()
    """The fields of a group; the rows of a repeating group, each a group itself."""
    shown_if: str = ""
    """JSON for the script that hides the field: `{"field": name, "in": [values]}`."""

    @property
    def described_by(self) -> str:
        """Return the ids of help and errors, for aria-describedby."""
        parts = []
        if self.help or self.hints:
            parts.append(f"{self.id}--help")
        if self.errors:
            parts.append(f"{self.id}--error")
        return " ".join(parts)

    @property
    def focus_id(self) -> str:
        """Return the id of the first element that takes the focus: where the summary of errors leads."""
        if self.children:
            return self.children[0].focus_id
        if self.widget == "money":
            return f"{self.id}--currency" if self.currency_wrong and not self.amount_wrong else f"{self.id}--amount"
        if self.widget in ("radio", "checkboxes"):
            return self.choices[0].id if self.choices else self.id
        return f"{self.id}--0" if self.widget == "references" else self.id


@dataclass(frozen=True)
class SummaryLine:
    """One line of the summary of errors."""

    href: str
    """Id of the control, or `` where no control is to blame."""
    text: str


@dataclass(frozen=True)
class Section:
    """A heading with the fields under it, or one field alone (no title)."""

    id: str
    title: Text
    help: Text
    controls: tuple[Control, ...]


@dataclass(frozen=True)
class FactLine:
    """A fact of the case above the form."""

    label: Text
    value: str


@dataclass(frozen=True)
class ScriptPart:
    """One part of the words to be said."""

    name: str
    text: Text
