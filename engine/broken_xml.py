"""Why a file is no XML, and where, in one sentence that a person can act on."""

from __future__ import annotations

import re

from lxml import etree

CUT_OFF = "Save or copy the file again: its end is missing."


def why_broken(data: bytes, error: etree.XMLSyntaxError | ValueError) -> tuple[int, str]:
    """Return the line (1-based) and the sentence for what the parser said about `data`. Never raises; pure."""
    place = getattr(error, "position", None) or (1, 1)
    line, column = max(1, place[0] or 1), max(1, place[1] or 1)
    if not data.strip():
        return 1, "The file is empty."
    if breaks_off(data):
        return line, f"The file is not well-formed XML: it breaks off in line {line}, column {column}."
    said = str(error.args[0] if error.args else error)
    bare = re.sub(r",? line \d+, column \d+.*", "", said, flags=re.DOTALL) or "it cannot be read"
    return line, f"The file is not well-formed XML in line {line}, column {column}: {_plain(bare)}."


_SAYINGS = (
    (r"Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)", r"what begins as \1 in line \2 ends as \3"),
    (r"Couldn't find end of Start Tag (\S+)(?: line \d+)?", r'the element \1 lacks its ">"'),
    (r"expected '>'", 'a ">" is missing'),
    (r"Specification mandates value for attribute (\S+)", r"the attribute \1 has no value"),
    (r"AttValue: .*expected", "a value lacks its quotation marks"),
    (r"attributes construct error", "two attributes run into each other, or a quotation mark is missing"),
    (r"Attribute (\S+) redefined", r"the attribute \1 stands there twice"),
    (r"EntityRef: expecting ';'|xmlParseEntityRef: no name", 'an "&" stands alone; it is written &amp;'),
    (r"Unescaped '<' not allowed in attributes values", 'a "<" stands inside a value; it is written &lt;'),
    (r"StartTag: invalid element name", 'a "<" stands before something that is no element'),
    (r"Namespace prefix (\S+)(?: for \S+)? on (\S+) is not defined", r"the prefix \1 of \2 is explained nowhere"),
    (r"Extra content at the end of the document", "something stands behind the end"),
)
"""What the parser says -> what it means to somebody who has never seen XML."""


def _plain(said: str) -> str:
    for pattern, words in _SAYINGS:
        found = re.fullmatch(pattern, said)
        if found:
            return found.expand(words)
    return said


def breaks_off(data: bytes) -> bool:
    """Say whether the end of a diagram or table is missing."""
    return b"<" in data and re.search(rb"</(?:[\w.-]+:)?definitions\s*>\s*(?:<!--.*-->\s*)?$", data[-2000:]) is None
