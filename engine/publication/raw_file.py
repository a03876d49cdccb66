"""A diagram file before it is a diagram: its bytes and, once they could be parsed, its tree."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from engine.publication.context import CheckContext


@dataclass
class RawFile:
    """A file on its way to a tree; `root` is there once it could be parsed."""

    name: str
    data: bytes
    context: CheckContext
    root: etree._Element | None = None
