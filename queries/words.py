"""The names of things in the reader's language: elements, facts, clocks, statuses, as their version words them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any
from weakref import WeakKeyDictionary

from engine.process import CompiledProcess
from forms.display import shown_fact
from forms.languages import Labels, pick
from forms.local_time import to_local


class ProcessWords:
    """The words of one version of a process (`labels.toml` and `process.toml`)."""

    def __init__(self, process: CompiledProcess) -> None:
        diagram = process.diagram
        self._drawn = {flow.id: flow.name for flow in diagram.flows.values()}
        self._drawn.update({element.id: element.name for element in diagram.elements.values()})
        self._config = process.config
        content = process.documents.get("labels.toml")
        self._sections: Mapping[str, Any] = {} if content is None else tomllib.loads(content.decode("utf-8-sig"))

    def element(self, element_id: str, language: str) -> str:
        """Return the name of an element or flow, as drawn where nobody translated it."""
        return self._say("elements", element_id, language) or self._drawn.get(element_id) or element_id

    def status(self, code: str, language: str) -> str:
        """Return the public word for a status."""
        return self._say("statuses", code, language) or code

    def closure(self, code: str, language: str) -> str:
        """Return the word for how a case was closed."""
        return self._say("closures", code, language) or code

    def requirement(self, code: str, language: str) -> str:
        """Return the sentence for a requirement that is not met, `` where there is none."""
        return self._say("requires", code, language)

    def pause(self, code: str, language: str) -> str:
        """Return the word for a reason to pause."""
        return self._say("pauses", code, language) or code

    def message(self, name: str, language: str) -> str:
        """Return what a message of the diagram is called; its own name where nobody worded it."""
        return self._say("messages", name, language) or name.replace("_", " ")

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
        section = {"priority": "priorities", "impact": "impacts"}.get(fact)
        labels = self._sections.get(section) if section else self._sections.get("values", {}).get(fact)
        if isinstance(value, str) and isinstance(labels, Mapping) and value in labels:
            return pick(labels[value], language)
        return shown_fact(value, language)

    def title(self, language: str) -> str:
        """Return the name of the process."""
        return pick(self._config.titles, language)

    def _say(self, section: str, code: str, language: str) -> str:
        labels: Labels | None = self._sections.get(section, {}).get(code)
        return pick(labels, language) if labels else ""


class Words:
    """Finds the words of each version, read once. Safe to share between threads."""

    def __init__(self) -> None:
        self._read: WeakKeyDictionary[Any, ProcessWords] = WeakKeyDictionary()

    def of(self, process: CompiledProcess) -> ProcessWords:
        """Return the words of a version."""
        found = self._read.get(process.program)
        if found is None:
            found = self._read[process.program] = ProcessWords(process)
        return found
