"""What holds for every page, in every language: headers, no inline code, headings, labels, no foreign addresses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from api.answer_headers import PAGE
from tests.support.application import House
from tests.support.plans import plan_made
from tests.web.test_signing_in import invitation_of
from tests.web.visitor import Page, staff, text_of, visitor
from tests.web.ways_in import SECRET, give_telephone, signed_in, try_password

LANGUAGES = ("zh-CN", "ko", "en")
HEADINGS = ("h1", "h2", "h3", "h4")


def every_page(redress: House, language: str) -> Iterator[Page]:
    """Visit every kind of page, those of failures too."""
    filed = redress.file(category="facilities.equipment", people=12, language=language)
    case = filed["id"]
    redress.later(hours=20)
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "好"})
    guest = visitor(redress, language)
    for path in ("/", "/complain", "/track", "/sign-in", "/sign-in/token", "/invitation", "/nothing-here"):
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
        "/cases?q=nothing", "/notices",
        "/notices?view=unread", "/cases/new", f"/cases/{case}", f"/tasks/{task}", "/processes",
        "/processes/complaint/1", "/cases/unknown", "/tasks/unknown", "/processes/complaint/99", "/cases?cursor=broken",
    ):  # fmt: skip
        yield li_na.get(path)
    yield li_na.send(li_na.get(f"/cases/{case}"), f"/cases/{case}/reply", {"text": ""})
    owner = staff(redress, "park.owner", language)
    yield owner.get("/processes")
    yield from pages_of_an_account(redress, language)


def pages_of_an_account(redress: House, language: str) -> Iterator[Page]:
    """Visit what somebody with a password sees of their account, with what was typed wrong, too."""
    guest, invited = visitor(redress, language), invitation_of(redress, "he.tao")
    yield guest.send(guest.get("/invitation"), "/invitation", {"code": "x"})
    yield guest.send(guest.get("/invitation"), "/invitation", {"code": invited})
    yield guest.send(guest.get("/sign-in"), "/sign-in", {"login": "x", "password": "y"})
    who = signed_in(redress, "he.tao", language)
    for path in ("/me/sign-ins", "/me/password", "/me/second-factor", "/me/tokens"):
        yield who.get(path)
    yield who.send(who.get("/me/password"), "/me/password", {"old": SECRET, "new": "short"})
    yield who.send(who.get("/me/second-factor"), "/me/second-factor", {"code": "1", "password": SECRET})
    yield who.send(who.get("/me/tokens"), "/me/tokens", {"name": ""})
    yield who.send(who.get("/me/tokens"), "/me/tokens", {"name": "Export", "scope": ["read"]})
    give_telephone(redress, "he.tao")
    yield who.get("/me/second-factor")
    asked = try_password(guest, "he.tao")
    yield asked
    yield guest.send(asked, "/sign-in/code", {"code": "000000"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_keeps_the_rules(redress: House, language: str) -> None:
    seen = 0
    for page in every_page(redress, language):
        seen += 1
        where = f"{language} {page.path}"
        assert page.status in (200, 404, 422), where
        headers = {name: page.response.headers.get(name) for name in PAGE}
        assert headers == dict(PAGE), where
        assert page.elements("html")[0].get("lang") == language, where
        assert inline_code(page) == [], where
        assert foreign_addresses(page) == [], where
        assert len(page.elements("h1")) == 1, where
        assert skipped_headings(page) == [], where
        assert unnamed_controls(page) == [], where
        assert duplicate_ids(page) == [], where
        assert dangling_references(page) == [], where
        assert text_of(page.elements("title")[0]), where
    assert seen == 44


def inline_code(page: Page) -> list[str]:
    attributes = [(node.tag, name) for node in page.elements() for name in node.attrib]
    found = [f"{tag} {name}" for tag, name in attributes if name == "style" or name.startswith("on")]
    found += ["style" for _ in page.elements("style")]
    return found + ["script" for node in page.elements("script") if not node.get("src") or text_of(node)]


def foreign_addresses(page: Page) -> list[str]:
    names = ("src", "href", "action")
    given = [node.get(name) for node in page.elements() for name in names if node.get(name) is not None]
    return [each for each in given if not each.startswith(("/", "#", "data:image/svg+xml")) or each.startswith("//")]


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


def test_what_was_said_stands_before_the_form_that_answers_it(redress: House) -> None:
    case = redress.file(by="li.na", text="The lesson ended early.")["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    page = staff(redress, "li.na").get(f"/tasks/{task}")
    assert page.text.index("The lesson ended early.") < page.text.index("Complete this step")


def test_the_rule_that_decided_is_told_first_and_what_holds_for_every_case_is_not(redress: House) -> None:
    case = redress.file(by="li.na", people=12)["id"]
    text = staff(redress, "li.na").get(f"/cases/{case}").text
    assert "Priority · High: People affected: ≥ 10 (rule 6 of the table)" in text
    assert "A further rule fits: Type: Complaint; Category: under Teaching (rule 10 of the table)" in text
    assert "Impact · Major: People affected: ≥ 10 (rule 1 of the table)" in text
    assert "no special condition holds" not in text
    plain = redress.file(by="li.na", category="other")["id"]
    assert "Impact · General: no special condition holds" in staff(redress, "li.na").get(f"/cases/{plain}").text


def test_what_holds_a_step_back_is_named_with_the_way_there(redress: House) -> None:
    case = redress.file(by="li.na", category="other")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    action = {"title": "更正课件", "owner_team": "academic", "due_on": "2026-03-10", "blocking": True}
    plan = {"next": "submit", "root_cause": "other", "root_cause_text": "x", "finding": "x", "remedy": "x"}
    remedies = [{"kind": "apology", "note": "x"}]
    redress.do("li.na", "plan", case, {**plan, "actions": [action], "remedies": remedies})
    li_na, task = staff(redress, "li.na"), redress.task("li.na", "carry_out", case)["id"]
    page = li_na.get(f"/tasks/{task}")
    refused = li_na.send(page, f"/tasks/{task}/complete", {"carried_out": "x"})
    assert refused.status == 422
    assert refused.link("1 action is open") == f"/cases/{case}#actions"
    assert refused.link("1 remedy is not given yet") == f"/cases/{case}#remedies"


def test_whoever_decides_on_what_has_changed_is_told_so_and_led_to_what_is_to_be_decided_now(redress: House) -> None:
    case = plan_made(redress)
    task = redress.task("liu.gang", "decide_leadership", case)["id"]
    liu, li_na = staff(redress, "liu.gang"), redress.person("li.na")
    page = liu.get(f"/tasks/{task}")
    tag = li_na.call("GET", f"/api/complaints/{case}").headers["etag"]
    change = {"people": 40, "reason": "more have signed"}
    li_na.call("PATCH", f"/api/complaints/{case}/facts", change, headers={"If-Match": tag})
    late = liu.send(page, f"/tasks/{task}/complete", {"decision": "approve", "reasons": "I agree."})
    now = redress.task("liu.gang", "decide_leadership", case)["id"]
    assert (late.status, late.title) == (409, "The case has moved on")
    assert late.link("Decide as leadership group") == f"/tasks/{now}"
    assert "I agree." in late.text
