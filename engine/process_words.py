"""The names of things in the reader's language: elements, facts, clocks, statuses, as their version words them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Any

from engine.process import CompiledProcess
from forms.display import shown_fact
from forms.languages import Labels, pick
from forms.local_time import to_local

_SECTIONS = {"priority": "priorities", "impact": "impacts"}
"""Facts whose words have a section of their own in `labels.toml`."""


class ProcessWords:
    """The words of one version of a process (`labels.toml` and `process.toml`). The same file is read once."""

    def __init__(self, process: CompiledProcess) -> None:
        self._diagram, self._config = process.diagram, process.config
        self._sections = _sections(process.documents.get("labels.toml", b""))

    def element(self, element_id: str, language: str) -> str:
        """Return the name of an element or flow, as drawn where nobody translated it."""
        drawn = self._diagram.elements.get(element_id) or self._diagram.flows.get(element_id)
        return self.label("elements", element_id, language) or (drawn.name if drawn is not None else "") or element_id

    def status(self, code: str, language: str) -> str:
        """Return the public word for a status."""
        return self.label("statuses", code, language) or code

    def closure(self, code: str, language: str) -> str:
        """Return the word for how a case was closed."""
        return self.label("closures", code, language) or code

    def requirement(self, code: str, language: str) -> str:
        """Return the sentence for a requirement that is not met, `` where there is none."""
        return self.label("requires", code, language)

    def pause(self, code: str, language: str) -> str:
        """Return the word for a reason to pause."""
        return self.label("pauses", code, language) or code

    def message(self, name: str, language: str) -> str:
        """Return what a message of the diagram is called; its own name where nobody worded it."""
        return self.label("messages", name, language) or name.replace("_", " ")

    def clock(self, name: str, language: str) -> str:
        """Return the name of a clock."""
        spec = self._config.clocks.get(name)
        return pick(spec.labels, language) if spec else name

    def duty(self, name: str, language: str) -> str:
        """Return what is to be done by the time of a clock; a clock that is gone by its own name."""
        spec = self._config.clocks.get(name)
        return pick(spec.duties, language) if spec else name

    def fact(self, name: str, language: str) -> str:
        """Return the name of a fact."""
        spec = self._config.facts.get(name)
        return pick(spec.labels, language) if spec else name

    def value(self, fact: str, value: Any, language: str, *, zone: tzinfo = UTC) -> str:
        """Return the value of a fact in words, an instant as it is in `zone`."""
        spec = self._config.facts.get(fact)
        if spec is not None and spec.type == "instant" and isinstance(value, str):
            return (to_local(value, zone) or value).replace("T", " ")
        section = _SECTIONS.get(fact)
        labels = self._sections.get(section) if section else self._sections.get("values", {}).get(fact)
        if isinstance(value, str) and isinstance(labels, Mapping) and value in labels:
            return pick(labels[value], language)
        return shown_fact(value, language)

    def title(self, language: str) -> str:
        """Return the name of the process."""
        return pick(self._config.titles, language)

    def label(self, section: str, code: str | None, language: str) -> str:
        """Return a word of `labels.toml`; empty where there is none."""
        labels: Labels | None = self._sections.get(section, {}).get(code)
        return pick(labels, language) if labels else ""


@lru_cache(maxsize=64)
def _sections(labels_file: bytes) -> Mapping[str, Any]:
    return tomllib.loads(labels_file.decode("utf-8-sig"))


class Words:
    """Finds the words of each version. Holds nothing, so any number of them are as good as one."""

    def of(self, process: CompiledProcess) -> ProcessWords:
        """Return the words of a version."""
        return ProcessWords(process)
