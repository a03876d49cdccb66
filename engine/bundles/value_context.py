"""What is known of the words that facts and answers can be: from `process.toml` and from the forms of a bundle."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from typing import Any

from engine.bundles.bundle import Files
from engine.model.config import FactSpec, ProcessConfig
from forms.file_names import SCHEMA_SUFFIX
from forms.inline import BadReference, inline
from forms.kinds import kind_of


def fact_words(config: ProcessConfig) -> dict[str, frozenset[str]]:
    """Return the facts that are one of a few texts -> those that they are before tables, forms and steps write them.

    They are those with `values`, and those that a table decides again whenever facts change: whatever a case brought
    along is overwritten as it opens. All others may be written by the house.
    """
    decided = {name for use in config.tables if use.rerun for name in use.writes}
    return {
        name: frozenset({"", *spec.values, *_default(spec)})
        for name, spec in config.facts.items()
        if spec.type == "string" and (spec.values or (name in decided and not spec.changeable))
    }


def _default(spec: FactSpec) -> tuple[str, ...]:
    return (spec.default,) if isinstance(spec.default, str) else ()


def fact_writers(config: ProcessConfig) -> dict[str, list[str]]:
    """Return the facts that tables write -> the decisions that do."""
    found: dict[str, list[str]] = {}
    for use in config.tables:
        for name in use.writes:
            found.setdefault(name, []).append(use.decision)
    return found


def options(files: Files) -> dict[str, Mapping[str, Collection[str]]]:
    """Return the files of forms, as diagrams name them -> their fields that offer a choice, with the answers.

    Never raises for what the files hold: what is wrong with a form is told by its own checks.
    """
    return {
        PurePosixPath(path).name: _choices(data)
        for path, data in files.items()
        if path.startswith("forms/") and path.endswith(SCHEMA_SUFFIX)
    }


def _choices(schema: bytes) -> dict[str, Collection[str]]:
    try:
        fields: Any = inline(json.loads(schema))["properties"]
        return {name: found for name, field in fields.items() if (found := _answers(field)) is not None}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadReference):
        return {}


def _answers(field: Any) -> tuple[str, ...] | None:
    kind = kind_of(field)
    listed = field["enum"] if kind == "choice" else field["items"]["enum"] if kind == "choices" else None
    return tuple(listed) if isinstance(listed, list) and all(isinstance(each, str) for each in listed) else None
