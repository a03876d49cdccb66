"""What a diagram may say: conditions in the order of the file, only the safe language, called processes."""

from __future__ import annotations

import pytest

from engine.errors import Refusal, StepFailed
from engine.expressions.language import ExpressionError
from engine.publication import check_bundle
from tests.engine.conftest import StartCase
from tests.support.configs import config, facts
from tests.support.diagrams import diagram
from tests.support.stock import Stock

OVERLAPPING = """
    s=start -> first=user -> x=xor -[n > 1]-> a=user -> e=end
    x -[n > 0]-> b=user -> e
    x -*-> c=user -> e
"""
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"


def drawing(**heights: int) -> str:
    """A drawing that puts the shapes at these heights."""
    shapes = "".join(
        f'<di:BPMNShape bpmnElement="{name}"><dc:Bounds x="0" y="{y}" width="1" height="1"/></di:BPMNShape>'
        for name, y in heights.items()
    )
    plane = f'<di:BPMNPlane bpmnElement="main">{shapes}</di:BPMNPlane>'
    return f'<di:BPMNDiagram xmlns:di="{DI}" xmlns:dc="{DC}">{plane}</di:BPMNDiagram>'


ALL = {"s": 0, "first": 0, "x": 0, "e": 0, "c": 50}


@pytest.mark.parametrize(("a", "b"), [(10, 20), (20, 10)])
def test_conditions_are_tried_in_the_order_of_the_file_wherever_the_shapes_stand(
    begin: StartCase, a: int, b: int
) -> None:
    files = diagram(main=OVERLAPPING, drawing=drawing(**ALL, a=a, b=b))
    assert begin(files).do("first", n=2).open == ["a"]
    assert begin(files).do("first", n=1).open == ["b"]
    assert begin(files).do("first", n=0).open == ["c"]


def test_the_library_tries_conditions_in_the_order_of_the_drawing() -> None:
    taken = {
        tuple(Stock(diagram(main=OVERLAPPING, drawing=drawing(**ALL, a=a, b=b))).do("first", n=2).open)
        for a, b in ((10, 20), (20, 10))
    }
    assert taken == {("a",), ("b",)}


def test_an_xor_gateway_where_nothing_holds_fails_by_name_and_the_task_stays_open(begin: StartCase) -> None:
    files = diagram(main="s=start -> first=user -> x=xor -[n > 1]-> a=user -> e=end\nx -[n > 5]-> b=user -> e")
    case = begin(files)
    with pytest.raises(StepFailed) as failed:
        case.do("first", n=0)
    assert failed.value.details["element"] == "x"
    assert case.do("first", n=2).open == ["a"]


ESCAPES = [
    "().__class__.__base__.__subclasses__()",
    "(1).real",
    "__import__('os')",
    "[x for x in (1, 2)]",
    "(lambda: 1)()",
    "open('file')",
    "2 ** 9999999",
    "n.__class__",
    "f'{n}'",
    "(n := 5)",
    "eval('1')",
    "getattr(n, 'x')",
]


@pytest.mark.parametrize("escape", ESCAPES)
def test_a_condition_that_is_more_than_a_condition_is_refused_twice(begin: StartCase, escape: str) -> None:
    """At publication, and by the engine where somebody went past the publication."""
    files = diagram(main=f"s=start -> first=user -> x=xor -[{escape}]-> a=user -> e=end\nx -*-> b=user -> e")
    codes = {p.code for p in check_bundle(files) if p.severity == "error"}
    assert codes & {"expression-invalid", "expression-foreign"}
    case = begin(files)
    with pytest.raises(ExpressionError):
        case.do("first", n=1)
    assert case.open == ["first"]


@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize("place", ["script", "service", "timer", "script name"])
def test_nothing_else_in_a_diagram_is_more_than_it_says(begin: StartCase, escape: str, place: str) -> None:
    node = {
        "script": f"t=script y = {escape}",
        "service": f"t=service set_facts n={escape}",
        "timer": f"t=catch timer hours({escape})",
        "script name": f"t=script {escape}",
    }[place]
    files = diagram(main=f"s=start -> first=user -> {node} -> e=end")
    codes = {p.code for p in check_bundle(files) if p.severity == "error"}
    assert codes & {"expression-invalid", "expression-foreign", "script-invalid", "timer-text"}
    with pytest.raises(Refusal):
        begin(files, config=config(facts=facts(n="integer"))).do("first")


def test_the_library_runs_any_python() -> None:
    escape = "len(().__class__.__base__.__subclasses__()) > 0"
    files = diagram(main=f"s=start -> first=user -> x=xor -[{escape}]-> a=user -> e=end\nx -*-> b=user -> e")
    assert Stock(files).do("first").open == ["a"]


