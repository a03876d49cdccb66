"""The two files of a form: how they are called, and what the form is called after them."""

from __future__ import annotations

SCHEMA_SUFFIX = ".schema.json"
UI_SUFFIX = ".ui.json"


def form_called(schema_file: str) -> str:
    """Return the name of the form whose schema is in a file: `verify` of `verify.schema.json`."""
    return schema_file.removesuffix(SCHEMA_SUFFIX)
