"""Why something failed, in words for operators, who see no text of a complaint: names, numbers and kinds stay."""

from __future__ import annotations

import re
from typing import Any, Final

from engine.errors import Refusal

HIDDEN: Final = "…"
"""Stands for a text of the case."""
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def reason_for_operators(refusal: Refusal) -> str:
    """Return the message of a failure without the texts that it quotes from the case.

    Those are the texts that a decision table was asked with, what an expression looked up, and the words of an
    exception that nobody foresaw: of it the kind is told.
    """
    message, cause, details = refusal.message, refusal.__cause__, refusal.details
    if cause is not None and not isinstance(cause, Refusal) and str(cause):
        message = message.replace(str(cause), type(cause).__name__)
    inputs = details.get("inputs")
    shown: list[Any] = [details.get("value"), *(inputs.values() if isinstance(inputs, dict) else ())]
    for text in shown:
        if isinstance(text, str) and _QUOTED.match(text):
            message = message.replace(text, f'"{HIDDEN}"')
    looked_up = details.get("reason")
    if "expression" in details and isinstance(looked_up, str):
        message = message.replace(looked_up, _QUOTED.sub(f"'{HIDDEN}'", looked_up))
    return message
