"""Reads a rendered form as a browser without scripts does: parsed strictly, then submitted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import html5lib

NS = "{http://www.w3.org/1999/xhtml}"


def parsed(fragment: str, language: str = "en") -> Any:
    """Return the element tree of a page with the fragment in a form; any error of HTML syntax raises."""
    page = (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>t</title></head>'
        f'<body><form method="post" novalidate>{fragment}</form></body></html>'
    )
    return html5lib.HTMLParser(strict=True).parse(page)


def elements(tree: Any, *names: str) -> list[Any]:
    """Return the elements of these names in document order; all of them without a name."""
    return [node for node in tree.iter() if isinstance(node.tag, str) and (not names or node.tag[len(NS) :] in names)]


def text_of(node: Any) -> str:
    """Return the text inside an element, blanks collapsed."""
    return " ".join("".join(node.itertext()).split())


def by_id(tree: Any, wanted: str) -> Any:
    """Return the one element of this id."""
    (found,) = [node for node in elements(tree) if node.get("id") == wanted]
    return found


def submitted(tree: Any) -> list[tuple[str, str]]:
    """Return what pressing a send button would post (HTML, form submission: constructing the entry list)."""
    return list(_entries(tree))


def _entries(tree: Any) -> Iterator[tuple[str, str]]:
    for node in elements(tree, "input", "textarea", "select"):
        name, kind = node.get("name"), node.get("type", "text")
        tag = node.tag[len(NS) :]
        if tag == "textarea":
            yield name, "".join(node.itertext()).replace("\r\n", "\n").replace("\n", "\r\n")
        elif tag == "select":
            options = elements(node, "option")
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            yield from ((name, option.get("value")) for option in chosen[-1:])
        elif kind not in ("radio", "checkbox") or node.get("checked") is not None:
            yield name, node.get("value", "on")
