"""Decision tables: reads DMN files, checks them before publication, and decides (DMN 1.3 and its FEEL).

Everything is pure: no clock, no network, no code of the file is run. Cells are FEEL; what a cell may hold is written
down in docs/process-owner/decision-tables.md.
"""

from __future__ import annotations

from engine.decisions.model import (
    Allowed,
    Decision,
    Input,
    MatchedRule,
    Outcome,
    Output,
    ParsedDecisions,
    Rule,
    Type,
)
from engine.decisions.names import check_names
from engine.decisions.reader import parse_decisions
from engine.decisions.refusals import (
    DecisionFailed,
    NoRuleMatched,
    NotFeel,
    RulesConflict,
    TooMuchWork,
    UnfitValue,
)
from engine.decisions.temporal import Months

__all__ = [
    "Allowed",
    "Decision",
    "DecisionFailed",
    "Input",
    "MatchedRule",
    "Months",
    "NoRuleMatched",
    "NotFeel",
    "Outcome",
    "Output",
    "ParsedDecisions",
    "Rule",
    "RulesConflict",
    "TooMuchWork",
    "Type",
    "UnfitValue",
    "check_names",
    "parse_decisions",
]