def test_text_that_would_take_all_memory_is_a_failure(begin: StartCase) -> None:
    files = diagram(main='s=start -> first=user -> t=script y = "x" * 99999 * 99999 * 99999 -> e=end')
    with pytest.raises(Refusal):
        begin(files).do("first")


def test_facts_win_over_data_of_the_same_name(begin: StartCase) -> None:
    files = diagram(main="s=start -> first=user -> x=xor -[n == 1]-> a=user -> e=end\nx -*-> b=user -> e")
    case = begin(files, config=config(facts=facts(n="integer")), given={"n": 1})
    assert case.do("first", n=7).open == ["a"]


def test_a_form_field_that_nobody_has_filled_in_is_none(begin: StartCase) -> None:
    files = diagram(main="s=start -> first=user -> x=xor -[said is None]-> a=user -> e=end\nx -*-> b=user -> e")
    assert begin(files, form_fields=frozenset({"said"})).do("first").open == ["a"]
    with pytest.raises(StepFailed):
        begin(files).do("first")


def test_a_script_counts_from_round_to_round(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> z=script n = 0 -> m=xor -> a=user -> t=script n = n + 1 -> x=xor -[n > 2]-> e=end
        x -*-> m
    """
    )
    case = begin(files).do("a").do("a")
    assert case.task("a").context == {"n": 2}
    assert case.do("a").ended


def test_an_endless_loop_without_anybody_is_a_failure_and_not_a_hang(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> m=xor -> t=script n = 1 -> x=xor -*-> m\nx -[n > 2]-> e=end")
    case = begin(files)
    with pytest.raises(StepFailed) as failed:
        case.do("a")
    assert failed.value.details["element"] in ("m", "t", "x")
    assert case.open == ["a"]


@pytest.mark.parametrize("kind", ["sub", "call"])
def test_data_goes_into_a_subprocess_and_comes_back(begin: StartCase, kind: str) -> None:
    files = diagram(
        main=f"s=start -> a=user -> p={kind} inner -> b=user -> e=end",
        inner="is_=start -> i=user -> ie=end",
    )
    case = begin(files).do("a", n=1, list=[1])
    assert case.task("i").context == {"n": 1, "list": [1]}
    assert case.do("i", n=2, m=3).task("b").context == {"n": 2, "m": 3, "list": [1]}


def test_processes_may_call_processes_to_any_depth(begin: StartCase) -> None:
    depth = 12
    scopes = {"main": "s0=start -> c0=call p1 -> z=user -> e0=end"}
    for n in range(1, depth):
        scopes[f"p{n}"] = f"s{n}=start -> c{n}=call p{n + 1} -> e{n}=end"
    scopes[f"p{depth}"] = f"s{depth}=start -> i=user -> e{depth}=end"
    files = diagram(**scopes)  # type: ignore[arg-type]
    case = begin(files)
    assert case.open == ["i"]
    assert case.do("i", n=1).open == ["z"]
    assert case.task("z").context == {"n": 1}


def test_a_process_may_call_itself_as_long_as_something_ends_it(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> p=call again -> z=user -> e=end",
        again="as_=start -> i=user -> x=xor -[more]-> q=call again -> ae=end\nx -*-> ae",
    )
    case = begin(files)
    for _ in range(8):
        assert case.do("i", more=True).open == ["i"]
    assert case.do("i", more=False).open == ["z"]


def test_a_process_that_calls_itself_for_ever_is_a_failure_and_not_a_crash(begin: StartCase) -> None:
    files = diagram(main="s=start -> i=user -> p=call again -> e=end", again="as_=start -> q=call again -> ae=end")
    case = begin(files)
    with pytest.raises(StepFailed):
        case.do("i")
    assert case.open == ["i"]


def test_the_same_process_called_twice_at_once_keeps_its_data_apart(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> f=and -> p=call inner -> j=and -> e=end\nf -> q=call inner -> j",
        inner="is_=start -> i=user -> k=user -> ie=end",
    )
    case = begin(files).do("i", n=1)
    assert (case.open, case.task("k").context) == (["i", "k"], {"n": 1})
    assert [t.context for t in case.do("i", n=2).result.tasks] == [{"n": 1}, {"n": 2}]
    assert case.do("k").do("k").ended


def test_an_unnamed_task_waits_for_a_person_as_a_manual_one_does(begin: StartCase) -> None:
    case = begin(diagram(main="s=start -> a=step -> b=manual -> e=end"))
    assert case.open == ["a"]
    assert case.do("a").open == ["b"]
