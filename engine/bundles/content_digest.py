"""The digest that makes files a version: what a process does and what it shows to people, however it is written down.

A version is diagrams, tables, `process.toml`, labels, notices and forms. Where shapes stand in the drawing, which
editor wrote the file, remarks, white space around elements and the order of attributes do not count: whoever opens a
file and saves it again has made no new version (docs/process-owner/publishing.md). Names and documentation are shown,
so they count; so does the order of elements, keys and fields: conditions are tried and fields are shown in that
order.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from lxml import etree

from engine.diagram_index import secure_parser
from engine.model.toml_text import load_toml

_LAYOUT: Final = re.compile(
    r"https?://www\.omg\.org/spec/(BPMN|DMN|DD)/\d{8}/(DI|DMNDI|DC)/?|http://bpmn\.io/schema/.*"
)
"""Namespaces of drawings: BPMN DI, DMN DI, their points and bounds, and what bpmn.io keeps beside them."""
_TOOLS: Final = frozenset({"http://camunda.org/schema/modeler/1.0"})
"""Namespaces in which an editor writes about itself."""
_EXPORTER: Final = frozenset({"exporter", "exporterVersion"})
_EXTENSIONS: Final = "extensionElements"
_QUALIFIED: Final = re.compile(r"([A-Za-z_][\w.-]*):([\w.-]+)")


def content_digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of what the files (path -> bytes) mean. Pure. Raises XMLSyntaxError for a broken diagram."""
    whole = hashlib.sha256()
    for name in sorted(files):
        content = _content(name, files[name])
        whole.update(f"{name}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def _content(name: str, data: bytes) -> bytes:
    match PurePosixPath(name).suffix:
        case ".bpmn" | ".dmn":
            return _written(_meaning(etree.fromstring(data, secure_parser()), outermost=True))
        case ".toml" | ".json" as kind:
            try:
                text = data.decode("utf-8-sig")
                return _written(load_toml(text) if kind == ".toml" else json.loads(text))
            except (ValueError, RecursionError):
                return data
        case _:
            return data


def _written(value: Any) -> bytes:
    """Return a value as JSON; what JSON does not have (instants of TOML) with its type."""
    written = json.dumps(value, ensure_ascii=False, default=lambda other: [type(other).__name__, str(other)])
    return written.encode("utf-8", "surrogatepass")


def _meaning(element: etree._Element, *, outermost: bool = False) -> list[Any]:
    """Return the name of an element, its attributes in order, and what it holds: texts and elements."""
    attributes = [
        [name, _value(element, value)]
        for name, value in sorted((str(name), str(value)) for name, value in element.attrib.items())
        if not _is_layout(name) and not (outermost and name in _EXPORTER)
    ]
    held: list[Any] = []
    text = element.text or ""
    for child in element:
        if isinstance(child.tag, str) and not _is_layout(child.tag):
            inner = _meaning(child)
            if inner[2] or etree.QName(child).localname != _EXTENSIONS:
                held += [_value(element, text.strip()), inner]
                text = ""
        text += child.tail or ""
    held.append(_value(element, text.strip()))
    return [element.tag, attributes, [each for each in held if each]]


def _is_layout(name: str) -> bool:
    namespace = etree.QName(name).namespace or ""
    return namespace in _TOOLS or _LAYOUT.fullmatch(namespace) is not None


def _value(element: etree._Element, value: str) -> str:
    """Return a text; a name with a prefix with the namespace that the prefix stands for in this file."""
    found = _QUALIFIED.fullmatch(value)
    namespace = element.nsmap.get(found[1]) if found is not None else None
    return f"{{{namespace}}}{found[2]}" if found is not None and namespace else value
