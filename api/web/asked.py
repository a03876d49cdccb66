"""What the address of a list asks for that the list does not know: said on the page, never passed over in silence."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeVar

from api.web.visit import Visit
from storage.errors import BadCursor

ALWAYS = frozenset({"cursor", "done"})
"""Parameters of every list."""
LONGEST = 60
"""Characters of what is told back."""
Page = TypeVar("Page")


@dataclass
class Asked:
    """The parameters of one visit, and what is said about those that mean nothing here."""

    here: Visit
    remarks: list[str] = field(default_factory=list)
    """Sentences in the visitor's language."""
    behind: bool = False
    """Whether a page behind the first was asked for, and given."""

    def known(self, *names: str) -> None:
        """Remark on every parameter that the list does not have."""
        for name in dict.fromkeys(self.here.request.query_params.keys()):
            if name not in ALWAYS and name not in names:
                self.say("This list knows no “%(what)s”; that part of the address was left out.", what=_short(name))

    def one_of(self, value: str, values: Collection[str], otherwise: str = "") -> str:
        """Return the value where it is one of those that can be chosen, else `otherwise`, with a remark."""
        if value in values or value == otherwise:
            return value
        self.say("“%(what)s” cannot be chosen here; that part of the address was left out.", what=_short(value))
        return otherwise

    def page(self, read: Callable[[str | None], Page], cursor: str | None) -> Page:
        """Return the page behind the cursor; the first one, with a remark, where the cursor is not of this list."""
        try:
            found = read(cursor or None)
            self.behind = bool(cursor)
            return found
        except BadCursor:
            self.say("The link to more entries is not valid any more: this is the beginning of the list.")
            return read(None)

    def say(self, message: str, **values: str) -> None:
        """Add a remark, a text of the catalogue."""
        self.remarks.append(self.here.say(message, **values))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
