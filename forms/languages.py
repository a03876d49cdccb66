"""The three languages of everything a person sees, and what is shown where one of them is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("zh-CN", "ko", "en")
"""In the order of the institution's own: Chinese, Korean, English (BCP 47)."""

OWN_NAMES = {"zh-CN": "中文", "ko": "한국어", "en": "English"}
"""Each language as those who speak it call it."""

Labels = Mapping[str, str]
"""One text in several languages, keyed by BCP 47 tag."""


def labels(zh: str, ko: str, en: str) -> Labels:
    """Return one text in the three languages."""
    return {"zh-CN": zh, "ko": ko, "en": en}


@dataclass(frozen=True)
class Text:
    """A text with the language that it is really in."""

    text: str
    lang: str | None
    """BCP 47 tag where it differs from the language of the page (WCAG 2.2, 3.1.2), else None."""

    def __bool__(self) -> bool:
        """Say whether there is anything to show."""
        return bool(self.text)


def picked(labels: Labels, language: str) -> Text:
    """Return the text in `language`, else in zh-CN, else in en, else an empty text, marked with its own language."""
    for tag in (language, "zh-CN", "en"):
        if labels.get(tag):
            return Text(labels[tag], None if tag == language else tag)
    return Text("", None)


def pick(labels: Labels, language: str) -> str:
    """Return the text in `language`, else in zh-CN, else in en, else an empty string."""
    return picked(labels, language).text
