"""The drawings of a version, read once and kept until somebody attaches a newer layout."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree
from sqlalchemy import Connection, select

from engine.diagram_index import BPMN, secure_parser
from engine.process import CompiledProcess
from engine.tables import process_version
from engine.versions import Versions

MOST_VERSIONS = 20
"""Versions whose drawings stay in memory."""

_DEADLINE = re.compile(r"deadline\(\s*[\"']([^\"']+)[\"']\s*\)")


@dataclass(frozen=True)
class Drawing:
    """One file of the version."""

    file: str
    xml: str


@dataclass(frozen=True)
class Drawn:
    """The drawings of a version, and where its clocks are drawn."""

    drawings: tuple[Drawing, ...]
    """The one that a case starts in first."""
    timers: Mapping[str, str]
    """Clock -> the element at which its rungs are marked."""


class Drawings:
    """Finds drawings. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[bytes | None, Drawn]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, connection: Connection, version_id: str, versions: Versions) -> Drawn:
        """Return the newest drawings of a version. Raises NotFound."""
        layout = connection.execute(
            select(process_version.c.drawing).where(process_version.c.id == version_id)
        ).scalar_one_or_none()
        with self._lock:
            kept = self._kept.get(version_id)
        if kept is not None and kept[0] == layout:
            return kept[1]
        process = versions.process(connection, version_id)
        found = drawings_of(versions.files(connection, version_id), _first(process))
        drawn = Drawn(found, _timers_of_clocks(found))
        with self._lock:
            self._kept[version_id] = (layout, drawn)
            self._kept.move_to_end(version_id)
            if len(self._kept) > MOST_VERSIONS:
                self._kept.popitem(last=False)
        return drawn


def drawings_of(files: Mapping[str, bytes], first: str | None = None) -> tuple[Drawing, ...]:
    """Return the drawings among the files of a bundle, `first` before the others."""
    names = sorted((name for name in files if name.endswith(".bpmn")), key=lambda name: (name != first, name))
    return tuple(Drawing(name.rpartition("/")[2], files[name].decode("utf-8", "replace")) for name in names)


def _first(process: CompiledProcess) -> str | None:
    """Return the file in which a case starts."""
    elements = process.diagram.elements.values()
    return next((each.file for each in elements if each.process == process.config.process), None)


def _timers_of_clocks(drawings: tuple[Drawing, ...]) -> Mapping[str, str]:
    """Return, for each clock, the element at which its rungs are marked: the first timer drawn with `deadline("x")`."""
    found: dict[str, str] = {}
    for drawing in drawings:
        root = etree.fromstring(drawing.xml.encode(), secure_parser())
        for definition in root.iter(f"{{{BPMN}}}timerEventDefinition"):
            holder = definition.getparent()
            for clock in _DEADLINE.findall("".join(str(part) for part in definition.itertext())):
                if holder is not None:
                    found.setdefault(clock, holder.get("id", ""))
    return found
