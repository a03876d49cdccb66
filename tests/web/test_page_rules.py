"""What holds for every page, in every language: headers, no inline code, headings, labels, no foreign addresses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from api.web.headers import PAGE_HEADERS
from tests.support.application import House
from tests.web.visitor import Page, staff, text_of, visitor

LANGUAGES = ("zh-CN", "ko", "en")
HEADINGS = ("h1", "h2", "h3", "h4")


def every_page(redress: House, language: str) -> Iterator[Page]:
    """Visit every kind of page, those of failures too."""
    filed = redress.file(category="facilities.equipment", people=12, language=language)
    case = filed["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "好"})
    guest = visitor(redress, language)
    for path in ("/", "/complain", "/track", "/sign-in", "/nothing-here"):
        yield guest.get(path)
    yield guest.send(guest.get("/complain"), "/complain", {"subject": "x"})
    yield guest.send(guest.get("/complain"), "/complain", {"subject": "x", "text": "y", "name": "z"})
    yield guest.send(guest.get("/track"), "/track", {"code": filed["tracking_code"]})
    li_na = staff(redress, "li.na", language)
    (task,) = [
        t["id"] for t in redress.person("li.na").get(f"/api/complaints/{case}")["tasks"] if t["element"] == "verify"
    ]
    for path in (
        "/inbox", "/inbox?view=mine", "/inbox?view=team&team=service", "/inbox?view=overdue", "/approvals", "/cases",
        "/cases?q=nothing", "/cases/new", f"/cases/{case}", f"/tasks/{task}", "/processes", "/processes/complaint/1",
        "/cases/unknown", "/tasks/unknown", "/processes/complaint/99", "/cases?cursor=broken",
    ):  # fmt: skip
        yield li_na.get(path)
    yield li_na.send(li_na.get(f"/cases/{case}"), f"/cases/{case}/reply", {"text": ""})
    owner = staff(redress, "park.owner", language)
    yield owner.get("/processes")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_keeps_the_rules(redress: House, language: str) -> None:
    seen = 0
    for page in every_page(redress, language):
        seen += 1
        where = f"{language} {page.path}"
        assert page.status in (200, 404, 422), where
        headers = {name: page.response.headers.get(name) for name in PAGE_HEADERS}
        assert headers == dict(PAGE_HEADERS), where
        assert page.elements("html")[0].get("lang") == language, where
        assert inline_code(page) == [], where
        assert foreign_addresses(page) == [], where
        assert len(page.elements("h1")) == 1, where
        assert skipped_headings(page) == [], where
        assert unnamed_controls(page) == [], where
        assert duplicate_ids(page) == [], where
        assert dangling_references(page) == [], where
        assert text_of(page.elements("title")[0]), where
    assert seen == 26


def inline_code(page: Page) -> list[str]:
    attributes = [(node.tag, name) for node in page.elements() for name in node.attrib]
    found = [f"{tag} {name}" for tag, name in attributes if name == "style" or name.startswith("on")]
    found += ["style" for _ in page.elements("style")]
    return found + ["script" for node in page.elements("script") if not node.get("src") or text_of(node)]


def foreign_addresses(page: Page) -> list[str]:
    names = ("src", "href", "action")
    given = [node.get(name) for node in page.elements() for name in names if node.get(name) is not None]
    return [each for each in given if not each.startswith(("/", "#")) or each.startswith("//")]


def skipped_headings(page: Page) -> list[str]:
    levels = [int(node.tag[-1]) for node in page.elements(*HEADINGS)]
    return [f"{before}>{after}" for before, after in pairwise(levels) if after > before + 1]


def unnamed_controls(page: Page) -> list[str]:
    labelled = {node.get("for") for node in page.elements("label")}
    controls = [n for n in page.elements("input", "select", "textarea") if n.get("type") != "hidden"]
    return [str(n.get("name")) for n in controls if n.get("id") not in labelled and not n.get("aria-label")]


def duplicate_ids(page: Page) -> list[str]:
    ids = [node.get("id") for node in page.elements() if node.get("id") is not None]
    return sorted({each for each in ids if ids.count(each) > 1})


def dangling_references(page: Page) -> list[str]:
    ids = {node.get("id") for node in page.elements()}
    named = [node.get(name) for node in page.elements() for name in ("aria-describedby", "aria-labelledby", "for")]
    wanted = {part for each in named if each for part in each.split()}
    inside = {n.get("href")[1:] for n in page.elements("a") if (n.get("href") or "").startswith("#")}
    return sorted((wanted | inside) - ids)
