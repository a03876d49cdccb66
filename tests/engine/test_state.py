"""The stored state: bytes that any process of any release can take up again, and that nothing else depends on."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.errors import StepFailed
from engine.kernel.step import inspect, step
from engine.model.step import ClockView, Open
from tests.engine.conftest import StartCase
from tests.engine.rich_case import CONFIG, DIAGRAM, STORY, compile_rich, move, play, seen
from tests.support.cases import T0, WallCalendars
from tests.support.diagrams import diagram
from tests.support.shared import ROOT
from tests.support.stock import Stock

GOLDEN = Path(__file__).parent / "golden"
PLAIN = diagram(main="s=start -> a=user -> b=user -> e=end")


def test_the_story_uses_what_it_claims_to_use() -> None:
    results = play()
    kinds = {e.kind for r in results for e in r.events}
    assert kinds == {"entered", "completed", "cancelled", "fired", "message", "facts", "clock", "status", "effect"} - {
        "cancelled"
    }
    assert results[-1].ended
    assert {"slow", "tick"} <= {e.element for r in results for e in r.events if e.kind == "completed"}


def test_the_same_arguments_give_the_same_bytes_in_every_process() -> None:
    expected = [hashlib.sha256(r.state).hexdigest() for r in play()]
    assert [hashlib.sha256(r.state).hexdigest() for r in play()] == expected
    program = (
        "import hashlib\nfrom tests.engine.rich_case import play\n"
        "print(*(hashlib.sha256(r.state).hexdigest() for r in play()))"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        assert run.stdout.split() == expected


def test_reading_a_state_shows_what_the_step_showed_and_changes_nothing() -> None:
    process = compile_rich()
    for (minutes, *_), result in zip(STORY, play(), strict=True):
        now = T0 + timedelta(minutes=minutes)
        again = inspect(process, result.state, facts=result.facts, calendars=WallCalendars(), now=now)
        assert (minutes, orjson.loads(again.state)) == (minutes, orjson.loads(result.state))
        assert (minutes, _lasting(again.clocks)) == (minutes, _lasting(result.clocks))
        for name in ("tasks", "due", "waits_for", "facts", "status", "ended"):
            assert (minutes, name, getattr(again, name)) == (minutes, name, getattr(result, name))


def _lasting(clocks: tuple[ClockView, ...]) -> list[ClockView]:
    """The clocks without the explanations of those that are over: these stay with the rows, not with the state."""
    return [c if c.state in ("running", "paused") else replace(c, reasons=()) for c in clocks]


def test_a_state_whose_keys_were_sorted_goes_on_the_same() -> None:
    process = compile_rich()
    results = play()
    for at, before, after in zip(STORY[1:], results, results[1:], strict=False):
        shuffled = orjson.dumps(orjson.loads(before.state), option=orjson.OPT_SORT_KEYS)
        assert seen(move(process, replace(before, state=shuffled), at)) == seen(after)


def test_the_library_loses_its_data_when_keys_are_sorted() -> None:
    """Where a parent's random id sorts behind its child's; over twenty cases that is certain enough."""
    found = [Stock(PLAIN).do("a", n=1).saved(sort_keys=True).data("b") for _ in range(20)]
    assert {} in found


@pytest.mark.parametrize("key", ["typename", "\0amount", "id", "data", "parent", "", "v", "spec"])
def test_data_may_have_any_key(begin: StartCase, key: str) -> None:
    data: dict[str, Any] = {key: {"typename": "x", "v": [1, None, {"\0instant": "y"}]}}
    assert begin(PLAIN).do("a", **data).task("b").context == data


def test_the_library_cannot_load_data_with_a_key_typename() -> None:
    with pytest.raises(TypeError):
        Stock(PLAIN).do("a", record={"typename": "unknown"}).saved().do("b")


def test_what_json_cannot_hold_is_a_failure_and_not_a_loss(begin: StartCase) -> None:
    case = begin(PLAIN)
    with pytest.raises(StepFailed):
        case.do("a", odd={1, 2})
    assert case.open == ["a"]


@pytest.mark.parametrize("state", [b"", b"{", b'{"v":2}', b"{}", b"[]", b'"x"', b'{"v":1}'])
def test_a_state_of_another_version_or_none_at_all_is_refused(state: bytes) -> None:
    with pytest.raises(StepFailed):
        inspect(compile_rich(), state, facts={}, calendars=WallCalendars(), now=T0)


def test_a_state_that_was_cut_off_anywhere_is_refused() -> None:
    process, whole = compile_rich(), play(STORY[:9])[-1]
    for length in range(0, len(whole.state), 97):
        with pytest.raises(StepFailed):
            inspect(process, whole.state[:length], facts=whole.facts, calendars=WallCalendars(), now=T0)


def test_opening_asks_for_no_state_and_everything_else_for_one() -> None:
    process = compile_rich()
    opened = step(process, None, Open(), facts={}, calendars=WallCalendars(), now=T0)
    assert [t.element for t in opened.tasks] == ["a"]


def test_ids_of_tasks_never_come_twice() -> None:
    ids: set[str] = set()
    for result in play():
        entered = {e.task for e in result.events if e.kind == "entered" and e.task}
        assert not entered & ids
        ids |= entered


def test_finished_subprocesses_leave_the_state() -> None:
    result = play()[-1]
    assert orjson.loads(result.state)["t"]["s"] == []


# --- states that releases have written ---------------------------------------------------------------------------
def record() -> dict[str, Any]:
    """The story as this release tells it, with every state."""
    return {
        "diagram": DIAGRAM["test.bpmn"].decode(),
        "config": CONFIG.decode(),
        "story": STORY,
        "states": [r.state.decode() for r in play()],
        "seen": [seen(r) for r in play()],
    }


def version() -> int:
    """The version of the states that this release writes."""
    found: int = orjson.loads(play(STORY[:1])[-1].state)["v"]
    return found


def test_this_release_has_a_golden_file() -> None:
    """With UPDATE_GOLDEN=1 the file of a new version is written; files of old versions are never touched."""
    path = GOLDEN / f"state-v{version()}.json"
    if os.environ.get("UPDATE_GOLDEN") and not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(orjson.dumps(record(), option=orjson.OPT_INDENT_2) + b"\n")
    assert path.exists()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_every_state_that_a_release_has_written_loads_and_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A release before may have kept what is left out now; it stays until something moves in its process.
    monkeypatch.undo()
    golden = orjson.loads(path.read_bytes())
    process = compile_rich({"test.bpmn": golden["diagram"].encode()}, golden["config"].encode())
    story = [tuple(at) for at in golden["story"]]
    blank = play(STORY[:1])[-1]
    for number, at in enumerate(story[1:], 1):
        shown = golden["seen"][number - 1]
        before = replace(blank, state=golden["states"][number - 1].encode(), facts=shown["facts"])
        before = replace(before, tasks=_tasks(process, before.state, shown["facts"]))
        now, then = _without_ids(seen(move(process, before, at))), _without_ids(golden["seen"][number])
        for row, known in zip(now["tasks"] + now["due"], then["tasks"] + then["due"], strict=True):
            # What explains a due time, and the scope of a task, came later than these files.
            for later in row.keys() - known.keys():
                del row[later]
        for name in ("tasks", "due", "clocks", "waits_for", "facts", "status"):
            assert (number, name, now[name]) == (number, name, then[name])


def _without_ids(shown: dict[str, Any]) -> dict[str, Any]:
    """What people see; how a release numbers new tasks is its own affair."""
    for name, key in (("tasks", "id"), ("due", "key"), ("clocks", "scope")):
        for each in shown[name]:
            del each[key]
    return shown


def _tasks(process: Any, state: bytes, facts: Any) -> Any:
    return inspect(process, state, facts=facts, calendars=WallCalendars(), now=T0).tasks


def test_a_case_that_goes_round_for_long_keeps_no_more_than_it_needs(begin: StartCase) -> None:
    """What is over stands in the log; a tree that kept it would grow with each round, and each step with it."""
    files = diagram(
        main="s=start -> m=xor -> f=and -> a=user -> j=and -> p=sub inner -> x=xor -*-> m\nf -> b=user -> j\n"
        "x -[done]-> e=end\nq=on p message stop -> e",
        inner="ss=start -> u=user -> o=or -> ue=end",
    )
    case = begin(files)
    rows = []
    for number in range(40):
        case.do("a", done=number == 39).do("b")
        tree = orjson.loads(case.result.state)["t"]
        rows.append(len(tree["w"][0]) + sum(len(sub[1]) for sub in tree["s"]))
        case.do("u")
    assert case.ended
    assert max(rows[1:]) == min(rows[1:])
