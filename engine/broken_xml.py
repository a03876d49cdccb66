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
    reason = re.sub(r",? line \d+, column \d+.*", "", said, flags=re.DOTALL) or "it cannot be read"
    return line, f"The file is not well-formed XML in line {line}, column {column}: {reason}."


def breaks_off(data: bytes) -> bool:
    """Say whether the end of a diagram or table is missing."""
    return b"<" in data and re.search(rb"</(?:[\w.-]+:)?definitions\s*>\s*(?:<!--.*-->\s*)?$", data[-2000:]) is None
