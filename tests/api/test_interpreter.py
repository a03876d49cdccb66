"""What the collector of a server is spared (docs/adr/0018)."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

from tests.engine.rich_case import STORY, compile_rich, move, play
from tests.support.shared import ROOT

PROGRAM = """
import gc, sys
from app.interpreter import YOUNG, ready_to_serve
before = gc.get_threshold()[0]
known = len(gc.get_objects())
ready_to_serve()
print(gc.isenabled(), gc.get_threshold()[0] == YOUNG > before, gc.get_freeze_count() > known // 2)
print(sys.getswitchinterval())
"""


def test_what_is_there_at_the_start_is_left_alone_and_the_rest_is_still_collected() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["True", "True", "True", "0.001"]


def test_a_step_leaves_nothing_behind_for_the_collector() -> None:
    process = compile_rich()
    results = play()

    def all_steps() -> None:
        for at, before in zip(STORY[1:], results, strict=False):
            move(process, before, at)

    all_steps()  # what is made once - compiled expressions, caches - is there
    gc.collect()
    gc.disable()
    try:
        all_steps()
        assert gc.collect() == 0
    finally:
        gc.enable()
