"""Messages: caught, kept until somebody waits, thrown by the diagram itself, and by changes of facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from SpiffWorkflow.exceptions import WorkflowException

from engine.errors import Conflict, StepFailed
from engine.model.operation import Operation
from tests.engine.conftest import StartCase
from tests.support.configs import clock, config, fact, facts, rung, throw
from tests.support.diagrams import diagram
from tests.support.stock import Stock

WAITING = diagram(main="s=start -> a=user -> w=catch message answer -> b=user -> e=end", variables={"answer": "said"})


def test_a_message_releases_who_waits_for_it_and_brings_its_text(begin: StartCase) -> None:
    case = begin(WAITING).do("a")
    assert (case.open, case.result.waits_for) == ([], ("answer",))
    case.send("answer", said="yes", note="unread")
    assert (case.open, case.task("b").context) == (["b"], {"said": "yes"})
    assert case.result.waits_for == ()


def test_a_payload_without_the_variables_name_is_taken_whole(begin: StartCase) -> None:
    assert begin(WAITING).do("a").send("answer", text="hello").task("b").context == {"said": {"text": "hello"}}


def test_a_message_that_comes_early_is_kept_until_somebody_waits(begin: StartCase) -> None:
    case = begin(WAITING).send("answer", said="early")
    assert (case.open, case.last("message")) == (["a"], ["answer"])
    case.do("a")
    assert (case.open, case.task("b").context) == (["b"], {"said": "early"})


def test_a_message_that_is_not_to_be_kept_is_dropped_where_nobody_waits(begin: StartCase) -> None:
    case = begin(WAITING).send("answer", kept=False, said="early")
    assert case.do("a").open == []


def test_the_library_raises_where_nobody_waits() -> None:
    with pytest.raises(WorkflowException):
        Stock(WAITING).send("answer")


def test_kept_messages_are_taken_one_by_one_in_the_order_in_which_they_came(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> a=user -> v=catch message m -> b=user -> w=catch message m -> c=user -> e=end",
        variables={"m": "n"},
    )
    case = begin(files).send("m", n=1).send("m", n=2).do("a")
    assert (case.open, case.task("b").context) == (["b"], {"n": 1})
    assert case.do("b").task("c").context == {"n": 2}


def test_any_number_of_kept_messages_is_taken_by_a_path_beside_a_step(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> b=user -> e=end
        m=beside b message note -> t=service file -> e2=end
    """
    )
    case = begin(files, operations={"file": Operation("file")})
    for _ in range(120):
        case.send("note")
    case.do("a")
    assert sum(e.operation == "file" for e in case.result.effects) == 120


BESIDE = diagram(
    main="""
        s=start -> a=user -> e=end
        m=beside a message note -> t=script t1 = 1 -> e2=end
    """
)


def test_a_path_beside_a_step_is_taken_for_every_message(begin: StartCase) -> None:
    case = begin(BESIDE)
    for _ in range(3):
        case.send("note")
        assert (case.last("completed"), case.open) == (["m", "t", "e2"], ["a"])
    assert case.do("a").ended


def test_the_library_is_deaf_after_the_first_message_beside_a_step() -> None:
    stock = Stock(BESIDE).send("note")
    with pytest.raises(WorkflowException):
        stock.send("note")


def test_a_message_that_interrupts_takes_the_task_away(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> e=end
        m=on a message stop -> b=user -> e2=end
    """
    )
    case = begin(files).send("stop")
    assert (case.open, case.last("cancelled")) == (["b"], ["a"])
    case = begin(files).do("a")
    assert case.ended


def test_a_message_after_the_end_is_refused(begin: StartCase) -> None:
    case = begin(WAITING).do("a").send("answer").do("b")
    assert case.ended
    with pytest.raises(Conflict):
        case.send("answer")


def test_the_diagram_can_send_a_message_to_itself(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> fork=and -> w=catch message done -> j=and -> c=user -> e=end
            fork -> a=user -> t=throw message done -> j
        """,
        payloads={"done": '"by hand"'},
        variables={"done": "how"},
    )
    case = begin(files)
    assert (case.open, case.result.waits_for) == (["a"], ("done",))
    assert case.do("a").open == ["c"]


def test_a_message_thrown_before_anybody_waits_is_kept(begin: StartCase) -> None:
    files = diagram(main="s=start -> t=throw message done -> a=user -> w=catch message done -> b=user -> e=end")
    assert begin(files).do("a").open == ["b"]


