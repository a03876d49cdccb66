"""Steps that are done several times: for a list or a number, at once or one by one, and repeated on a condition."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import StepFailed
from tests.engine.conftest import StartCase
from tests.support.diagrams import again, diagram, one_by_one, parallel
from tests.support.stock import Stock

Marker = Callable[..., str]
LIST = {"items": "names", "item": "who", "into": "answers", "output": "answer"}
ONE_STEP = "s=start -> first=user -> each=user -> after=user -> e=end"


def asked(case: object) -> list[str]:
    """Who is asked, in the open tasks of `each`."""
    return sorted(t.context["who"] for t in case.result.tasks)  # type: ignore[attr-defined]


def test_several_people_are_asked_at_once_and_every_answer_is_kept(begin: StartCase) -> None:
    files = diagram(main=ONE_STEP, repeat={"each": parallel(**LIST)})
    case = begin(files).do("first", names=["Li", "Kim", "Ann"])
    assert case.open == ["each"] * 3
    assert asked(case) == ["Ann", "Kim", "Li"]
    case.do("each", at=2, answer="c").do("each", at=0, answer="a").do("each", answer="b")
    assert case.open == ["after"]
    assert sorted(case.task("after").context["answers"]) == ["a", "b", "c"]
    assert case.do("after").ended


def test_a_completion_condition_takes_the_other_tasks_away(begin: StartCase) -> None:
    files = diagram(main=ONE_STEP, repeat={"each": parallel(**LIST, until='answer == "yes"')})
    case = begin(files).do("first", names=["Li", "Kim", "Ann"]).do("each", answer="no").do("each", answer="yes")
    assert case.open == ["after"]
    assert case.last("cancelled") == ["each"]
    assert case.task("after").context["answers"] == ["no", "yes"]


def test_one_after_the_other_is_asked_in_the_order_of_the_list(begin: StartCase) -> None:
    files = diagram(main=ONE_STEP, repeat={"each": one_by_one(**LIST, until='answer == "yes"')})
    case = begin(files).do("first", names=["Li", "Kim", "Ann"])
    assert asked(case) == ["Li"]
    case.do("each", answer="no")
    assert asked(case) == ["Kim"]
    assert case.do("each", answer="yes").open == ["after"]
    assert case.task("after").context["answers"] == ["no", "yes"]


@pytest.mark.parametrize("marker", [parallel, one_by_one])
def test_an_empty_list_is_passed_over(begin: StartCase, marker: Marker) -> None:
    files = diagram(main=ONE_STEP, repeat={"each": marker(**LIST)})
    assert begin(files).do("first", names=[]).open == ["after"]


def test_a_number_says_how_often(begin: StartCase) -> None:
    files = diagram(main=ONE_STEP, repeat={"each": parallel(count="n")})
    case = begin(files).do("first", n=2)
    assert case.do("each").open == ["each"]
    assert case.do("each").open == ["after"]


def test_a_step_is_repeated_while_its_condition_holds_and_at_most_so_often(begin: StartCase) -> None:
    files = diagram(main=ONE_STEP, repeat={"each": again(while_="more", at_most=3)})
    case = begin(files).do("first", more=True).do("each", more=True)
    assert case.open == ["each"]
    assert case.do("each", more=False).open == ["after"]
    case = begin(files).do("first", more=True)
    for _ in range(3):
        assert case.open == ["each"]
        case.do("each", more=True)
    assert case.open == ["after"]


@pytest.mark.parametrize("marker", [one_by_one(count="2"), again(at_most=2)])
def test_a_later_round_replaces_what_an_earlier_one_said(begin: StartCase, marker: str) -> None:
    files = diagram(main=ONE_STEP, repeat={"each": marker})
    case = begin(files).do("first", names=["x"], who={"x": 1}, old=["x"]).do("each", names=["a", "b", "c"], old=["a"])
    assert case.task("each").context == {"names": ["a", "b", "c"], "who": {"x": 1}, "old": ["a"]}
    case.do("each", names=["d"], who={"y": None}, old=None)
    assert case.task("after").context == {"names": ["d"], "who": {"y": None}, "old": None}
    case = begin(files).do("first", n=1).do("each", n=2).do("each", n=1)
    assert case.task("after").context == {"n": 1}


def test_who_said_nothing_of_a_name_does_not_undo_what_another_said(begin: StartCase) -> None:
    files = diagram(main=ONE_STEP, repeat={"each": parallel(count="2")})
    case = begin(files).do("first", n=1, names=["a", "b"]).do("each", n=2, names=["c"]).do("each", other=True)
    assert case.task("after").context == {"n": 2, "names": ["c"], "other": True}


def test_the_library_does_not_keep_what_a_later_round_said() -> None:
    stock = Stock(diagram(main=ONE_STEP, repeat={"each": again(at_most=2)})).do("first", names=["x"])
    assert stock.do("each", names=["a", "b"]).do("each", names=["d"]).data("after")["names"] != ["d"]


SEVERAL_PROCESSES = {
    "main": """
        s=start -> first=user -> each=sub inner -> after=user -> e=end
        stop=on each message stop -> stopped=user -> e2=end
    """,
    "inner": "is_=start -> i=user -> k=user -> ie=end",
}


@pytest.mark.parametrize("marker", [parallel(count="3"), one_by_one(count="3"), again(at_most=3)])
def test_a_repeated_subprocess_can_be_interrupted_and_the_case_goes_on(begin: StartCase, marker: str) -> None:
    files = diagram(main=SEVERAL_PROCESSES["main"], inner=SEVERAL_PROCESSES["inner"], repeat={"each": marker})
    case = begin(files).do("first").do("i")
    assert "k" in case.open
    case.send("stop")
    assert case.open == ["stopped"]
    assert case.result.waits_for == ()
    assert case.do("stopped").ended


@pytest.mark.parametrize("marker", [parallel(count="3"), one_by_one(count="3"), again(at_most=3)])
def test_a_repeated_called_process_can_be_interrupted_and_the_case_goes_on(begin: StartCase, marker: str) -> None:
    main = SEVERAL_PROCESSES["main"].replace("sub inner", "call inner")
    files = diagram(main=main, inner=SEVERAL_PROCESSES["inner"], repeat={"each": marker})
    case = begin(files).do("first").do("i").send("stop")
    assert case.open == ["stopped"]
    assert case.do("stopped").ended


def test_the_library_cannot_go_on_after_a_repeated_subprocess_was_interrupted() -> None:
    stock = (
        Stock(
            diagram(
                main=SEVERAL_PROCESSES["main"], inner=SEVERAL_PROCESSES["inner"], repeat={"each": parallel(count="3")}
            )
        )
        .do("first")
        .do("i")
    )
    with pytest.raises(Exception, match="was not found"):
        stock.send("stop").do("stopped")


@pytest.mark.parametrize("marker", [parallel(count="2"), one_by_one(count="2"), again(at_most=2)])
@pytest.mark.parametrize("kind", ["sub", "call"])
def test_a_repeated_subprocess_completes_wherever_it_is_loaded(begin: StartCase, marker: str, kind: str) -> None:
    files = diagram(
        main=f"s=start -> first=user -> each={kind} inner -> after=user -> e=end",
        inner="is_=start -> i=user -> ie=end",
        repeat={"each": marker},
    )
    case = begin(files).do("first")
    for _ in range(2):
        assert "i" in case.open
        case.do("i")
    assert case.open == ["after"]
    assert case.do("after").ended


def test_a_timer_on_a_repeated_task_belongs_to_all_of_it(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> each=user -> e=end
            late=on each timer PT1H -> told=user -> e2=end
        """,
        repeat={"each": parallel(count="2")},
    )
    case = begin(files).do("each")
    assert case.due == [("late", 60.0)]
    assert case.task("each").due_at == case.due_items[0].due_at
    assert case.until(60).open == ["told"]


