"""The drawing: people must see on it where a case stands."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.names import BPMNDI, DC, words
from engine.publication.registry import Finding, rule


@rule(
    "no-drawing",
    "warning",
    "The file has no drawing, so nobody can see where a case stands.",
    "Draw it in the editor.",
)
def no_drawing(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        if next(document.root.iter(f"{{{BPMNDI}}}BPMNShape"), None) is None and document.processes:
            yield Finding(
                document.root,
                "The file has no drawing, so nobody can see where a case stands.",
                "Open it in the editor, draw it and save it.",
            )


@rule(
    "not-drawn",
    "warning",
    "Some steps or arrows of a process are not on the drawing.",
    "Place them on the drawing, or remove them.",
)
def not_drawn(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        shapes = {shape.get("bpmnElement") for shape in document.root.iter(f"{{{BPMNDI}}}BPMNShape")}
        edges = {edge.get("bpmnElement") for edge in document.root.iter(f"{{{BPMNDI}}}BPMNEdge")}
        for process in document.checked if shapes else ():
            missing = [node.element for node in process.scope.all_nodes() if node.id and node.id not in shapes]
            missing += [
                flow.element
                for scope in process.scope.all()
                for flow in scope.flows
                if flow.id and flow.id not in edges
            ]
            if missing:
                named = ", ".join(words(element) for element in missing[:3])
                more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
                yield Finding(
                    missing[0],
                    f"Not on the drawing: {named}{more}.",
                    "Place what is missing on the drawing in the editor, or remove it.",
                )


@rule(
    "bad-drawing",
    "error",
    "A shape of the drawing has no place that can be read.",
    "Move the shape in the editor and save.",
)
def bad_drawing(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        for bounds in document.root.iter(f"{{{DC}}}Bounds"):
            for side in ("x", "y", "width", "height"):
                if not _readable(bounds.get(side, "0")):
                    shape = bounds.getparent()
                    yield Finding(
                        bounds if shape is None else shape,
                        f"The place of a shape says {side} = {bounds.get(side)!r}, which is no number.",
                    )
                    break


def _readable(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
