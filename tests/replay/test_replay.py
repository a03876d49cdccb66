"""A slice of the replay: as many of the real texts as there are plans, with the server killed on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.plans import CLOSING, EVERY, LEFT_OPEN, plan_for
from tests.replay.session import Options, play
from tests.support.shared import shared_data

SLICE = len(CLOSING) + 2


def test_every_plan_is_used_by_the_full_replay() -> None:
    used = {plan_for(index).name for index in range(684 + 275 + 503)}
    assert used == {plan.name for plan in (*CLOSING, *LEFT_OPEN)}
    assert {plan.closure for plan in CLOSING} == {
        "satisfied", "no_answer", "not_satisfied", "settled", "unfounded", "out_of_scope", "duplicate", "withdrawn",
    }  # fmt: skip
    assert [plan_for(number * EVERY + EVERY - 1).closure for number in range(3)] == [None, None, None]


@pytest.mark.usefixtures("tmp_path")
def test_a_slice_of_the_replay_loses_and_doubles_nothing_while_the_server_is_killed(tmp_path: Path) -> None:
    shared_data("cn-petitions-replied")
    said: list[str] = []
    outcome = play(tmp_path, Options(cases=SLICE, clients=4, kills=2), say=said.append)
    assert outcome.wrong == [], "\n".join(said)
    assert outcome.counted["kills"] == 2
    assert all(case.done for case in outcome.cases)
    assert {plan.name for plan in CLOSING} == {case.plan.name for case in outcome.cases if case.plan.closure}
