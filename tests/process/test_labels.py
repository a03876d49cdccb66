"""Names in three languages: everything drawn has them, nothing is left over, and they agree with what is drawn."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from forms.languages import LANGUAGES
from tests.process.diagrams import FOLDER, elements, names, properties
from tests.support.shared import ROOT

LABELS: dict[str, Any] = tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))


def texts(node: dict[str, Any], place: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    for key, value in node.items():
        here = f"{place}.{key}" if place else key
        if all(isinstance(text, str) for text in value.values()):
            yield here, value
        else:
            yield from texts(value, here)


def test_every_label_is_written_in_three_languages() -> None:
    found = dict(texts(LABELS))
    assert len(found) > 300
    assert [
        key for key, text in found.items() if tuple(text) != LANGUAGES or not all(map(str.strip, text.values()))
    ] == []


def test_everything_drawn_with_a_name_has_labels_and_no_label_is_left_over() -> None:
    assert set(names()) == set(LABELS["elements"])


def test_the_english_label_is_the_drawn_name() -> None:
    assert {key: label["en"] for key, label in LABELS["elements"].items()} == names()


def test_a_step_that_can_be_refused_says_why_in_three_languages() -> None:
    assert set(properties("requires")) == set(properties("requires_message"))
    assert set(properties("requires_message").values()) == set(LABELS["requires"])


def test_the_public_words_are_those_of_the_requirements() -> None:
    assert {code: label["zh-CN"] for code, label in LABELS["statuses"].items()} == {
        "registered": "已登记",
        "in_progress": "处理中",
        "resolved": "已解决",
        "closed": "已关闭",
    }
    assert [label["zh-CN"] for label in LABELS["priorities"].values()] == ["常规", "重点", "紧急"]
    assert [label["zh-CN"] for label in LABELS["impacts"].values()] == ["一般", "重要", "重大"]
    assert set(LABELS["closures"]) == {
        "satisfied", "no_answer", "not_satisfied", "settled", "unfounded", "out_of_scope", "duplicate", "withdrawn",
        "no_callback_possible", "retyped",
    }  # fmt: skip


def test_every_fact_and_clock_is_named_where_it_is_declared() -> None:
    process = tomllib.loads((FOLDER / "process.toml").read_text(encoding="utf-8"))
    declared = {**process["facts"], **process["clocks"]}
    assert len(declared) > 50
    assert [name for name, entry in declared.items() if tuple(entry["label"]) != LANGUAGES] == []


def test_every_answer_that_a_clock_may_pause_for_has_a_name() -> None:
    clocks = tomllib.loads((FOLDER / "process.toml").read_text(encoding="utf-8"))["clocks"]
    assert {reason for clock in clocks.values() for reason in clock.get("pause_reasons", ())} == set(LABELS["pauses"])


def test_every_lane_is_a_team_with_a_name() -> None:
    teams = tomllib.loads((ROOT / "bpmn" / "posts.toml").read_text(encoding="utf-8"))["teams"]
    assert {lane.get("name") for lane in elements("lane")} - set(teams) == set()
