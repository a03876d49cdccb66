"""What is wrong with one answer: where, which kind of fault, and the figures for a sentence about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FieldProblem:
    """One fault. `forms.messages.message_for` says it in words."""

    pointer: str
    """JSON pointer (RFC 6901) into the answer; empty for the answer as a whole."""
    code: str
    """Stable, in snake case; one of `forms.messages.MESSAGES`."""
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """JSON scalars that the sentence names: limits, a currency."""
