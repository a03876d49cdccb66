"""How the code of a fault is written in every answer: one spelling for one fault, whichever floor found it.

The validation of requests, the forms and the commands each have names of their own; they meet here. The list for
clients is in docs/integrator/api.md.
"""

from __future__ import annotations

from collections.abc import Mapping

OF_LIBRARY: Mapping[str, str] = {
    "missing": "required",
    "extra_forbidden": "unknown-field",
    "literal_error": "unknown",
    "enum": "unknown",
    "greater_than_equal": "out-of-range",
    "less_than_equal": "out-of-range",
    "greater_than": "out-of-range",
    "less_than": "out-of-range",
    "string_too_long": "too-long",
    "string_too_short": "too-short",
    "too_long": "too-many",
    "too_short": "too-few",
    "string_type": "not-string",
    "int_type": "not-integer",
    "int_parsing": "not-integer",
    "int_from_float": "not-integer",
    "int_parsing_size": "out-of-range",
    "float_type": "not-number",
    "float_parsing": "not-number",
    "bool_type": "not-boolean",
    "bool_parsing": "not-boolean",
    "list_type": "not-list",
    "dict_type": "not-object",
    "model_attributes_type": "not-object",
    "model_type": "not-object",
    "string_pattern_mismatch": "malformed",
    "string_unicode": "unshowable",
    "datetime_type": "not-instant",
    "datetime_parsing": "not-instant",
    "datetime_from_date_parsing": "not-instant",
    "datetime_object_invalid": "not-instant",
}
"""What the library calls a fault of a request -> our code; another name stays, with hyphens."""

OF_HOUSE: Mapping[str, str] = {
    "type_text": "not-string",
    "type_integer": "not-integer",
    "type_number": "not-number",
    "type_boolean": "not-boolean",
    "type_list": "not-list",
    "type_object": "not-object",
    "choice": "unknown",
    "const": "not-possible",
    "pattern": "malformed",
    "format_date": "not-date",
    "format_date_time": "not-instant",
    "format_email": "email",
    "format_uri": "not-address",
    "minimum": "out-of-range",
    "maximum": "out-of-range",
    "exclusive_minimum": "out-of-range",
    "exclusive_maximum": "out-of-range",
    "number_size": "out-of-range",
    "multiple_of": "not-multiple",
    "min_items": "too-few",
    "max_items": "too-many",
    "unique_items": "not-unique",
    "unfilled_blank": "unfinished",
    "control_character": "unshowable",
    "surrogate": "unshowable",
    "not_json": "malformed",
    "too_large": "too-complex",
    "too_deep": "too-complex",
    "not-amount": "money-amount",
}
"""What forms and facts call a fault -> our code; another name stays, with hyphens."""


def of_library(kind: str) -> str:
    """Return the code for a fault that the validation of a request has found."""
    return OF_LIBRARY.get(kind, _plain(kind))


def of_house(code: str) -> str:
    """Return the code for a fault that a form, a command or a query has found. Repeating is safe."""
    return OF_HOUSE.get(code, _plain(code))


def _plain(name: str) -> str:
    return name.replace("_", "-")
