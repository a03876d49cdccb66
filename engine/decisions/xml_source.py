"""Reads the XML of a decision file safely, and reports findings about its elements with their source lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from lxml import etree

from engine.broken_xml import CUT_OFF, breaks_off, why_broken
from engine.decisions.refusals import NotFeel
from engine.model.problem import Problem

MAX_BYTES = 2_000_000
NAMESPACES: dict[str, str] = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
    "https://www.omg.org/spec/DMN/20240513/MODEL/": "1.6",
}
"""Namespaces of the model and the version of DMN that each stands for; what is read of it is the same in all."""


class Report:
    """Collects the findings of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._broken: set[tuple[str | None, int | None]] = set()

    def error(self, code: str, element: etree._Element | None, message: str, advice: str) -> None:
        """Record what would run wrongly."""
        self._add("error", code, element, message, advice)

    def warning(self, code: str, element: etree._Element | None, message: str, advice: str) -> None:
        """Record what is worth a look."""
        self._add("warning", code, element, message, advice)

    def not_feel(self, element: etree._Element, where: str, refusal: NotFeel) -> None:
        """Record a text that cannot be read as FEEL."""
        self._add("error", "not-feel", element, f"{where}: {refusal.message}", refusal.advice)

    def has_error(self, element: etree._Element) -> bool:
        """Return whether an error has been recorded at the element."""
        return (element.get("id"), line_of(element)) in self._broken

    def _add(
        self,
        severity: Literal["error", "warning"],
        code: str,
        element: etree._Element | None,
        message: str,
        advice: str,
    ) -> None:
        if severity == "error" and element is not None:
            self._broken.add((element.get("id"), line_of(element)))
        self.problems.append(
            Problem(
                file=self.file,
                line=None if element is None else line_of(element),
                severity=severity,
                code=code,
                element=None if element is None else element.get("id"),
                name=None if element is None else (element.get("name") or element.get("label")),
                message=message,
                advice=advice,
            )
        )


def read_definitions(data: bytes, report: Report) -> etree._Element | None:
    """Return the `definitions` element, or None after reporting why the file is refused. Never raises."""
    if len(data) > MAX_BYTES:
        report.error(
            "dmn-too-large",
            None,
            f"The file has {len(data)} bytes; at most {MAX_BYTES} are read.",
            "Split the file, or remove drawings and remarks that are not needed.",
        )
        return None
    # Zero bytes are dropped so that the declaration is found in UTF-16 too, before anything is parsed.
    if b"<!DOCTYPE" in data.replace(b"\0", b""):
        report.error(
            "dmn-doctype",
            None,
            "The file has a DOCTYPE declaration, which can smuggle in other files.",
            "Remove the line that begins with <!DOCTYPE.",
        )
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        report.problems.append(_malformed(report.file, data, problem))
        return None
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        report.error(
            "dmn-namespace",
            root,
            f"The file is no DMN model: its root is `{name.localname}` in the namespace `{name.namespace or ''}`.",
            f"Save it as DMN {', '.join(sorted(set(NAMESPACES.values())))}.",
        )
        return None
    return root


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the child elements of DMN with one of the names, in document order."""
    for child in element:
        found = etree.QName(child)
        if found.namespace in NAMESPACES and found.localname in names:
            yield child


def child(element: etree._Element, *names: str) -> etree._Element | None:
    """Return the first child element of DMN with one of the names."""
    return next(children(element, *names), None)


def descendants(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield all elements of DMN inside with one of the names."""
    for found in element.iter():
        if isinstance(found.tag, str):
            name = etree.QName(found)
            if name.namespace in NAMESPACES and name.localname in names:
                yield found


def text_of(element: etree._Element | None) -> str:
    """Return what stands in the `text` child of an element, without the space around it; empty where there is none."""
    inner = None if element is None else child(element, "text")
    return "" if inner is None else "".join(str(part) for part in inner.itertext()).strip()


def line_of(element: etree._Element) -> int | None:
    """Return the source line of an element."""
    line: Any = element.sourceline
    return line if isinstance(line, int) and line > 0 else None


def _malformed(file: str, data: bytes, problem: etree.XMLSyntaxError | ValueError) -> Problem:
    line, message = why_broken(data, problem)
    return Problem(
        file=file,
        line=line,
        severity="error",
        code="dmn-malformed",
        element=None,
        name=None,
        message=message,
        advice=CUT_OFF if breaks_off(data) else "Open it in a DMN modeller and save it again.",
    )
