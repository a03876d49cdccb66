"""What the collector of a server is spared (docs/adr/0018)."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

from engine.kernel import step
from engine.model.step import Complete
from tests.engine.rich_case import play
from tests.support.cases import Bundle, Case
from tests.support.diagrams import diagram
from tests.support.shared import ROOT

PROGRAM = """
import gc, sys
from app.interpreter import YOUNG, ready_to_serve
before = gc.get_threshold()[0]
known = len(gc.get_objects())
ready_to_serve()
print(gc.isenabled(), gc.get_threshold()[0] == YOUNG > before, gc.get_freeze_count() >= known // 2, sys.getswitchinterval())
"""


def test_what_is_there_at_the_start_is_left_alone_and_the_rest_is_still_collected() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["True", "True", "True", "0.001"]


def test_a_step_leaves_nothing_behind_for_the_collector() -> None:
    play()  # what is made once - compiled expressions, caches - is there
    case = Case(Bundle(diagram(main="s=start -> m=xor -> a=user -> p=sub inner -> x=xor -*-> m\nx -[done]-> e=end\n"
                               "t=on a timer PT5M -> m", inner="ss=start -> u=user -> ue=end")), "kept").start()
    del case
    gc.collect()
    gc.disable()
    try:
        play()
        assert gc.collect() < 50
    finally:
        gc.enable()
