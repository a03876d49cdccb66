"""Filing and working with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import Opened, Place

MOST_STEPS = 80
"""Presses of the Tab key after which something is out of reach."""
LOOK = """() => {
  const element = document.activeElement, box = element.getBoundingClientRect();
  return {tall: box.height, outline: getComputedStyle(element).outlineStyle, top: box.top, bottom: box.bottom,
          room: window.innerHeight};
}"""


def reach(page: Page, selector: str) -> None:
    """Press Tab until the focus is on an element, which must then be visible and show that it has the focus."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            seen = page.evaluate(LOOK)
            assert seen["outline"] != "none", selector
            assert seen["tall"] > 0, selector
            assert seen["bottom"] > 0, selector
            assert seen["top"] < seen["room"], selector
            return
    raise AssertionError(f"{selector} is out of reach")


def test_a_complaint_is_filed_and_followed_by_keyboard_alone(opened: Opened) -> None:
    page = opened(language="en", width=360)
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    reach(page, "a.button[href='/complain']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/complain")
    reach(page, "#intake-subject")
    page.keyboard.type("Lift broken")
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "intake-text"
    page.keyboard.type("The lift in hall B has been broken since Monday.")
    reach(page, "#intake-name")
    page.keyboard.type("Ann Lee")
    reach(page, "main form.big-form button:not([name])")
    page.keyboard.press("Enter")
    page.wait_for_selector(".code-card")
    assert page.locator("h1").inner_text() == "Your complaint has arrived"
    reach(page, "main form[action='/track'] button")
    page.keyboard.press("Space")
    page.wait_for_selector(".status-card")
    assert page.locator("h1").inner_text() == "Lift broken"


def test_a_task_is_taken_and_completed_by_keyboard_alone(opened: Opened, place: Place) -> None:
    case = place.house.file(subject="By keyboard")["id"]
    page = opened("wang.fang", language="en", width=1280)
    page.goto(place.task(case, "acknowledge"))
    reach(page, "main form[action$='/claim'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice-done")
    reach(page, "#task-acknowledgement_text")
    page.keyboard.press("Control+A")
    page.keyboard.type("您好，我会跟进到底。")
    reach(page, "main form.big-form .actions button:not([name])")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice-done")
    tasks = place.house.person("wang.fang").get(f"/api/complaints/{case}")["tasks"]
    assert [task["element"] for task in tasks] == ["verify"]
