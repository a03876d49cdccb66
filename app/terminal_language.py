"""The language in which a command answers: the one that is asked for, else that of the terminal."""

from __future__ import annotations

import locale

from forms.languages import LANGUAGES


def terminal_language(asked: str) -> str:
    """Return `zh-CN`, `ko` or `en`. Raises ValueError for a language that there is none of."""
    if asked:
        if asked not in LANGUAGES:
            raise ValueError(f"There is no language {asked}: use {', '.join(LANGUAGES)}.")
        return asked
    spoken = (locale.getlocale(locale.LC_CTYPE)[0] or "").replace("_", "-")
    return next((each for each in LANGUAGES if spoken.split("-")[0] == each.split("-")[0]), "en")
