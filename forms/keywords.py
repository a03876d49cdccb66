"""JSON Schema as forms read it: jsonschema's validator with exact names in its errors, exact money, shortcuts.

What decides is always jsonschema. A part of a schema may carry a shortcut (`Part.holds`) that knows, without building
an error, that an answer is in order; whatever it does not vouch for goes the long way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from forms.formats import FORMATS
from forms.money import money_faults
from forms.pattern import LimitedPattern

MAX_INTEGER = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 8259, section 6)."""
MAX_NUMBER = 1e15


class Part(dict[str, Any]):
    """A schema that may know a shortcut: `holds(value)` is True only where jsonschema would find no fault."""

    holds: Callable[[Any], bool] | None = None


class Unfit(ValidationError):
    """A fault with our own code and values instead of a sentence in English."""

    def __init__(self, code: str, values: dict[str, Any] | None = None, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(code, path=path)
        self.code = code
        self.values = values or {}


Faults = Iterator[ValidationError]


def _properties(validator: Any, properties: dict[str, Any], value: Any, schema: Any) -> Faults:
    if not isinstance(value, dict):
        return
    for name, part in properties.items():
        if name in value:
            if part is False:
                # jsonschema's own `descend` names no place for a forbidden field.
                yield Unfit("not_allowed", path=(name,))
                continue
            holds = getattr(part, "holds", None)
            if holds is None or not holds(value[name]):
                yield from validator.descend(value[name], part, path=name, schema_path=name)


def _required(validator: Any, names: list[str], value: Any, schema: Any) -> Faults:
    if isinstance(value, dict):
        for name in names:
            if name not in value:
                yield Unfit("required", path=(name,))


def _dependent_required(validator: Any, needs: dict[str, list[str]], value: Any, schema: Any) -> Faults:
    if isinstance(value, dict):
        for name, needed in needs.items():
            if name in value:
                yield from _required(validator, needed, value, schema)


def _additional(validator: Any, allowed: Any, value: Any, schema: dict[str, Any]) -> Faults:
    if allowed is False and isinstance(value, dict):
        known = schema.get("properties", {})
        for name in value:
            if name not in known:
                yield Unfit("unknown_field", path=(name,))


def _format(validator: Any, name: str, value: Any, schema: Any) -> Faults:
    test = FORMATS.get(name)
    if test is not None and isinstance(value, str) and not test(value):
        yield Unfit("format_" + name.replace("-", "_"))


def _pattern(validator: Any, pattern: LimitedPattern, value: Any, schema: Any) -> Faults:
    if isinstance(value, str) and not pattern.fits(value):
        yield Unfit("pattern")


def _money(validator: Any, currencies: tuple[str, ...], value: Any, schema: Any) -> Faults:
    for part, code, values in money_faults(value, currencies):
        yield Unfit(code, values, path=(part,) if part else ())


MONEY = "x-money"
"""The keyword that a money field is compiled to; its value is the tuple of permitted currencies."""


def _is_integer(_checker: Any, value: Any) -> bool:
    return type(value) is int and abs(value) <= MAX_INTEGER


def _is_number(_checker: Any, value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) <= MAX_NUMBER


@lru_cache
def validator_class() -> type[Validator]:
    """Return the validator of Draft 2020-12 with the keywords above."""
    types = Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_integer, "number": _is_number})
    keywords = {
        "properties": _properties,
        "required": _required,
        "dependentRequired": _dependent_required,
        "additionalProperties": _additional,
        "format": _format,
        "pattern": _pattern,
        MONEY: _money,
    }
    extended: type[Validator] = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, validators=keywords, type_checker=types
    )
    return extended
