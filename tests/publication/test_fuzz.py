"""Whatever a file holds, the gate answers with findings; it never raises and never hangs."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.publication import CheckContext, check_bundle
from engine.publication.names import EVENTS, NODES, bpmn
from tests.publication.fixture_files import FIXTURES

SEEDS = [path.read_bytes() for path in sorted(FIXTURES.glob("*-bad.bpmn")) if path.stat().st_size < 6_000]
FULL = CheckContext(
    mode="bundle",
    known_facts=frozenset({"people"}),
    known_posts=frozenset({"head"}),
    fact_types={"people": "integer"},
    fact_words={"people": ["few", "many"]},
    fact_writers={"people": ["triage"]},
    derived={"many": "people if next == 'x' else many"},
    options={"a.schema.json": {"next": ["x", "y"]}},
    forms={"a.schema.json": {"next": "string", "people": "string"}, "b.schema.json": None},
    clocks={"respond": frozenset({"check_facts"})},
    pause_reasons=frozenset({"ask_back"}),
    previous_elements={"check_facts": "userTask"},
)
_ODD = (
    "",
    " ",
    "x",
    "\n",
    "${a}",
    "1",
    "-PT1H",
    "R/P1D",
    "a.b",
    "'",
    '"',
    "(((",
    "=",
    "好",
    "true",
    "\U0001f600",
    "99999999999",
)
_QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _findings(data: bytes) -> None:
    for context in (CheckContext(), FULL):
        for problem in check_bundle({"a.bpmn": data}, context=context):
            assert problem.message
            assert problem.advice
            problem.as_dict()


@_QUICK
@given(st.sampled_from(SEEDS), st.integers(0, 2**32), st.integers(1, 12))
def test_changed_bytes_never_raise(seed: bytes, chance: int, changes: int) -> None:
    dice = random.Random(chance)
    data = bytearray(seed)
    for _ in range(changes):
        at = dice.randrange(len(data))
        match dice.randrange(4):
            case 0:
                data[at] = dice.randrange(256)
            case 1:
                del data[at : at + dice.randrange(1, 40)]
            case 2:
                data[at:at] = bytes(dice.randrange(32, 127) for _ in range(dice.randrange(1, 8)))
            case _:
                data[at:at] = data[: dice.randrange(min(len(data), 200)) + 1]
        if not data:
            break
    _findings(bytes(data))


@_QUICK
@given(st.sampled_from(SEEDS), st.integers(0, 2**32), st.integers(1, 8))
def test_changed_trees_never_raise(seed: bytes, chance: int, changes: int) -> None:
    dice = random.Random(chance)
    try:
        root = etree.fromstring(seed)
    except etree.XMLSyntaxError:
        return
    for _ in range(changes):
        element = dice.choice([found for found in root.iter() if isinstance(found.tag, str)])
        parent = element.getparent()
        match dice.randrange(6):
            case 0 if parent is not None:
                parent.remove(element)
            case 1 if element.attrib:
                del element.attrib[dice.choice(list(element.attrib))]
            case 2 if element.attrib:
                others = [value for found in root.iter() for value in found.attrib.values()]
                element.set(dice.choice(list(element.attrib)), dice.choice([*_ODD, *others]))
            case 3:
                element.text = dice.choice(_ODD)
            case 4:
                element.tag = bpmn(dice.choice(sorted(NODES | EVENTS | {"process", "sequenceFlow", "lane"})))
            case _ if parent is not None:
                parent.append(etree.fromstring(etree.tostring(element)))
    _findings(etree.tostring(root))


@_QUICK
@given(st.binary(max_size=300))
def test_noise_never_raises(data: bytes) -> None:
    _findings(data)
