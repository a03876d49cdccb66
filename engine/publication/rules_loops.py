"""Loops and steps that are done several times."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
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
