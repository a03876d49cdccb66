"""What people have changed is told in the words of the process, instants in the zone of the campus."""

from __future__ import annotations

import tomllib
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from complaints.notices.change_words import change_in_words
from engine.bundles.compile_bundle import compile_bundle
from engine.process_words import ProcessWords
from tests.publication.shipped import HOUSE, shipped

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def words() -> ProcessWords:
    return ProcessWords(compile_bundle(shipped(), HOUSE))


@pytest.mark.parametrize(
    ("fact", "was", "now", "said"),
    [
        ("received_at", "2026-03-03T03:00:00+00:00", "2026-03-03T18:30:00Z", "2026-03-03 11:00 → 2026-03-04 02:30"),
        ("received_at", None, "2026-03-03T03:00:00+00:00", "– → 2026-03-03 11:00"),
        ("impact", "general", "major", "General → Major"),
        ("people", 3, 12, "3 → 12"),
    ],
)
def test_a_value_is_told_as_people_say_it(words: ProcessWords, fact: str, was: Any, now: Any, said: str) -> None:
    changed = [{"fact": fact, "was": was, "now": now}]
    told = change_in_words(words, changed, "en", zone=SHANGHAI)
    assert told == f"{words.fact(fact, 'en')}: {said}"


def test_the_labels_of_a_version_are_read_once(monkeypatch: pytest.MonkeyPatch, words: ProcessWords) -> None:
    def again(_text: str) -> dict[str, Any]:
        raise AssertionError("read again")

    process = compile_bundle(shipped(), HOUSE)
    monkeypatch.setattr(tomllib, "loads", again)
    assert ProcessWords(process).value("impact", "major", "en") == words.value("impact", "major", "en")
