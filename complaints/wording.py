"""Texts that people send outside a form: trimmed, composed, within bounds, and without what no page can show."""

from __future__ import annotations

import re
import unicodedata

from engine.errors import Unfit
from forms.characters import UNUSABLE, as_line, as_stored, without_unseen
from forms.script_text import has_blanks

LONGEST = 10_000
"""Characters of a message, as the intake allows."""
REASON = 2000
"""Characters of a reason that somebody gives for what they do."""
LINE = 200
"""Characters of a name or a title."""

# Han, kana, and Hangul with its letters: in NFKC, as names are compared.
_EAST_ASIAN = r"[\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7ff\U00020000-\U0003ffff]"
_NO_BLANK = re.compile(rf"(?<={_EAST_ASIAN}) (?={_EAST_ASIAN})")


def words(field: str, text: object, *, longest: int = LONGEST, required: bool = True) -> str:
    """Return the text as it is stored; empty where it is blank and not `required`.

    Raises Unfit naming the field: no text, too long, characters that no page can show. Safe to repeat.
    """
    if text is None:
        text = ""
    if not isinstance(text, str):
        raise _unfit(field, "not-string", "This must be a text.")
    kept = as_stored(text)
    if UNUSABLE.search(kept):
        raise _unfit(field, "unshowable", "The text holds characters that no page can show.")
    if required and not kept:
        raise _unfit(field, "required", "Something has to be written here.")
    if len(kept) > longest:
        raise _unfit(field, "too-long", f"At most {longest} characters.")
    return kept


def one_line(field: str, text: object, *, required: bool = True) -> str:
    """Return a name or another text of one line as it is stored, without the characters in it that nobody sees.

    Raises Unfit as `words`. Safe to repeat.
    """
    return as_line(words(field, text, longest=LINE, required=required))


def finished(field: str, text: object) -> str:
    """Return a text to a complainant as it is stored. Raises Unfit as `words`, and while a blank is not filled in."""
    kept = words(field, text)
    if has_blanks(kept):
        raise _unfit(field, "unfinished", "Fill in every blank of the text before it is sent (R-004-28).")
    return kept


def _unfit(field: str, code: str, message: str) -> Unfit:
    return Unfit(message, fields=[{"field": field, "code": code}])


def _folded(text: str | None) -> str:
    return without_unseen(unicodedata.normalize("NFKC", text or ""))


def alike(text: str | None) -> str:
    """Return a name as it is compared: width and case of what was typed do not count, nor how many blanks, nor signs.

    Chinese, Japanese and Korean names are typed with and without a blank inside: there it does not count at all. In
    other scripts it parts words: An Na is not Anna.
    """
    folded = _folded(text)
    parts = "".join(" " if unicodedata.category(each)[0] == "P" else each for each in folded).split()
    # What consists of signs alone is told apart by them.
    return _NO_BLANK.sub("", " ".join(parts or folded.split())).casefold()


def alike_code(text: str | None) -> str:
    """Return a learner's number, or the name of a colleague, as it is compared: no width, case or blank counts."""
    return "".join(_folded(text).split()).casefold()


def alike_contact(text: str | None) -> str:
    """Return a telephone number or an address as it is compared, numbers without the hyphens that people type."""
    code = alike_code(text)
    return code if any(each.isalpha() for each in code) else code.replace("-", "")
