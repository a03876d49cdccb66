"""Characters that no text may hold, since pages, XML or the database refuse them, and those that nobody sees."""

from __future__ import annotations

import re
import unicodedata

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"

CONTROL = re.compile(f"[{_CONTROLS}{_NONCHARACTERS}]")
"""Control characters but tab, line feed and carriage return, and the noncharacters of Unicode (HTML, 13.2.3.5)."""

SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half of a surrogate pair: no character, and not to be encoded."""

UNUSABLE = re.compile(f"[{_CONTROLS}{_NONCHARACTERS}\ud800-\udfff]")
"""Either of the two."""

LINE_ENDS = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
"""What ends a line besides a line feed."""
_BREAKS = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
"""What no single line holds."""

MAYBE_IN_JSON = re.compile(
    rb"\\u00|\\[bf]|\x7f|\xc2[\x80-\x9f]|\xef\xb7[\x90-\xaf]|\xef\xbf[\xbe\xbf]|[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf[\xbe\xbf]"
)
"""What compact JSON in UTF-8 holds where a text holds a CONTROL, or speaks of an escape: a reason to look closely."""

_LOOKS_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
"""Letters and marks that show nothing: the fillers of Hangul, the empty pattern of Braille, the grapheme joiner."""
_SELECTORS = re.compile(r"[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""They choose the shape of the character before them, and show nothing alone."""
_MAYBE_UNSEEN = re.compile(r"[^\x20-\x7e\u3000-\u3163\u3165-\u9fff\uac00-\ud7a3\uff01-\uff9f]")
"""What is not plain Latin, Chinese or Korean writing: a reason to look closely."""
_JOINERS = "\u200c\u200d"
_JOINED = re.compile(r"[\u0600-\u109f\u1780-\u18af]")
"""Writing from Arabic to Khmer and Mongolian, where a joiner changes how letters look."""


def is_blank(text: str) -> bool:
    """Say whether a text shows nothing at all: white space, format characters, letters without ink; or is empty."""
    return not any(_shows(each) for each in text)


def as_stored(text: str) -> str:
    """Return a text in the one form in which it is kept: composed (NFC), lines ended by line feeds, trimmed.

    Empty where it shows nothing. What is UNUSABLE stays, for the caller to refuse. Safe to repeat.
    """
    kept = unicodedata.normalize("NFC", LINE_ENDS.sub("\n", text)).strip()
    return "" if is_blank(kept) and not UNUSABLE.search(kept) else kept


def as_line(text: str) -> str:
    """Return one line as it is kept: as `as_stored`, `as_seen`, and blanks where it was broken. Safe to repeat."""
    return as_stored(as_seen(_BREAKS.sub(" ", text)))


def as_seen(line: str) -> str:
    """Return one line without the format characters in it (category Cf), which nobody sees: a name is what is read.

    The joiners stay where they are seen: after a symbol (emoji) and in writing that needs them. Safe to repeat.
    """
    if _MAYBE_UNSEEN.search(line) is None:
        return line
    kept: list[str] = []
    for each in line:
        if unicodedata.category(each) != "Cf" or (each in _JOINERS and _joins(kept)):
            kept.append(each)
    while kept and kept[-1] in _JOINERS:
        kept.pop()
    return unicodedata.normalize("NFC", "".join(kept))


def without_unseen(text: str) -> str:
    """Return a text without any character but white space that shows nothing, for comparing. Safe to repeat."""
    return "".join(each for each in text if each.isspace() or _shows(each))


def _joins(before: list[str]) -> bool:
    """Say whether a joiner is seen after these characters."""
    last = next((each for each in reversed(before) if not _SELECTORS.match(each)), "")
    return bool(last) and (unicodedata.category(last)[0] == "S" or _JOINED.match(last) is not None)


def _shows(character: str) -> bool:
    if character.isspace() or character in _LOOKS_BLANK or _SELECTORS.match(character):
        return False
    return unicodedata.category(character) not in ("Cf", "Cc", "Zs", "Zl", "Zp")
