"""The kinds of values that bodies and parameters are made of: strict, bounded, and showable on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import Header, Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from complaints.people.people_concerned import MOST_PEOPLE
from forms.characters import UNUSABLE, as_line, as_stored
from forms.money import known_currencies, money_faults

MOST_VALUES, DEEPEST = 20_000, 20
"""Of a JSON object that a form or a draft sends."""
LARGEST = 2**53
"""Of a number in JSON: what every client can hold exactly."""


def _showable(text: str) -> str:
    kept = as_stored(text)
    if UNUSABLE.search(kept):
        raise PydanticCustomError("unshowable", "The text holds characters that no page can show.")
    return kept


def _required(text: str) -> str:
    if not text:
        raise PydanticCustomError("required", "Something has to be written here.")
    return text


def _absent(text: str | None) -> str | None:
    return text or None


def _address(text: str) -> str:
    if text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise PydanticCustomError("email", "This is no e-mail address.")
    return text


def _written(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("not-instant", "Give an instant as ISO 8601 text with its offset.")
    return value


Line = Annotated[str, Field(max_length=200), AfterValidator(_showable), AfterValidator(as_line)]
"""One line of text, up to 200 characters; may be empty."""
Name = Annotated[Line, AfterValidator(_required)]
"""One line that has to be there."""
MaybeLine = Annotated[Line | None, AfterValidator(_absent)]
Words = Annotated[str, Field(max_length=10_000), AfterValidator(_showable)]
"""A text of up to 10 000 characters; may be empty."""
Text = Annotated[Words, AfterValidator(_required)]
MaybeWords = Annotated[
    Annotated[str, Field(max_length=2000), AfterValidator(_showable)] | None, AfterValidator(_absent)
]
Reason = Annotated[Annotated[str, Field(max_length=2000), AfterValidator(_showable)], AfterValidator(_required)]
Email = Annotated[Annotated[Line, AfterValidator(_address)] | None, AfterValidator(_absent)]
People = Annotated[int, Field(strict=True, ge=1, le=MOST_PEOPLE)]
"""How many people a complaint is about."""
Days = Annotated[int, Field(strict=True, ge=1, le=10_000)]
"""By how much a clock is extended: working days, or minutes."""
Rating = Annotated[int, Field(strict=True, ge=1, le=5)]
Flag = Annotated[bool, Field(strict=True)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
"""A word of the machine: a channel, a category, a clock."""

Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,79}$", description="As lists and answers give it.")]
Cursor = Annotated[
    str | None, Query(max_length=1024, pattern=r"^[A-Za-z0-9_-]*$", description="`next` of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=200, description="Entries on a page.")]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag that you have seen.", examples=['"r7-f2"'])
]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="The ETag that you have already.")]
Status = Annotated[
    Literal["registered", "in_progress", "resolved", "closed"] | None, Query(description="How far it has come.")
]
Impact = Annotated[Literal["general", "important", "major"] | None, Query(description="How grave it is.")]
Priority = Annotated[Literal["routine", "high", "urgent"] | None, Query(description="How fast it has to go.")]
Team = Annotated[str | None, Query(max_length=80, description="A team by its key; 422 lists them.")]
Person = Annotated[str | None, Query(max_length=80, description="A colleague by id, as `GET /api/people` lists them.")]
Search = Annotated[
    Annotated[str, AfterValidator(_showable)] | None,
    Query(max_length=200, description="Words in number, subject, text or name; every one must occur."),
]


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    for count, (path, each) in enumerate(_parts(value, ())):
        if len(path) > DEEPEST or count > MOST_VALUES:
            raise PydanticCustomError("too-complex", "The data holds too many values, or too deep ones.")
        if isinstance(each, str) and any("\ud800" <= c <= "\udfff" or c == "\x00" for c in each):
            raise PydanticCustomError(
                "unshowable", "The text holds characters that no page can show.", {"path": list(path)}
            )
        if isinstance(each, int | float) and not -LARGEST <= each <= LARGEST:
            limits = {"least": -LARGEST, "most": LARGEST}
            raise PydanticCustomError(
                "out-of-range", "The number is too small or too large.", {"path": list(path), "values": limits}
            )
    return value


def _parts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every key and value with the way to it; a key, which may be unfit itself, with that of its object."""
    yield path, value
    if len(path) > DEEPEST:
        return
    if isinstance(value, dict):
        for key in value:
            yield path, key
    for place, each in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from _parts(each, (*path, place))


Data = Annotated[dict[str, Any], AfterValidator(_plain)]
"""A JSON object that a form or the case's facts will look at more closely."""


class Body(BaseModel):
    """A body: nothing that is not asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def example(**values: Any) -> ConfigDict:
    """Return what a body has as its `model_config`, to show an example that works when it is sent."""
    return ConfigDict(json_schema_extra={"examples": [values]})


class MoneyBody(Body):
    """An amount of money."""

    amount: str = Field(description="Decimal number as text, not negative.", examples=["10000.01"], max_length=20)
    currency: str = Field(description="ISO 4217.", examples=["CNY"], max_length=3)


def _money(value: MoneyBody) -> MoneyBody:
    for part, code, _ in money_faults(value.model_dump(), known_currencies()):
        raise PydanticCustomError(code.replace("_", "-"), "The {part} does not fit.", {"part": part})
    return value


Money = Annotated[MoneyBody, AfterValidator(_money)]
