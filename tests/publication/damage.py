"""Damages a diagram or a table the way hands do: takes out, doubles, renames, swaps, draws elsewhere, cuts off.

Most of it is done cleanly, as an editor does it (what led to a removed step is removed too): such damage is what a
gate can overlook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from lxml import etree

from engine.publication.names import NODES, SPIFF, bpmn, tag

Tree = Any
"""An element of a document."""
_REFERENCES = ("sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement")
_LISTED = ("incoming", "outgoing", "flowNodeRef")
_TEXTS = ("conditionExpression", "script", "timeDuration", "timeDate", "flowNodeRef", "text")


def damaged(data: bytes, seed: int) -> tuple[bytes, list[str]]:
    """Return the file after one to three kinds of damage, and what was done; the same seed does the same."""
    random = Random(seed)
    if random.random() < 0.05:
        at = random.randrange(len(data))
        return data[:at], [f"cut off at {at}"]
    root = etree.fromstring(data)
    done: list[str] = []
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        kind = random.choice(KINDS)
        found = kind(root, random)
        if found:
            done.append(f"{kind.__name__.strip('_')} {found}")
    return etree.tostring(root), done


def _elements(root: Tree, *names: str) -> list[Tree]:
    found = [element for element in root.iter() if isinstance(element.tag, str)]
    return [each for each in found if not names or etree.QName(each).localname in names]


def _nodes(root: Tree) -> list[Tree]:
    return [element for element in root.iter() if tag(element) in NODES]


def _drop(element: Tree) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _uses(root: Tree, id_: str) -> Iterator[tuple[Tree, str]]:
    for element in _elements(root):
        for name in _REFERENCES:
            if element.get(name) == id_:
                yield element, name
        if tag(element) in _LISTED and (element.text or "").strip() == id_:
            yield element, ""


def _forget(root: Tree, gone: Tree) -> None:
    """Take an element out with everything that points to it or into it."""
    for inner in _elements(gone):
        for element, name in list(_uses(root, inner.get("id") or "\0")):
            if name == "default":
                del element.attrib["default"]
            elif name in ("sourceRef", "targetRef", "attachedToRef") and element.getparent() is not None:
                _forget(root, element)
            else:
                _drop(element)
    _drop(gone)


def _take_out_a_step(root: Tree, random: Random) -> str:
    found = random.choice(_nodes(root) or [None])
    if found is None:
        return ""
    _forget(root, found)
    return str(found.get("id"))


def _leave_a_step_out(root: Tree, random: Random) -> str:
    """Take a step out and lead what led to it to what follows it."""
    found = random.choice(_nodes(root) or [None])
    arrows = _elements(root, "sequenceFlow")
    out = [arrow for arrow in arrows if found is not None and arrow.get("sourceRef") == found.get("id")]
    if found is None or len(out) != 1:
        return ""
    for arrow in arrows:
        if arrow.get("targetRef") == found.get("id"):
            arrow.set("targetRef", out[0].get("targetRef") or "")
    _forget(root, found)
    return str(found.get("id"))


def _take_out_an_arrow(root: Tree, random: Random) -> str:
    found = random.choice(_elements(root, "sequenceFlow") or [None])
    if found is None:
        return ""
    _forget(root, found)
    return str(found.get("id"))


def _draw_an_arrow_elsewhere(root: Tree, random: Random) -> str:
    found = random.choice(_elements(root, "sequenceFlow") or [None])
    side = random.choice(["sourceRef", "targetRef"])
    beside = [each for each in found.getparent() if tag(each) in NODES] if found is not None else []
    if found is None or not beside:
        return ""
    found.set(side, random.choice(beside).get("id") or "")
    return f"{found.get('id')} {side} {found.get(side)}"


def _give_a_text_of_another(root: Tree, random: Random) -> str:
    found = random.choice(_elements(root, *_TEXTS) or [None])
    if found is None:
        return ""
    others = _elements(root, etree.QName(found).localname)
    found.text = random.choice(others).text
    return f"{found.getparent().get('id')}: {found.text}"


def _misspell(root: Tree, random: Random) -> str:
    found = random.choice(_elements(root, *_TEXTS, "parameter", "property") or [None])
    text = "" if found is None else (found.get("value") or found.text or "")
    words = [word for word in text.replace("(", " ").split() if len(word) > 3 and word.isidentifier()]
    if found is None or not words:
        return ""
    word = random.choice(words)
    if found.get("value"):
        found.set("value", text.replace(word, word[:-1]))
    else:
        found.text = text.replace(word, word[:-1])
    return word


def _take_out_anything(root: Tree, random: Random) -> str:
    found = random.choice(_elements(root)[1:] or [None])
    if found is None:
        return ""
    _drop(found)
    return f"{etree.QName(found).localname} {found.get('id')}"


def _double_anything(root: Tree, random: Random) -> str:
    found = random.choice(_elements(root)[1:] or [None])
    if found is None:
        return ""
    found.getparent().append(etree.fromstring(etree.tostring(found)))
    return f"{etree.QName(found).localname} {found.get('id')}"


def _take_out_a_setting(root: Tree, random: Random) -> str:
    found = [each for each in _elements(root) if etree.QName(each).namespace == SPIFF] or _elements(root, "inputEntry")
    if not found:
        return ""
    gone = random.choice(found)
    _drop(gone)
    return f"{etree.QName(gone).localname} {dict(gone.attrib)}"


def _give_an_attribute_of_another(root: Tree, random: Random) -> str:
    found = random.choice([each for each in _elements(root) if each.attrib])
    name = random.choice(list(found.attrib))
    values = [str(each.get(name)) for each in _elements(root) if each.get(name) is not None]
    found.set(name, random.choice(values))
    return f"{etree.QName(found).localname} {found.get('id')}: {name} = {found.get(name)}"


def _take_out_an_attribute(root: Tree, random: Random) -> str:
    found = random.choice([each for each in _elements(root) if each.attrib])
    name = random.choice(list(found.attrib))
    del found.attrib[name]
    return f"{name} of {etree.QName(found).localname} {found.get('id')}"


def _swap_two_ids(root: Tree, random: Random) -> str:
    named = [each for each in _elements(root) if each.get("id")]
    if len(named) < 2:
        return ""
    one, other = random.sample(named, 2)
    first, second = str(one.get("id")), str(other.get("id"))
    one.set("id", second)
    other.set("id", first)
    return f"{first} and {second}"


def _make_another_kind(root: Tree, random: Random) -> str:
    found = random.choice(_nodes(root) or [None])
    if found is None:
        return ""
    found.tag = bpmn(random.choice(sorted(NODES)))
    return f"{found.get('id')}: {tag(found)}"


KINDS: tuple[Callable[[Tree, Random], str], ...] = (
    _take_out_a_step,
    _leave_a_step_out,
    _take_out_an_arrow,
    _draw_an_arrow_elsewhere,
    _give_a_text_of_another,
    _misspell,
    _take_out_anything,
    _double_anything,
    _take_out_a_setting,
    _give_an_attribute_of_another,
    _take_out_an_attribute,
    _swap_two_ids,
    _make_another_kind,
)