ASKED_LATE = diagram(
    main="""
        s=start -> a=user -> r=service set_status status="resolved" -> b=user -> x=xor
        x -*-> asked=xor -> w=catch message satisfaction -> d=user -> e=end
        x -[again]-> back=service set_status status="in_progress" -> c=user
        c -> out=service set_status status="resolved" -> asked
    """,
    variables={"satisfaction": "satisfied"},
)
ANSWERS = replace(config(), messages={"satisfaction": ("satisfaction", "late_message"), "text": ("answer",)})


def test_an_answer_about_a_result_that_is_no_longer_one_is_forgotten(begin: StartCase) -> None:
    case = begin(ASKED_LATE, config=ANSWERS).do("a").send("satisfaction", satisfied=False).send("answer", text="kept")
    case.do("b", again=True)
    assert [e.detail for e in case.result.events if e.kind == "message"] == [{"dropped": True}]
    case.do("c")
    assert (case.open, case.result.waits_for) == ([], ("satisfaction",))
    assert case.send("satisfaction", satisfied=True).task("d").context["satisfied"] is True


def test_an_answer_about_the_result_that_stands_is_kept_until_somebody_asks(begin: StartCase) -> None:
    case = begin(ASKED_LATE, config=ANSWERS).do("a").send("satisfaction", satisfied=False).do("b", again=False)
    assert case.task("d").context["satisfied"] is False


def test_a_receive_task_waits_and_a_send_task_sends(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=send ping -> b=receive ping -> c=receive pong -> d=user -> e=end")
    case = begin(files)
    assert case.result.waits_for == ("pong",)
    assert case.send("pong").open == ["d"]


def test_an_event_gateway_takes_one_way_only(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> g=first -> m=catch message yes -> a=user -> e=end
            g -> n=catch message no -> b=user -> e
            g -> t=catch timer PT1H -> c=user -> e
        """,
        variables={"yes": "why", "no": "why"},
    )
    case = begin(files)
    assert case.result.waits_for == ("yes", "no")
    case.send("no", why="because")
    assert (case.open, case.task("b").context, case.due) == (["b"], {"why": "because"}, [])
    assert begin(files).until(60).open == ["c"]
    assert begin(files).send("yes").send("no").open == ["a"]


def test_an_event_gateway_in_a_loop_waits_anew_each_time(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> m=xor -> g=first -> w=catch message answer -> e=end
        g -> t=catch timer PT1H -> a=user -> m
    """
    )
    case = begin(files).until(60).do("a")
    assert (case.result.waits_for, case.due) == (("answer",), [("t", 120.0)])
    assert case.send("answer").ended


CHANGES = diagram(
    main="""
    s=start -> a=user -> e=end
    m=on a message facts_changed -> b=user -> e2=end
    n=on b message ceiling_exceeded -> c=user -> e3=end
"""
)
RULES = config(
    facts={"people": fact("people"), "other": fact("other")},
    derived={"many": "people > 9"},
    throws=[throw("ceiling_exceeded", "many"), throw("facts_changed", on=["people"])],
)


def test_a_changed_fact_is_told_only_to_who_is_there_and_only_where_it_concerns(begin: StartCase) -> None:
    case = begin(CHANGES, config=RULES)
    assert case.change(other=3).open == ["a"]
    assert case.change(people=0).open == ["a"]
    assert case.change(people=10).open == ["b"]
    assert case.change(people=10).open == ["b"]
    assert case.change(people=11).open == ["c"]


def test_what_the_engine_throws_is_never_kept(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> w=catch message facts_changed -> b=user -> e=end")
    rules = config(facts=facts(n="integer"), throws=[throw("facts_changed")])
    case = begin(files, config=rules).change(n=1).do("a")
    assert case.open == []
    assert case.change(n=2).open == ["b"]


def test_facts_that_a_step_changes_are_told_in_the_same_step(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> fork=and -> a=user -> e=end
            m=on a message facts_changed -> b=user -> e
            fork -> c=user -> d=service set_facts n=n + 1 -> e
        """
    )
    rules = config(facts=facts(n="integer"), throws=[throw("facts_changed", on=["n"])])
    assert begin(files, config=rules).do("c").open == ["b"]


def test_a_rung_may_throw_a_message(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> e=end
        m=beside a message hurry -> t=script t1 = 1 -> e2=end
    """
    )
    rules = config(clocks=[clock("c", rungs=[rung("soon", "50 %", message="hurry")])])
    case = begin(files, config=rules).until(30)
    assert "t" in case.done()


def test_messages_that_go_round_for_ever_are_a_failure_and_not_a_hang(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> m=xor -> t=throw message ping -> w=catch message ping -> m
    """
    )
    case = begin(files)
    with pytest.raises(StepFailed):
        case.do("a")
    assert case.open == ["a"]
