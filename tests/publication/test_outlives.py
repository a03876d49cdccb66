"""Work beside a step ends with the step only where every way behind it ends all."""

from __future__ import annotations

import re

import pytest

from engine.publication import check_bundle
from tests.support.diagrams import diagram

BESIDE = (
    "s=start -> a=user -> x=xor -[n > 2]-> e={first}\n x -*-> f={second}\n late=beside a timer PT1H -> b=user -> g=end"
)


@pytest.mark.parametrize(("ends", "told"), [({"e"}, True), ({"f"}, True), ({"e", "f"}, False), (set(), True)])
def test_a_terminate_end_on_one_of_two_ways_does_not_end_the_work_on_the_other(ends: set[str], told: bool) -> None:
    (name, data), *_ = diagram(main=BESIDE.format(first="end", second="end")).items()
    text = data.decode()
    for end in ends:
        text, count = re.subn(
            rf'<((?:\w+:)?)endEvent id="{end}"([^>]*?)/?>(?:</\1endEvent>)?',
            rf'<\1endEvent id="{end}"\2><\1terminateEventDefinition/></\1endEvent>',
            text,
        )
        assert count == 1
    codes = {problem.code for problem in check_bundle({name: text.encode()})}
    assert ("outlives-its-host" in codes) is told