def test_a_list_that_is_none_is_a_failure_that_names_its_step(begin: StartCase) -> None:
    case = begin(diagram(main=ONE_STEP, repeat={"each": parallel(**LIST)}))
    with pytest.raises(StepFailed) as failed:
        case.do("first", names=None)
    assert failed.value.details["element"] in ("first", "each")
    assert case.do("first", names=["Li"]).open == ["each"]


def test_inner_repetition_inside_outer_repetition_keeps_apart(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> outer=sub inside -> after=user -> e=end",
        inside="os=start -> i=user -> oe=end",
        repeat={"outer": parallel(count="2"), "i": parallel(count="2")},
    )
    case = begin(files)
    for left in (4, 3, 2, 1):
        assert case.open == ["i"] * left
        case.do("i", at=left // 2)
    assert case.open == ["after"]


@pytest.mark.parametrize("marker", [parallel, one_by_one])
def test_a_number_beyond_all_bounds_is_a_failure_and_not_a_full_memory(begin: StartCase, marker: Marker) -> None:
    case = begin(diagram(main="s=start -> first=user -> t=script z = 1 -> e=end", repeat={"t": marker(count="n")}))
    with pytest.raises(StepFailed):
        case.do("first", n=10**9)
    assert case.do("first", n=3).ended


@pytest.mark.parametrize("marker", [parallel, one_by_one])
def test_a_list_that_is_collected_in_place_stays_as_it_was_for_the_branch_beside_it(
    begin: StartCase, marker: Marker
) -> None:
    files = diagram(
        main="s=start -> i=script xs = [1, 2] -> f=and -> a=user -> j=and -> z=user -> e=end\n"
        "f -> b=user -> t=script total = sum(xs) -> j",
        repeat={"a": marker(items="xs", item="it", into="xs", output="o")},
    )
    case = begin(files).do("a", o=10).do("b").do("a", o=1)
    assert case.task("z").context["total"] == 3
    assert case.task("z").context["xs"] == [10, 1]
