"""From bytes to a tree, safely: size, encoding, no entities, no network, and the line where it breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.broken_xml import CUT_OFF, breaks_off, why_broken
from engine.publication.context import CheckContext
from engine.publication.names import BPMN, tag
from engine.publication.raw_file import RawFile
from engine.publication.registry import RULES, Finding, file_rule


def read(name: str, data: bytes, context: CheckContext) -> tuple[RawFile, list[tuple[str, Finding]]]:
    """Return the file with its tree, or why there is none as (code, finding). Never raises."""
    raw = RawFile(name, data, context)
    for code, rule in RULES.items():
        if rule.file_check is not None:
            found = [(code, finding) for finding in rule.file_check(raw)]
            if found:
                raw.root = None
                return raw, found
    return raw, []


@file_rule(
    "file-too-large",
    "The file is larger than a diagram can be.",
    "Remove embedded pictures and documents, or divide the process with call activities.",
)
def file_too_large(raw: RawFile) -> Iterator[Finding]:
    if len(raw.data) > raw.context.max_bytes:
        yield Finding(
            None, f"The file has {len(raw.data)} bytes, more than the {raw.context.max_bytes} that are allowed."
        )


@file_rule("not-utf8", "The file is not written in UTF-8.", "Save the diagram again with the encoding UTF-8.")
def not_utf8(raw: RawFile) -> Iterator[Finding]:
    advice = "Save the diagram again with the encoding UTF-8."
    try:
        raw.data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = raw.data.count(b"\n", 0, problem.start) + 1
        yield Finding(line, "The file holds characters that are not UTF-8.", advice)
        return
    declared = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", raw.data[:200])
    if declared and declared.group(1).lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        yield Finding(1, f"The file says that it is written in {declared.group(1).decode('ascii', 'replace')}.", advice)


@file_rule(
    "doctype-forbidden",
    "The file declares a document type or entities, which can make a reader load or expand other things.",
    "Remove the line that begins with <!DOCTYPE.",
)
def doctype_forbidden(raw: RawFile) -> Iterator[Finding]:
    at = _prolog_end(raw.data)
    if raw.data.startswith(b"<!DOCTYPE", at):
        yield Finding(
            raw.data.count(b"\n", 0, at) + 1,
            "The file declares a document type; that is not allowed in a diagram.",
            "Remove the line that begins with <!DOCTYPE, and every <!ENTITY.",
        )


def _prolog_end(data: bytes) -> int:
    """Return where something other than white space, remarks and processing instructions begins."""
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while True:
        while at < len(data) and data[at : at + 1].isspace():
            at += 1
        for opening, closing in ((b"<!--", b"-->"), (b"<?", b"?>")):
            if data.startswith(opening, at):
                end = data.find(closing, at)
                if end < 0:
                    return at
                at = end + len(closing)
                break
        else:
            return at


@file_rule("malformed-xml", "The file is not well-formed XML.", "Export the diagram again from the editor.")
def malformed_xml(raw: RawFile) -> Iterator[Finding]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        raw.root = etree.fromstring(raw.data, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        line, message = why_broken(raw.data, problem)
        cut = breaks_off(raw.data)
        yield Finding(line, message, CUT_OFF if cut else "Export the diagram again from the editor.")


@file_rule(
    "unknown-root",
    "The file is not a BPMN 2.0 diagram.",
    "Export the process as BPMN 2.0 (the outermost element is definitions).",
)
def unknown_root(raw: RawFile) -> Iterator[Finding]:
    if raw.root is not None and tag(raw.root) != "definitions":
        found = etree.QName(raw.root)
        why = "" if found.namespace == BPMN else f" of {found.namespace or 'no namespace'}"
        yield Finding(
            raw.root,
            f"The file is no BPMN 2.0 diagram: its outermost element is {found.localname}{why}, not definitions.",
        )


@file_rule(
    "too-many-elements",
    "The diagram has more elements than can be checked and run well.",
    "Divide the process with call activities.",
)
def too_many_elements(raw: RawFile) -> Iterator[Finding]:
    if raw.root is None:
        return
    count = sum(1 for element in raw.root.iter() if tag(element))
    if count > raw.context.max_elements:
        yield Finding(
            raw.root, f"The diagram has {count} elements, more than the {raw.context.max_elements} that are allowed."
        )
