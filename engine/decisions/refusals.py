"""Why a decision was not taken: every failure at run time and every text that is not FEEL."""

from __future__ import annotations

from typing import Any

from engine.errors import Refusal, StepFailed


class DecisionFailed(StepFailed):
    """A decision could not be taken; nothing was changed."""

    code = "decision-failed"


class NoRuleMatched(DecisionFailed):
    """No rule of the decision table matches, and the table has no default."""

    code = "no-rule-matched"


class RulesConflict(DecisionFailed):
    """Several rules match where the hit policy allows only one answer."""

    code = "rules-conflict"


class UnfitValue(DecisionFailed):
    """A fact or an output is not of the type or not among the values that the decision declares."""

    code = "unfit-value"


class TooMuchWork(DecisionFailed):
    """Evaluating the decision would take more steps or memory than a decision may."""

    code = "decision-too-large"


class NotFeel(Refusal):
    """The text is not a FEEL expression that is supported here."""

    code = "not-feel"

    def __init__(self, message: str, *, advice: str = "", position: int | None = None, **details: Any) -> None:
        self.advice = advice or "See docs/process-owner/decision-tables.md for what a cell may hold."
        """What to write instead, one sentence."""
        self.position = position
        """0-based offset in the text, or None where the text as a whole is meant."""
        super().__init__(message, **details)
