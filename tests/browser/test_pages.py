"""Every page in a real browser: accessible (axe), nowhere wider than its window, at a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SAID, Opened, Place, faults, overflow

WIDTHS = (1280, 360)
LOOKS = ((1280, False), (360, True))
STAFF = ("/inbox", "/inbox?view=overdue", "/cases", "/cases/new", "/processes", "/cases/unknown")


def sound(page: Page, where: str) -> None:
    assert (where, faults(page)) == (where, [])
    assert (where, overflow(page)) == (where, 0)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_public_pages_are_sound(opened: Opened, place: Place, width: int, dark: bool) -> None:
    page = opened(width=width, language="ko", dark=dark, axe=True)
    for path in ("/", "/complain", "/track", "/sign-in"):
        page.goto(path)
        sound(page, path)
    page.goto("/track")
    page.fill("#code", place.code)
    page.press("#code", "Enter")
    page.wait_for_selector(".status-card")
    for summary in page.locator("details > summary").all():
        summary.click()
    sound(page, "tracking")


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_staff_are_sound(opened: Opened, width: int) -> None:
    page = opened("li.na", width=width, axe=True)
    for path in STAFF[:-1]:
        page.goto(path)
        sound(page, path)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_tasks_and_decisions_are_sound(opened: Opened, place: Place, width: int, dark: bool) -> None:
    page = opened("chen.jing", width=width, dark=dark, axe=True)
    for path in (place.task(place.fresh, "acknowledge"), place.task(place.decided, "decide_leadership"), "/approvals"):
        page.goto(path)
        sound(page, path)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_case_is_sound_with_its_diagram_drawn_and_everything_open(
    opened: Opened, place: Place, width: int, dark: bool
) -> None:
    page = opened("chen.jing", width=width, dark=dark, axe=True)
    page.goto(f"/cases/{place.decided}")
    page.wait_for_selector("[data-drawn=yes]")
    for summary in page.locator("details > summary").all():
        summary.click()
    sound(page, "case")


def test_the_diagram_shows_where_the_case_stands_and_which_way_it_came(opened: Opened, place: Place) -> None:
    page = opened("li.na", language="zh-CN")
    page.goto(f"/cases/{place.fresh}")
    page.wait_for_selector("[data-drawn=yes]")
    here = page.locator(".djs-element.is-here")
    assert here.count() == 1
    assert here.get_attribute("data-element-id") == "acknowledge"
    assert page.locator(".djs-element.was-here").count() >= 5
    assert page.locator(".djs-connection.was-taken").count() >= 5
    assert page.locator(".mark-token", has_text="正在这里").is_visible()
    drawn = page.locator(".djs-element[data-element-id=acknowledge]").first.text_content()
    assert drawn == "确认受理"
    assert page.locator(".mark-due").count() >= 1
    # The mark of those who made the library stays visible: its licence asks for it.
    mark = page.locator(".bjs-powered-by")
    assert mark.is_visible()
    box = mark.bounding_box()
    assert box is not None
    assert box["width"] > 20
    page.click("[data-do=all]")
    page.click("[data-do=in]")
    page.click("[data-do=here]")
    assert page.locator(".mark-token", has_text="正在这里").is_visible()


def test_the_drawing_of_a_version_is_shown(opened: Opened) -> None:
    page = opened("li.na", language="en", axe=True)
    page.goto("/processes/complaint/1")
    page.wait_for_selector("[data-drawn=yes]")
    assert page.locator(".djs-shape").count() > 50
    sound(page, "process")


def test_questions_that_do_not_matter_are_hidden_where_scripts_run(opened: Opened) -> None:
    page = opened(language="en")
    page.goto("/complain")
    assert page.locator("#intake-name").is_visible()
    page.check("input[name=identity_mode][value=anonymous]")
    assert not page.locator("#intake-name").is_visible()
    page.check("input[name=identity_mode][value=identified]")
    assert page.locator("#intake-name").is_visible()


def test_no_page_breaks_its_own_policy_and_nothing_is_missing(opened: Opened, place: Place) -> None:
    page = opened("chen.jing")
    missing: list[str] = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    decision = place.task(place.decided, "decide_leadership")
    for path in ("/", "/complain", "/track", *STAFF[:-1], "/approvals", decision, f"/cases/{place.decided}"):
        page.goto(path)
    page.wait_for_selector("[data-drawn=yes]")
    assert missing == []
    assert SAID == []


def test_one_long_word_breaks_on_a_phone(opened: Opened, place: Place) -> None:
    word = "Projektorlampe" * 13
    filed = place.house.file(subject=word, text=word, language="en")
    promised = [{"what": word, "due_at": "2026-03-03T09:00:00Z"}]
    place.house.do("li.na", "acknowledge", filed["id"], {"acknowledgement_text": word, "promises": promised})
    place.house.later(minutes=5)
    page = opened(width=360, language="en")
    page.goto("/track")
    page.fill("#code", filed["tracking_code"])
    page.press("#code", "Enter")
    page.wait_for_selector(".status-card")
    assert page.locator(".promise h3", has_text=word).count() == 1
    assert overflow(page) == 0
    page = opened("li.na", width=360)
    for path in ("/inbox", "/cases", f"/cases/{filed['id']}", place.task(filed["id"], "verify")):
        page.goto(path)
        assert (path, overflow(page)) == (path, 0)
