"""Findings with names of any length: told in the reader's language up to a bound, in English beyond it, never late."""

from __future__ import annotations

import pytest

from api.finding_words import finding_words
from app.settings import Settings

SENTENCE = "Nothing in the same case waits for the message {name} of the task x."


@pytest.mark.parametrize("language", ["zh-CN", "ko"])
def test_a_sentence_with_an_endless_name_stays_in_english(language: str) -> None:
    words = finding_words(Settings().locale_folder)
    told = words.said(SENTENCE.format(name="x" * 900), language)
    assert told is not None
    assert "x" * 900 in told
    # Looked up, this one alone would hold everybody up for seconds.
    assert words.said(SENTENCE.format(name="x of the " * 400) + "?", language) is None
