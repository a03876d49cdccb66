"""Which of the three languages a request asks for (RFC 9110, section 12.5.4)."""

from __future__ import annotations

from fastapi import Request

from forms.languages import LANGUAGES

DEFAULT = LANGUAGES[0]
"""The language of the house: told to whoever asks for none and is not known."""
LONGEST = 500
"""Characters of a header that are looked at."""


def asked_language(header: str | None) -> str | None:
    """Return the language that the header likes best among ours, None where it names none of them. Never raises."""
    best: tuple[float, str] | None = None
    for part in (header or "")[:LONGEST].split(","):
        tag, _, weight = part.strip().partition(";")
        language = _ours(tag.strip().lower())
        quality = _quality(weight)
        if language is not None and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return best[1] if best else None


def own_language(request: Request) -> str | None:
    """Return the language of whoever sent the request, None where it is not known who did."""
    known: str | None = getattr(request.state, "own_language", None)
    return known


def note_own_language(request: Request, language: str) -> None:
    """Keep the language of whoever sent the request, for what they may be told about it."""
    request.state.own_language = language


def _ours(tag: str) -> str | None:
    main = tag.partition("-")[0]
    return {"zh": "zh-CN", "ko": "ko", "en": "en"}.get(main)


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
