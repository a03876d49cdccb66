"""What the library does by itself with what real diagrams hold, and what becomes of the same here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.script_engine import TaskDataEnvironment

from engine.errors import Refusal, StepFailed
from engine.model.operation import Consequence, Operation
from tests.engine.conftest import StartCase
from tests.support.cases import T0
from tests.support.configs import config, facts
from tests.support.diagrams import diagram, one_by_one, parallel
from tests.support.stock import Stock

PLAIN = diagram(main="s=start -> a=user -> b=user -> e=end")


# --- timers ------------------------------------------------------------------------------------------------------
def timed(text: str) -> Any:
    """A step with a timer on its border."""
    return diagram(main=f"s=start -> a=user -> e=end\nlate=on a timer {text} -> b=user -> e2=end")


@pytest.mark.parametrize("text", ["PT1H", "P7D", "2026-03-02T02:00:00+00:00"])
def test_a_time_needs_no_quotation_marks(begin: StartCase, text: str) -> None:
    case = begin(timed(text))
    assert [name for name, _ in case.due] == ["late"]
    assert case.until(8 * 1440).open == ["b"]
    with pytest.raises(WorkflowTaskException):
        Stock(timed(text))


def test_a_timer_may_come_to_an_instant(begin: StartCase) -> None:
    at = T0 + timedelta(hours=1)
    case = begin(timed("when"), config=config(facts=facts(when="instant")), given={"when": at.isoformat()})
    assert (case.due, case.until(60).open) == ([("late", 60.0)], ["b"])
    with pytest.raises(AttributeError):
        Stock(timed("when"), data={"when": at})


def test_nothing_automatic_is_left_lying_after_a_timer_has_fired(begin: StartCase) -> None:
    files = "s=start -> w=catch timer {} -> t=script n = 1 -> b=user -> e=end"
    case = begin(diagram(main=files.format("PT1H"))).later(61).fire()
    assert (case.open, case.last("completed")) == (["b"], ["w", "t"])
    assert Stock(diagram(main=files.format('"PT1H"'))).refreshed(61) == ["w"]


# --- conditions and names ----------------------------------------------------------------------------------------
def test_a_condition_may_stand_on_lines_of_its_own(begin: StartCase) -> None:
    condition = "\n            n &gt; 1\n          "
    files = diagram(main="s=start -> a=user -> x=xor -[HERE]-> b=user -> e=end\nx -*-> c=user -> e")
    spread = {name: text.replace(b"HERE", condition.encode()) for name, text in files.items()}
    assert begin(spread).do("a", n=2).open == ["b"]
    with pytest.raises(WorkflowTaskException):
        Stock(spread).do("a", n=2)


def test_data_may_be_called_like_a_function(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> x=xor -[max(2, 1) > 1]-> b=user -> e=end\nx -*-> c=user -> e")
    assert begin(files).do("a", max=3, deadline="x").open == ["b"]
    with pytest.raises(WorkflowTaskException):
        Stock(files, environment=TaskDataEnvironment({"max": max})).do("a", max=3)


def test_a_name_that_is_a_function_too_is_refused_in_plain_words(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> x=xor -[max > 1]-> b=user -> e=end\nx -*-> c=user -> e")
    with pytest.raises(Refusal, match="max is a function"):
        begin(files, config=config(facts=facts(max="integer")), given={"max": 3}).do("a")


# --- service tasks -----------------------------------------------------------------------------------------------
PAYING = diagram(main="s=start -> a=user -> t=service pay amount=1 -> b=user -> e=end")


def test_what_goes_wrong_in_a_service_is_told_as_what_it_is(begin: StartCase) -> None:
    def closed(*_: Any) -> Consequence:
        raise ConnectionError("the cash office is closed")

    class Closed(TaskDataEnvironment):  # type: ignore[misc]
        def call_service(self, *_: Any, **__: Any) -> str:
            raise ConnectionError("the cash office is closed")

    case = begin(PAYING, operations={"pay": Operation("pay", consequence=closed)})
    with pytest.raises(StepFailed, match="the cash office is closed") as failed:
        case.do("a")
    assert (failed.value.details["element"], case.open) == ("t", ["a"])
    with pytest.raises(NameError, match="script"):
        Stock(PAYING, environment=Closed()).do("a")


@pytest.mark.parametrize("named", ["pay", "amount"])
def test_a_step_may_be_called_like_an_operation_or_what_it_is_given(begin: StartCase, named: str) -> None:
    files = diagram(main=f"s=start -> {named}=service pay amount=1 -> b=user -> e=end")
    case = begin(files, operations={"pay": Operation("pay", consequence=lambda *_: Consequence({}))})
    assert case.open == ["b"]
    with pytest.raises(ValidationException, match="no support implemented for this task type"):
        Stock(files)


# --- values ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("value", [Decimal("10000.01"), Decimal("0.10"), datetime(2026, 3, 1, tzinfo=UTC)])
def test_amounts_and_instants_are_after_a_save_what_they_were_before(begin: StartCase, value: Any) -> None:
    compared = "v == w and v >= w and not v < w"
    files = diagram(main=f"s=start -> a=user -> b=user -> x=xor -[{compared}]-> c=user -> e=end\nx -*-> d=user -> e")
    assert begin(files).do("a", v=value).do("b", w=value).open == ["c"]


def test_the_library_cannot_save_an_amount() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        Stock(PLAIN).do("a", v=Decimal("1.5")).saved()


@pytest.mark.parametrize("value", [{1: 2}, {"deep": {1: 2}}, {1, 2}, b"x", object()])
def test_what_would_come_back_as_something_else_is_refused(begin: StartCase, value: Any) -> None:
    case = begin(PLAIN)
    with pytest.raises(StepFailed, match="cannot be stored"):
        case.do("a", v=value)
    assert case.open == ["a"]


def test_the_library_gives_other_values_back_than_it_was_given() -> None:
    given: dict[str, Any] = {"whole": {1: 2}, "several": (1, 2), "some": {1}}
    found = Stock(PLAIN).do("a", **given).saved().context("b")
    assert found == {"whole": {"1": 2}, "several": [1, 2], "some": [1]}


def test_round_and_square_brackets_are_the_same_list_before_and_after_a_save(begin: StartCase) -> None:
    same = "v == [1, 2] and v == (1, 2) and v + (3,) == [1, 2, 3] and 2 in v"
    files = diagram(
        main=f"""
        s=start -> a=user -> t=script v = (1, 2) -> x=xor -[{same}]-> b=user -> y=xor -[{same}]-> c=user -> e=end
        x -*-> wrong=user -> e
        y -*-> wrong_too=user -> e
    """
    )
    assert begin(files).do("a").do("b").open == ["c"]


# --- repetition --------------------------------------------------------------------------------------------------
INTERRUPTED = """
    s=start -> first=user -> each=call inner -> after=user -> e=end
    stop=on each message stop -> stopped=user -> e2=end
"""


@pytest.mark.parametrize("marker", [parallel(count="3"), one_by_one(count="3")])
def test_a_called_process_that_is_repeated_can_be_interrupted(begin: StartCase, marker: str) -> None:
    files = diagram(main=INTERRUPTED, inner="is_=start -> i=user -> k=user -> ie=end", repeat={"each": marker})
    case = begin(files).do("first").do("i").send("stop")
    assert (case.open, case.result.waits_for, case.result.due) == (["stopped"], (), ())
    assert case.do("stopped").ended
    stock = Stock(files).do("first").do("i")
    with pytest.raises(Exception, match="was not found"):
        stock.send("stop").do("stopped")
