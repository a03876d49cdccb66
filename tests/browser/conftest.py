"""A server with a handful of cases, and a browser that looks at it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.application import House, house
from tests.support.chromium import arguments
from tests.web.conftest import with_pages
from tests.web.test_staff_flow import PLAN

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(frozen=True)
class Place:
    """A running installation."""

    url: str
    house: House
    decided: str
    """A case that waits for the leadership group."""
    fresh: str
    """A case that nobody has acknowledged."""
    code: str
    """The tracking code of the first."""

    def token(self, login: str) -> str:
        """Return the token of a colleague."""
        return self.house.person(login).headers["Authorization"].removeprefix("Bearer ")

    def task(self, case: str, element: str) -> str:
        """Return the address of an open task."""
        tasks = self.house.person("chen.jing").get(f"/api/complaints/{case}")["tasks"]
        return next(f"/tasks/{task['id']}" for task in tasks if task["element"] == element)


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    """Serve an installation with two cases until the last test is done."""
    redress = with_pages(house(secure_cookies=False))
    decided = redress.file(
        subject="实训设备长期损坏", category="facilities.equipment", people=12, desired_outcome="修好设备并补课"
    )
    case = decided["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好，我会跟进到底。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "属实。"})
    redress.do("he.tao", "facilities_check", case, {"site_state": "safe", "facilities_report": "八台损坏。"})
    redress.do("li.na", "respond", case, {"response_text": "已到现场核实，备件已加急。"})
    redress.do("li.na", "plan", case, PLAN)
    redress.person("li.na").post(f"/api/complaints/{case}/notes", {"text": "与设施部门确认过。"})
    fresh = redress.file(subject="考试通知太晚")["id"]
    redress.later(minutes=50)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(redress.app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    ready = threading.Event()
    startup = server.startup

    async def told(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets=sockets)
        ready.set()

    server.startup = told  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(20)
    yield Place(f"http://127.0.0.1:{port}", redress, case, fresh, decided["tracking_code"])
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=arguments())
        yield started
        started.close()


SAID: list[str] = []
"""What the console of the windows of this test has said."""
Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, place: Place) -> Iterator[Opened]:
    """Open a window of a width, in a language, signed in as somebody or nobody. What the console says is a failure."""
    contexts: list[BrowserContext] = []
    SAID.clear()

    def open_window(
        login: str | None = None,
        *,
        width: int = 1280,
        language: str = "zh-CN",
        dark: bool = False,
        axe: bool = False,
    ) -> Page:
        # axe tries inline styles on the page, which its policy forbids; only where axe looks the policy is off.
        context = browser.new_context(
            bypass_csp=axe,
            viewport={"width": width, "height": 900}, locale=language, color_scheme="dark" if dark else "light",
            base_url=place.url,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: SAID.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: SAID.append(str(error)))
        if login is not None:
            page.goto("/sign-in/token")
            page.fill("#token", place.token(login))
            page.press("#token", "Enter")
            page.wait_for_url("**/inbox")
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert [each for each in SAID if "Failed to load resource" not in each] == []


def faults(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA, serious and critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # The drawing itself is left out: its like in words stands beside it.
    found = page.evaluate(
        """axe.run({exclude: ['.drawing svg']},
        {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"""
    )
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
