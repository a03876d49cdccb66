"""A name in the three languages in which Redress speaks."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES: tuple[str, ...] = ("zh-CN", "ko", "en")
"""BCP 47 tags, as they stand in files of process owners and in requests."""


@dataclass(frozen=True)
class Labels:
    """One name, said in each language."""

    zh_cn: str
    ko: str
    en: str

    def said_in(self, language: str) -> str:
        """Return the name in `language` (one of `LANGUAGES`). Raises ValueError for another."""
        return self.as_values("name")[f"name:{checked_language(language)}"]

    def as_values(self, prefix: str) -> dict[str, str]:
        """Return `{"<prefix>:zh-CN": ..., "<prefix>:ko": ..., "<prefix>:en": ...}` for the values of a `Reason`."""
        return {f"{prefix}:zh-CN": self.zh_cn, f"{prefix}:ko": self.ko, f"{prefix}:en": self.en}


def checked_language(language: str) -> str:
    """Return `language` if Redress speaks it, otherwise raise ValueError naming those it does."""
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is not a language of this installation: {', '.join(LANGUAGES)}")
    return language
