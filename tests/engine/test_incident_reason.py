"""What an operator reads of a failure: which table, which expression, which kind; no text of the complaint."""

from __future__ import annotations

import pytest

from engine.errors import Refusal, StepFailed
from engine.expressions.language import compile_expression
from engine.unforeseen import reason_for_operators

SAID = 'My child said: "I was hit"'


def test_the_texts_that_a_table_was_asked_with_are_left_out_and_the_numbers_stay() -> None:
    shown = '"My child said: \\"I was hit\\""'
    failed = StepFailed(
        f"No rule of the decision 'Decide' matches, and it has no default: people = 5, words = {shown}.",
        inputs={"people": "5", "words": shown},
    )
    assert reason_for_operators(failed) == (
        "No rule of the decision 'Decide' matches, and it has no default: people = 5, words = \"…\"."
    )
    failed = StepFailed(f"The input 'words' is {shown}, which is not among its declared values.", value=shown)
    assert reason_for_operators(failed) == "The input 'words' is \"…\", which is not among its declared values."


@pytest.mark.parametrize("text", [SAID, "it's so", 'it\'s "so"', "", "plain"])
def test_what_an_expression_stumbled_over_is_left_out(text: str) -> None:
    reason = f"invalid literal for int() with base 10: {text!r}"
    failed = StepFailed(f"int(words) > 1: {reason}.", expression="int(words) > 1", reason=reason)
    assert reason_for_operators(failed) == "int(words) > 1: invalid literal for int() with base 10: '…'."


def test_of_what_nobody_foresaw_the_kind_is_told() -> None:
    with pytest.raises(StepFailed) as failed:
        raise StepFailed(f"The step look failed: {SAID}") from ValueError(SAID)
    assert reason_for_operators(failed.value) == "The step look failed: ValueError"


def test_a_name_that_is_missing_is_named() -> None:
    with pytest.raises(Refusal) as refusal:
        compile_expression("outcom").evaluate({}, {})
    assert reason_for_operators(refusal.value) == "outcom: the name outcom has no value in this case."
