"""Texts that a person reads out or sends: four parts, with blanks such as {learner_name} that facts fill."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from forms.languages import Labels, pick
from forms.ui_shape import SCRIPT_PARTS

_BLANK = re.compile(r"\{([a-z][a-z0-9_.]{0,127})\}")
_UNFILLED = re.compile(r"\{\{[^{}\n]{1,200}\}\}|｛[^｛｝\n]{1,200}｝")
"""Blanks as other programs and input methods write them. 【 】 are brackets as others are."""


def has_blanks(text: str) -> bool:
    """Say whether a blank is still to be filled in: {name}, {{ name }} or ｛name｝."""
    return _BLANK.search(text) is not None or _UNFILLED.search(text) is not None


def filled(text: str, facts: Mapping[str, Any]) -> str:
    """Return the text with the blanks filled that are facts of the case (texts, whole numbers); others stay."""

    def fact(found: re.Match[str]) -> str:
        value = facts.get(found.group(1))
        return (
            str(value)
            if isinstance(value, str | int) and not isinstance(value, bool) and value != ""
            else found.group()
        )

    return _BLANK.sub(fact, text)


def script_text(script: Mapping[str, Labels], language: str, facts: Mapping[str, Any]) -> str:
    """Return the whole text in one language, a paragraph a part, in the order feeling, fact, next step, time."""
    parts = (filled(pick(script[part], language), facts).strip() for part in SCRIPT_PARTS if part in script)
    return "\n\n".join(part for part in parts if part)
