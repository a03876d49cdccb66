"""Which passwords can be chosen: long enough, and not what is tried first (NIST SP 800-63B, 3.1.1.2).

Nothing is said about capitals, figures and signs: such rules make passwords worse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from access.errors import AccessError
from access.people import Person

SHORTEST: Final = 12
LONGEST: Final = 200
"""Characters, after normalisation."""
PRODUCT: Final = "redress"
_COMMON: Final = Path(__file__).with_name("common_passwords.txt")
_NOT_A_LETTER: Final = re.compile(r"[\W\d_]+")
_LONGEST_PIECE: Final = 4
_OWN_LETTERS: Final = 4
"""Letters that a password must have beside names that anybody knows."""


FAULTS: Final[Mapping[str, str]] = {
    "short": f"A password has at least {SHORTEST} characters.",
    "long": f"A password has at most {LONGEST} characters.",
    "unshowable": "A password has no characters that no keyboard types.",
    "common": "This password is one of those that are tried first.",
    "personal": "This password is little more than a name that others know.",
}
"""What can be wrong with a password -> the sentence that says so."""


class UnfitPassword(AccessError):
    """This password cannot be chosen."""

    def __init__(self, code: str) -> None:
        """Take what is wrong, a code of `FAULTS`."""
        self.code = code
        super().__init__(FAULTS[code])


def normalised(typed: str) -> str:
    """Return the password as it is hashed: the same characters, however a keyboard composes them. Never raises."""
    return unicodedata.normalize("NFKC", typed)


def require_fit(typed: str, owner: Person) -> str:
    """Return the normalised password. Raises UnfitPassword for one that is tried first, or too short or long."""
    text = normalised(typed)
    if len(text) < SHORTEST:
        raise UnfitPassword("short")
    if len(text) > LONGEST:
        raise UnfitPassword("long")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise UnfitPassword("unshowable")
    folded = text.casefold()
    if folded in common_passwords() or _bare(folded) in common_passwords() or _repeats(folded):
        raise UnfitPassword("common")
    if _is_about(folded, owner):
        raise UnfitPassword("personal")
    return text


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Return the passwords that are tried first, in small letters."""
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _bare(folded: str) -> str:
    return "".join(character for character in folded if character.isalnum())


def _repeats(folded: str) -> bool:
    """Say whether it is a short piece again and again: `abcabcabcabc`."""
    return any(folded == (folded[:length] * len(folded))[: len(folded)] for length in range(1, _LONGEST_PIECE + 1))


def _is_about(folded: str, owner: Person) -> bool:
    """Say whether little is left of it without the product's name and what everybody knows of its owner."""
    rest = folded
    for word in sorted(_known_words(owner), key=len, reverse=True):
        rest = rest.replace(word, " ")
    return rest != folded and len(_NOT_A_LETTER.sub("", rest)) < _OWN_LETTERS


def _known_words(owner: Person) -> Iterable[str]:
    known = (PRODUCT, owner.id, owner.name, owner.email or "", (owner.email or "").partition("@")[0])
    for each in known:
        whole = normalised(each).casefold()
        for word in (whole, _bare(whole), *_NOT_A_LETTER.split(whole)):
            if len(word) >= (2 if not word.isascii() else 3):
                yield word
