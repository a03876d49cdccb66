"""The results of several runs add up, and a line that a crash has torn costs that line alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.results import Kill, behind, table, write, written
from tests.support.shared import ROOT
from tests.support.waiting import until

POINT = Kill("point", "sqlite", "ClaimTask/commit", 1, 0)
WRONG = Kill("point", "sqlite", "ClaimTask/answer", 1, 1, lost=1, doubled=1, stuck=0, unsound=2, said="x: 1 missing")
FAST = Kill("process", "postgresql", "server 1", 1, 0, takeover=0.25)
SLOW = Kill("process", "postgresql", "worker 3", 1, 1, takeover=4.5)


def test_the_results_of_two_runs_add_up(tmp_path: Path) -> None:
    file = tmp_path / "var" / "faults.jsonl"
    for run in ([POINT, FAST], [WRONG, SLOW]):
        for each in run:
            write(file, each)
    kills = list(written(file))
    assert kills == [POINT, FAST, WRONG, SLOW]
    lines = table(kills)
    assert lines.pop() == "wrong: sqlite, ClaimTask/answer, seed 1, number 1: x: 1 missing"
    assert [line.split() for line in lines] == [
        ["kills", "places", "lost", "doubled", "stuck", "unsound", "slowest", "takeover"],
        ["point,", "sqlite", "2", "2", "1", "1", "0", "2", "-"],
        ["process,", "postgresql", "2", "2", "0", "0", "0", "0", "4.5", "s"],
        ["total", "4", "4", "1", "1", "0", "2", "4.5", "s"],
    ]
    assert [each.holds for each in kills] == [True, True, False, True]


def test_a_run_goes_on_behind_the_last_kill_of_its_way_store_and_seed(tmp_path: Path) -> None:
    file = tmp_path / "faults.jsonl"
    assert behind(written(file), way="point", store="sqlite", seed=1) == 0
    for each in (POINT, WRONG, FAST):
        write(file, each)
    assert behind(written(file), way="point", store="sqlite", seed=1) == 2
    assert behind(written(file), way="process", store="postgresql", seed=1) == 1
    assert behind(written(file), way="point", store="sqlite", seed=2) == 0


def test_a_torn_last_line_costs_that_line_alone(tmp_path: Path) -> None:
    file = tmp_path / "faults.jsonl"
    write(file, POINT)
    whole = file.read_bytes()
    for length in range(1, len(whole) - 1):
        file.write_bytes(whole + whole[:length])
        assert list(written(file)) == [POINT]
        write(file, FAST)
        assert list(written(file)) == [POINT, FAST]


def test_a_run_that_is_killed_loses_nothing_and_the_next_goes_on(tmp_path: Path) -> None:
    file, few = tmp_path / "faults.jsonl", "tests.faults.crash.broken_changes:FEW"
    command = [sys.executable, "-m", "tests.faults", "--changes", few, "--ways", "point"]
    command += ["--store", "sqlite", "--results", str(file)]
    # What it cannot tidy up lies in the test's folder.
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    first = subprocess.Popen([*command, "--kills", "1000"], cwd=ROOT, stdout=subprocess.DEVNULL, env=environment)
    try:
        until(lambda: len(list(written(file))) >= 3, "three are killed", seconds=120)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    before = list(written(file))
    done = subprocess.run([*command, "--kills", "4"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kills = list(written(file))
    assert kills[: len(before)] == before
    assert [each.number for each in kills] == list(range(len(before) + 4))
    assert {each.what.partition("/")[0] for each in kills} == {"ClaimTask", "ReceiveMessage"}
    assert all(each.holds for each in kills)
    assert [line.split()[:2] for line in done.stdout.splitlines() if line.startswith("total")] == [
        ["total", "4"], ["total", str(len(before) + 4)],
    ]  # fmt: skip
    assert json.loads(file.read_text().splitlines()[-1])["number"] == len(kills) - 1
