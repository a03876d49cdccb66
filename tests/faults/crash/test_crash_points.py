"""Whatever dies at whichever point: nothing of the change is there, or all of it, and repeating it does it once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.api.example_stages import STAGES
from tests.faults.crash.changes import CHANGES
from tests.faults.crash.contents import difference
from tests.faults.crash.examples import ELSEWHERE, NOTHING_TO_KILL, example_changes
from tests.faults.crash.forked import run_forked
from tests.faults.crash.loops import LOOPS
from tests.faults.crash.points import kind_of, write_of
from tests.faults.crash.process import CrashProcess
from tests.faults.crash.selection import selected, shuffled
from tests.support.postgres import PostgresServer

SEED = 1
"""Draws which points are tried here; `python -m tests.faults` tries all."""
KILLS = 50
ON_POSTGRESQL = ("FileComplaint", "CompleteTask", "ChangeFacts", "Sweep", "Send")
BROKEN = "tests.faults.crash.broken_changes:BROKEN"


def wrong(verdicts: Sequence[dict[str, Any]]) -> dict[str, str]:
    return {each["point"]: each["said"] for each in verdicts if each["said"]}


def changes_of(points: Sequence[str]) -> set[str]:
    return {point.partition("/")[0] for point in points}


def kinds_of(points: Sequence[str]) -> set[str]:
    return {kind_of(point) for point in points if not kind_of(point).startswith("commit ")}


def test_a_process_dies_at_fifty_points_and_every_change_is_done_once_or_not_at_all() -> None:
    with CrashProcess("--select", str(KILLS), "--seed", str(SEED)) as crash:
        points, left_out, verdicts = crash.points, crash.left_out, crash.selected()
    assert left_out == {}
    tried = [each["point"] for each in verdicts]
    assert wrong(verdicts) == {}, f"seed {SEED}"
    assert changes_of(tried) == {each.name for each in (*CHANGES, *LOOPS)}
    assert kinds_of(tried) == kinds_of(points)
    assert len(set(tried)) == len(tried) >= KILLS
    assert {"insert work_item", "update instance", "insert change_log", "commit", "answer"} <= kinds_of(
        [point for point in points if point.startswith("CompleteTask/")]
    )


@pytest.mark.long
def test_a_process_dies_in_every_operation_of_the_api() -> None:
    with CrashProcess("--changes", "all", "--select", "120", "--seed", str(SEED)) as crash:
        left_out, verdicts = crash.left_out, crash.selected()
    assert (left_out, wrong(verdicts)) == ({}, {}), f"seed {SEED}"
    done = changes_of([each["point"] for each in verdicts])
    assert done == {each.name for each in (*CHANGES, *LOOPS, *example_changes())}


def test_the_same_holds_on_postgresql(postgres_server: PostgresServer) -> None:
    told = ("--only", ",".join(ON_POSTGRESQL), "--url", postgres_server.create(), "--select", "12")
    with CrashProcess(*told, "--seed", str(SEED)) as crash:
        points, verdicts = crash.points, crash.selected()
    assert wrong(verdicts) == {}, f"seed {SEED}"
    assert changes_of(points) == changes_of([each["point"] for each in verdicts]) == set(ON_POSTGRESQL)


def test_what_is_wrong_is_found() -> None:
    with CrashProcess("--changes", BROKEN, "--select", "100") as crash:
        verdicts = {each["point"]: each for each in crash.selected()}
    found = {point: (each["lost"], each["doubled"], each["unsound"] > 0) for point, each in verdicts.items()}
    assert found == {
        # Up to its first commit nothing has happened, after its second everything.
        "InTwoTransactions/01 update work_item": (0, 0, False),
        "InTwoTransactions/commit": (0, 0, False),
        "InTwoTransactions/02 update instance": (1, 1, False),
        "InTwoTransactions/commit 2": (1, 1, False),
        "InTwoTransactions/answer": (0, 0, False),
        # Who gets no answer asks again: then it is there twice.
        "WithoutAKey/01 insert note": (0, 0, False),
        "WithoutAKey/commit": (0, 0, False),
        "WithoutAKey/answer": (0, 1, False),
        **{point: (int(kind_of(point) == "send"), 0, False) for point in verdicts if point.startswith("MarkedBefore")},
        # Sound or not, it is there once; but the doctor sees that no deadline says so.
        "ByTheWrongRow/01 update instance": (0, 0, True),
        "ByTheWrongRow/commit": (0, 0, True),
        "ByTheWrongRow/answer": (0, 0, True),
    }  # fmt: skip
    assert "work_item: 1 missing, 1 too many (assignee)" in verdicts["InTwoTransactions/02 update instance"]["said"]


def test_every_operation_of_the_api_that_has_a_body_has_one_change() -> None:
    """That each of these changes is killed is compared where they are."""
    assert STAGES.keys() >= ELSEWHERE.keys() | NOTHING_TO_KILL.keys()
    own, examples = [each.name for each in CHANGES], [each.name for each in example_changes()]
    assert set(ELSEWHERE.values()) <= set(own)
    assert len(set(ELSEWHERE.values())) == len(ELSEWHERE)
    assert len(examples) == len(STAGES) - len(ELSEWHERE) - len(NOTHING_TO_KILL)
    assert len({*own, *examples}) == len(own) + len(examples)


def test_a_selection_leaves_out_no_change_and_no_kind_and_is_drawn_by_its_seed() -> None:
    points = [f"C{change}/{number:02d} insert t{number % 7}" for change in range(5) for number in range(20)]
    points += [f"C{change}/{end}" for change in range(5) for end in ("commit", "commit 2", "answer")]
    chosen = selected(points, 30, seed=7)
    assert (len(chosen), len(set(chosen))) == (30, 30)
    assert changes_of(chosen) == changes_of(points)
    assert kinds_of(chosen) == kinds_of(points)
    assert chosen == selected(points, 30, seed=7) != selected(points, 30, seed=8)
    assert changes_of(selected(points, 0, seed=7)) == changes_of(points)
    assert sorted(shuffled(points, 3)) == sorted(points)


@pytest.mark.parametrize(
    ("statement", "write"),
    [
        ("INSERT INTO work_item (id) VALUES (?)", "insert work_item"),
        ("INSERT OR IGNORE INTO outbox (id) VALUES (?)", "insert outbox"),
        ('UPDATE "case_clock" SET due_at=?', "update case_clock"),
        ("DELETE FROM deadline WHERE 1", "delete deadline"),
        ("\nSELECT 1", None),
        ("SAVEPOINT sa_savepoint_1", None),
    ],
)
def test_a_write_is_named_by_its_verb_and_table(statement: str, write: str | None) -> None:
    assert write_of(statement) == write


def test_a_statement_of_which_nobody_knows_whether_it_writes_is_refused() -> None:
    with pytest.raises(ValueError, match="does this write"):
        write_of("WITH gone AS (DELETE FROM deadline RETURNING id) SELECT * FROM gone")


def test_contents_differ_by_what_is_missing_and_what_is_too_much() -> None:
    one, two = {"id": "1", "at": 1}, {"id": "2", "at": 1}
    found = difference({"t": [one, two], "u": [one]}, {"t": [one, {"id": "2", "at": 5}], "u": [one, one]})
    assert (found.missing, found.extra) == (1, 2)
    assert found.said == "t: 1 missing, 1 too many (at); u: 0 missing, 1 too many"
    assert difference({"t": [one]}, {"t": [dict(one)]}).said == ""


def test_a_process_with_threads_is_not_forked(tmp_path: Path) -> None:
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="threads run here"):
            run_forked(lambda: None, tmp_path / "log")
    finally:
        ended.set()
        thread.join()
