"""A form that is filled in again says all there is to say: what it leaves out now is gone, not what it was before."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine.errors import Unfit
from tests.engine.conftest import StartCase
from tests.support.configs import config, facts
from tests.support.diagrams import diagram

REWORK = "s=start -> m=xor -> plan=user -> decide=user -> x=xor -[again]-> m\nx -*-> done=user -> e=end"
ASKED = {"remedy", "refunds", "note"}


def test_what_the_second_round_leaves_out_is_gone(begin: StartCase) -> None:
    case = begin(diagram(main=REWORK)).fill("plan", ASKED, remedy="words", refunds=[1, 2], note="first")
    case.do("decide", again=True).fill("plan", ASKED, remedy="other words")
    assert case.task("decide").context == {"remedy": "other words", "again": True}


def test_what_a_form_does_not_ask_stays(begin: StartCase) -> None:
    case = begin(diagram(main=REWORK)).fill("plan", ASKED, remedy="words").do("decide", again=False, reasons="good")
    assert case.task("done").context == {"remedy": "words", "again": False, "reasons": "good"}


def test_what_is_left_out_inside_a_subprocess_is_gone_behind_it(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> m=xor -> p=sub inner -> decide=user -> x=xor -[again]-> m\nx -*-> e=end",
        inner="i=start -> plan=user -> o=end",
    )
    case = begin(files).fill("plan", ASKED, remedy="words", refunds=[1]).do("decide", again=True)
    assert case.fill("plan", ASKED, remedy="words").task("decide").context == {"remedy": "words", "again": True}


@pytest.mark.parametrize("order", list(permutations(["a", "b", "c"])))
def test_a_branch_that_leaves_something_out_takes_it_from_what_the_join_puts_together(
    begin: StartCase, order: tuple[str, ...]
) -> None:
    files = diagram(
        main="""
        s=start -> first=user -> fork=and -> a=user -> join=and -> after=user -> e=end
        fork -> b=user -> join
        fork -> c=user -> join
        """
    )
    case = begin(files).do("first", note="old", other="kept")
    for element in order:
        case.fill(element, {"note"} if element == "b" else set())
    assert case.task("after").context == {"other": "kept"}


def test_a_requirement_does_not_see_the_answer_of_an_earlier_round(begin: StartCase) -> None:
    files = diagram(main=REWORK, properties={"plan": {"requires": 'remedy == "words" or note == "why"'}})
    case = begin(files, form_fields=frozenset(ASKED)).fill("plan", ASKED, remedy="words", note="why")
    case.do("decide", again=True)
    with pytest.raises(Unfit):
        case.fill("plan", ASKED, remedy="nothing")
    assert case.fill("plan", ASKED, note="why").open == ["decide"]


def test_a_fact_that_a_form_leaves_out_stays_what_it_is(begin: StartCase) -> None:
    files = diagram(main=REWORK, properties={"plan": {"facts": "people"}})
    case = begin(files, config=config(facts=facts(people="integer"))).fill("plan", {"people", "note"}, people=4)
    case.do("decide", again=True).fill("plan", {"people", "note"}, note="same people")
    assert case.result.facts["people"] == 4
