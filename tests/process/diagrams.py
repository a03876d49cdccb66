"""The diagrams of the processes that ship as XML, for the tests that compare the words around them."""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree

from tests.support.shared import ROOT

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
FOLDER = ROOT / "bpmn" / "complaint"
NAMED_ELSEWHERE = {"lane", "message", "signal", "error", "escalation", "inputDataItem", "outputDataItem", "property"}
"""Their names are codes: of teams (posts.toml), of messages, of variables."""


@cache
def roots(process: str = "complaint") -> tuple[Any, ...]:
    return tuple(etree.parse(path).getroot() for path in sorted((FOLDER.parent / process).glob("*.bpmn")))


def elements(*kinds: str, process: str = "complaint") -> list[Any]:
    """Return the BPMN elements of these kinds (all without one) in all the diagrams of a process."""
    found = [element for root in roots(process) for element in root.iter() if str(element.tag).startswith(BPMN)]
    return [element for element in found if not kinds or element.tag.removeprefix(BPMN) in kinds]


def names(process: str = "complaint") -> dict[str, str]:
    """Return the drawn name of each element that a person reads, by id."""
    return {
        element.get("id"): element.get("name")
        for element in elements(process=process)
        if element.get("id") and element.get("name") and element.tag.removeprefix(BPMN) not in NAMED_ELSEWHERE
    }


def properties(name: str, process: str = "complaint") -> dict[str, str]:
    """Return the value of an extension property, by the id of the element that has it."""
    return {
        element.get("id"): entry.get("value")
        for element in elements("userTask", "serviceTask", "scriptTask", "subProcess", "callActivity", process=process)
        for entry in element.iterfind(f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property")
        if entry.get("name") == name
    }
