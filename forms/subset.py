"""Checks a schema against the part of JSON Schema 2020-12 that forms can ask, render and decode."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from jsonschema import Draft202012Validator

from forms.conditions import check_conditions, check_pattern
from forms.inline import BadReference, inline
from forms.kinds import KEYWORDS, kind_of
from forms.money import known_currencies
from forms.pointer import pointer, token
from forms.problem import Report

FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
MAX_FIELDS = 200
MAX_OPTIONS = 500
MAX_DEPTH = 3
"""How deep groups may be nested, the form itself included."""

_LOWER_UPPER = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minimum", "maximum"))


def check_schema(source: dict[str, Any], report: Report) -> dict[str, Any] | None:
    """Record what is wrong with a schema; return it with its references written out, or None if that is impossible."""
    for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(source):
        report.add("schema-invalid", pointer(error.absolute_path), f"{_short(error.message)}.")
    if report.has_errors:
        return None
    try:
        schema = inline(source)
    except BadReference as error:
        report.add(error.code, error.pointer, error.message)
        return None
    if kind_of(schema) != "group":
        report.add("schema-type", "", 'A form is an object: it begins with "type": "object".')
        return None
    checker = _Checker(report)
    checker.check_object(schema, "", depth=1, in_rows=False)
    if checker.fields > MAX_FIELDS:
        report.add("schema-too-large", "", f"The form has {checker.fields} fields; {MAX_FIELDS} are allowed.")
    return schema


def _short(message: str) -> str:
    return message if len(message) <= 200 else message[:197] + "..."


class _Checker:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.fields = 0

    def check_object(self, schema: dict[str, Any], place: str, *, depth: int, in_rows: bool) -> None:
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            self.report.add("open-object", place, "The object accepts names that no field has.")
        if depth > MAX_DEPTH:
            self.report.add("schema-too-large", place, f"Groups are nested deeper than {MAX_DEPTH}.")
            return
        for name in schema.get("required", []):
            if name not in properties:
                self.report.add("required-unknown", f"{place}/required", f'"{name}" is required, but is no field.')
        for name, field in properties.items():
            here = f"{place}/properties/{token(name)}"
            self.fields += 1
            if not FIELD_NAME.fullmatch(name):
                self.report.add("field-name", here, f"{name!r} cannot be the name of a field.")
            self._check_field(field, here, depth=depth, in_rows=in_rows)
        self._check_keywords(schema, "group", place)
        check_conditions(schema, properties, place, self.report)

    def _check_keywords(self, schema: dict[str, Any], kind: Any, place: str) -> None:
        for key in schema:
            if key not in KEYWORDS[kind]:
                self.report.add(
                    "schema-keyword",
                    f"{place}/{token(key)}",
                    f'"{key}" is not supported on a field of this kind ({kind}).',
                )

    def _check_field(self, schema: Any, place: str, *, depth: int, in_rows: bool) -> None:
        kind = kind_of(schema)
        if kind is None:
            self.report.add("schema-type", place, "The type of this field is missing or not supported.")
            return
        if kind == "group":
            self.check_object(schema, place, depth=depth + 1, in_rows=in_rows)
            return
        self._check_keywords(schema, kind, place)
        self._check_limits(schema, place)
        if kind == "money":
            self._check_money(schema, place)
        elif kind == "choice":
            self._check_options(schema["enum"], f"{place}/enum")
        elif kind == "rows":
            if in_rows:
                self.report.add("rows-in-rows", place, "A repeating group stands inside another one.")
                return
            self.check_object(schema["items"], f"{place}/items", depth=depth + 1, in_rows=True)
        elif kind in ("choices", "references"):
            self._check_field(schema["items"], f"{place}/items", depth=depth, in_rows=in_rows)
        elif kind == "string" and "pattern" in schema:
            check_pattern(schema["pattern"], schema.get("maxLength"), f"{place}/pattern", self.report)

    def _check_limits(self, schema: dict[str, Any], place: str) -> None:
        for lower, upper in _LOWER_UPPER:
            if schema.get(lower, 0) > schema.get(upper, float("inf")):
                self.report.add("limits-contradict", f"{place}/{lower}", f"{lower} is larger than {upper}.")

    def _check_options(self, options: list[Any], place: str) -> None:
        if not options or len(options) > MAX_OPTIONS:
            self.report.add(
                "schema-too-large", place, f"There are {len(options)} answers; 1 to {MAX_OPTIONS} are allowed."
            )
        for index, option in enumerate(options):
            if not isinstance(option, str):
                self.report.add("schema-type", f"{place}/{index}", f"The answer {option!r} is not a text.")
            elif not option or option != unicodedata.normalize("NFC", option).strip() or not option.isprintable():
                self.report.add("option-unclean", f"{place}/{index}", f"The answer {option!r} would never be met.")
        if len(set(map(str, options))) != len(options):
            self.report.add("schema-invalid", place, "An answer stands in the list twice.")

    def _check_money(self, schema: dict[str, Any], place: str) -> None:
        parts = schema.get("properties", {})
        currency = parts.get("currency")
        fits = (
            set(parts) == {"amount", "currency"}
            and parts["amount"] == {"type": "string"}
            and isinstance(currency, dict)
            and set(currency) == {"type", "enum"}
            and currency["type"] == "string"
            and sorted(schema.get("required", [])) == ["amount", "currency"]
            and schema.get("additionalProperties") is False
        )
        if not fits:
            self.report.add("money-shape", place, "An amount of money has exactly the parts amount and currency.")
            return
        for index, code in enumerate(currency["enum"]):
            if not isinstance(code, str) or code not in known_currencies():
                self.report.add(
                    "currency-unknown", f"{place}/properties/currency/enum/{index}", f"{code!r} is no currency."
                )
