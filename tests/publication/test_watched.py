"""Steps that no time watches over: told in a bundle, never of a diagram alone, and only where no clock can run."""

from __future__ import annotations

import re

import pytest

from engine.model.problem import Problem
from engine.publication import CheckContext, check_bundle
from tests.publication.fixture_files import FIXTURES, check_fixture
from tests.publication.shipped import findings, shipped
from tests.publication.test_check import _check

BAD = "step-without-time-bad.bpmn"
BUNDLE = {"mode": "bundle", "default_team": "service"}


def _bare(problems: list[Problem]) -> list[str]:
    return [problem.element or "" for problem in problems if problem.code == "step-without-time"]


@pytest.mark.parametrize("key", ["complaint", "inquiry"])
def test_every_step_of_what_ships_lies_under_a_time(key: str) -> None:
    assert _bare(findings(shipped(key))) == []


def test_the_steps_of_what_ships_are_told_once_their_clocks_start_too_late() -> None:
    files = shipped("inquiry")
    config = "bpmn/inquiry/process.toml"
    text = files[config].decode()
    assert text.count('starts = ["@open", ') == 2
    files[config] = re.sub(r'starts = \["@open", [^]]*\]', 'starts = ["ends_no_answer"]', text).encode()
    # The other steps have a timer, or stand in a subprocess that has one.
    assert _bare(findings(files)) == ["late_answer"]


def test_a_clock_watches_until_it_is_met_and_no_longer() -> None:
    assert _bare(check_fixture(BAD)) == ["look"]
    assert _bare(_check(BAD, **BUNDLE, clocks={"answer": ["@open"]}, clock_ends={"answer": ["look"]})) == []
    assert _bare(_check(BAD, **BUNDLE, clocks={"answer": ["look"]}, clock_ends={"answer": ["look"]})) == ["ask"]


def test_a_process_without_any_clock_is_told_once() -> None:
    (found,) = (problem for problem in _check(BAD, **BUNDLE, clocks={}) if problem.code == "step-without-time")
    assert found.element == "ask"
    assert "2 steps" in found.message


def test_a_diagram_alone_has_no_clocks_to_ask_for() -> None:
    assert _bare(_check(BAD)) == []


def test_the_time_of_a_subprocess_is_the_time_of_the_steps_inside() -> None:
    text = (FIXTURES / BAD).read_text(encoding="utf-8")
    timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    inner = (
        '<subProcess id="around"><startEvent id="in"/><manualTask id="ask" name="Ask"/><endEvent id="out"/>'
        '<sequenceFlow id="f1" sourceRef="in" targetRef="ask"/>'
        '<sequenceFlow id="f2" sourceRef="ask" targetRef="out"/></subProcess>'
        f'<boundaryEvent id="late" attachedToRef="around">{timer}</boundaryEvent><endEvent id="given_up"/>'
        '<sequenceFlow id="f3" sourceRef="late" targetRef="given_up"/>'
    )
    text = text.replace('<manualTask id="ask" name="Ask"/>', inner)
    text = text.replace('targetRef="ask"/>\n', 'targetRef="around"/>\n').replace(
        '"ask_look" sourceRef="ask"', '"ask_look" sourceRef="around"'
    )
    context = CheckContext(mode="bundle", default_team="service", clocks={"other": ["nowhere"]})
    assert _bare(check_bundle({"a.bpmn": text.encode()}, context=context)) == ["look"]
