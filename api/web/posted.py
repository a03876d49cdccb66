"""A posted form as it arrived: names and values in their order, and files."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import UploadFile

from forms.characters import is_blank

MOST_FIELDS = 2000
"""More than the largest form has (200 fields, some with a hundred rows) and far fewer than what would hurt."""


@dataclass(frozen=True)
class Posted:
    """What a form has sent."""

    pairs: tuple[tuple[str, str], ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return the last value under a name, `` where there is none or it shows nothing."""
        value = next((value for key, value in reversed(self.pairs) if key == name), "")
        return "" if is_blank(value) else value

    def secret(self, name: str) -> str:
        """Return the last value under a name as it was typed, blanks and all."""
        return next((value for key, value in reversed(self.pairs) if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return every value under a name that is not blank, in order."""
        return [value for key, value in self.pairs if key == name and not is_blank(value)]

    def number(self, name: str) -> int | None:
        """Return a whole number, None where none was typed."""
        typed = self.text(name).strip()
        return int(typed) if typed.isdecimal() and len(typed) < 10 else None

    def typed(self) -> dict[str, str]:
        """Return what was typed, for showing it again; the token of the page is left out."""
        return {name: value for name, value in self.pairs if not name.startswith("_")}


async def posted(request: Request) -> Posted:
    """Return the posted form of a request. Raises HTTPException (400) for what is no form."""
    pairs: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = await value.read()
            else:
                pairs.append((name, value))
    return Posted(tuple(pairs), files)
