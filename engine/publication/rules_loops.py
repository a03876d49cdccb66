"""Loops and steps that are done several times."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.data_names import DataNames
from engine.publication.diagram import Node
from engine.publication.names import ACTIVITIES, LOOPS, bpmn, tag, text_of, words
from engine.publication.registry import Finding, rule


def _has(node: Node, name: str) -> bool:
    loop = node.loop
    return loop is not None and bool(text_of(loop.find(bpmn(name))).strip())


@rule(
    "loop-incomplete",
    "error",
    "A step that is done several times does not say how often.",
    "Give it a number, a list or a condition.",
)
def loop_incomplete(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        loop = node.loop
        if loop is None:
            continue
        markers = [child for child in node.element if tag(child) in LOOPS]
        if node.tag not in ACTIVITIES:
            message, advice = "is no step, and cannot be done several times", "Remove the marker."
        elif len(markers) > 1:
            message = "has two markers for repetition"
            advice = "Keep one of them."
        elif tag(loop) == "standardLoopCharacteristics":
            maximum = loop.get("loopMaximum")
            if maximum is not None and not (maximum.isascii() and maximum.isdigit() and 0 < int(maximum[:9]) <= 1000):
                message, advice = f"may be done {maximum} times", "Write a number from 1 to 1000."
            elif maximum is None and not _has(node, "loopCondition"):
                message, advice = "does not say how long it goes on", "Give it a condition or a highest number."
            else:
                continue
        elif _has(node, "loopCardinality") == _has(node, "loopDataInputRef"):
            message = "does not say for which list, or how often, it is done"
            advice = "Give it a list (loopDataInputRef) or a number (loopCardinality), not both."
        else:
            continue
        yield Finding(loop, f"The {words(node.element)} {message}.", advice)


@rule(
    "multi-instance-receive",
    "error",
    "A receive task that is done several times and can be interrupted loses messages.",
    "Put it into a subprocess, and the event on that.",
)
def multi_instance_receive(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        multi = node.loop is not None and tag(node.loop) == "multiInstanceLoopCharacteristics"
        if multi and node.tag == "receiveTask" and any(event.interrupting for event in node.boundaries):
            yield Finding(
                node.element,
                f"The {words(node.element)} waits several times and can be interrupted: late messages would be lost.",
                "Make the subprocess around it the one that is done several times, and put the event on that.",
            )


@rule(
    "loop-list",
    "error",
    "A step is done for each entry of a list that the case does not have at that moment.",
    "Set the list in a script task before.",
)
def loop_list(bundle: Bundle) -> Iterator[Finding]:
    facts = bundle.context.known_facts
    if facts is None or not bundle.diagrams_whole:
        return
    known = DataNames(bundle)
    for _, node in bundle.nodes():
        loop = node.loop
        name = text_of(loop.find(bpmn("loopDataInputRef")) if loop is not None else None).strip()
        data = known.data_at(node, done=False) if name else None
        if loop is None or data is None or name in data or node.element.find(bpmn("ioSpecification")) is not None:
            continue
        why = "which is a fact" if name in facts else "which no step before it sets"
        yield Finding(
            loop,
            f"The {words(node.element)} is done for each entry of {name}, {why}: the case would stop there.",
            f"Set it in a script task before: lines = {name}, and name lines here."
            if name in facts
            else f"Set {name} in a script task before.",
        )


@rule(
    "loop-result",
    "error",
    "A step is done for each entry of a list and is to keep a result that nothing in it sets.",
    "Set the result inside the step, or take it out of its properties.",
)
def loop_result(bundle: Bundle) -> Iterator[Finding]:
    if bundle.context.known_facts is None or not bundle.diagrams_whole:
        return
    known = DataNames(bundle)
    for _, node in bundle.nodes():
        loop = node.loop
        item = loop.find(bpmn("outputDataItem")) if loop is not None else None
        kept = text_of(loop.find(bpmn("loopDataOutputRef")) if loop is not None else None).strip()
        inside = {node, *bundle.inside(node)}
        unknown = any(known.set.get(inner, set()) is None for inner in inside)
        if loop is None or item is None or not kept or unknown:
            continue
        name = item.get("id") or ""
        if name not in set[str]().union(*(known.set.get(inner) or set() for inner in inside)):
            yield Finding(
                loop,
                f"The {words(node.element)} is to keep {name} of each entry, but nothing in it sets {name}: "
                "the case would stop there.",
                f"Set {name} in a script task inside, or take the result out of the properties of the step.",
            )
