"""Signing in and the pages of an account in a real browser: accessible, nowhere too wide, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import pytest
from playwright.sync_api import Page

from access import people, tokens
from access.credentials import new_secret
from access.sign_in import second_factors
from access.sign_in.provider import Begun, Claims, Provider, ProviderSettings
from access.sign_in.second_factors import Secret
from api.context import shared_by
from api.metrics import Metrics
from api.web.visit import LANGUAGE_COOKIE
from app.container import Application
from engine.clock import SystemClock
from engine.ids import RandomIds
from tests.browser.conftest import Opened, Place, faults, overflow
from tests.browser.test_pages import LOOKS
from tests.support.application import House
from tests.support.oidc.running import CLIENT, running
from tests.support.oidc.running import SECRET as SHARED
from tests.web.test_signing_in import invitation_of
from tests.web.ways_in import OTHER, SECRET, give_password, shown, tick

LANGUAGES = ("zh-CN", "ko", "en")


def sound(page: Page, where: str) -> None:
    assert (where, faults(page)) == (where, [])
    assert (where, overflow(page)) == (where, 0)


def enter(page: Page, login: str, secret: str = SECRET) -> None:
    page.goto("/sign-in")
    page.fill("#login", login)
    page.fill("#password", secret)
    page.press("#password", "Enter")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_everything_about_an_account_is_sound(
    opened: Opened, place: Place, width: int, dark: bool, language: str
) -> None:
    login = {"zh-CN": "zhou.qiang", "ko": "gao.yan", "en": "lin.feng"}[language]
    with place.house.application.database.write() as unit:
        second_factors.turn_off(unit.connection, login)
        unit.commit()
    code = invitation_of(place.house, login)
    page = opened(width=width, dark=dark, language=language, axe=True)
    page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": place.url}])
    page.goto("/sign-in/token")
    sound(page, "token")
    enter(page, "nobody", OTHER)
    page.wait_for_selector("#password--error")
    sound(page, "wrong")
    page.goto("/invitation")
    sound(page, "invitation")
    page.fill("#code", code)
    page.press("#code", "Enter")
    page.wait_for_selector("#new")
    sound(page, "choosing")
    page.fill("#new", SECRET)
    page.fill("#again", SECRET)
    page.press("#again", "Enter")
    page.wait_for_url("**/inbox")
    assert page.get_attribute("html", "lang") == language
    for path in ("/me/sign-ins", "/me/password", "/me/tokens", "/me/second-factor"):
        page.goto(path)
        sound(page, path)
    secret = Secret("".join(page.inner_text(".secret-key").split()))
    page.fill("#code", shown(place.house, secret))
    page.fill("#password", SECRET)
    page.press("#password", "Enter")
    page.wait_for_selector(".recovery-codes")
    sound(page, "recovery codes")
    page.goto("/me/second-factor")
    sound(page, "second factor")
    page.context.clear_cookies()
    tick(place.house, 30)
    enter(page, login)
    page.wait_for_selector("form[action='/sign-in/code']")
    sound(page, "code")
    page.fill("#code", shown(place.house, secret))
    page.press("#code", "Enter")
    page.wait_for_url("**/inbox")


def test_without_scripts_one_signs_in_all_the_same(
    opened: Opened, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The house of the tests counts its secrets, and has counted so far for its people's tokens already.
    monkeypatch.setattr(tokens, "new_secret", lambda prefix, *, ids: new_secret(prefix, ids=RandomIds()))
    give_password(place.house, "ma.li")
    page = opened()
    page.route("**/*.js", lambda route: route.abort())
    enter(page, "ma.li")
    page.wait_for_url("**/inbox")
    page.goto("/me/tokens")
    page.fill("#name", "Export")
    page.check("#scope-read")
    page.click("main form[action='/me/tokens'] button")
    assert page.inner_text(".code-card .secret-key").startswith("redress_")


def test_a_password_can_be_pasted(opened: Opened, place: Place) -> None:
    give_password(place.house, "ma.li")
    page = opened()
    page.goto("/sign-in")
    page.fill("#login", "ma.li")
    page.focus("#password")
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData('text/plain', text);
        const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
        if (document.activeElement.dispatchEvent(event)) document.execCommand('insertText', false, text); }""",
        SECRET,
    )
    page.press("#password", "Enter")
    page.wait_for_url("**/inbox")


class OfToday(Provider):
    """A provider is of today; the other tests share the house, in which it is March."""

    def finish(self, code: str, begun: Begun, *, redirect_uri: str, now: datetime) -> Claims:
        return super().finish(code, begun, redirect_uri=redirect_uri, now=SystemClock().now())


@contextmanager
def shared_instead(house: House, application: Application) -> Iterator[None]:
    """Serve another application for the block; the other tests find what was there before."""
    before = house.app.state.shared
    house.app.state.shared = shared_by(application, Metrics(since=house.application.now()))
    try:
        yield
    finally:
        house.app.state.shared = before


def test_with_the_institution_s_account_one_signs_in_on_its_pages(opened: Opened, place: Place) -> None:
    """The provider is a real one on this machine; the browser walks through its pages and comes back."""
    house = place.house
    with running(f"{place.url}/sign-in/elsewhere/back") as provider:
        known = OfToday(ProviderSettings(issuer=provider.issuer, client_id=CLIENT, client_secret=SHARED))
        settings = house.application.settings.model_copy(update={"public_url": place.url})
        changed = replace(house.application, provider=known, settings=settings)
        with shared_instead(house, changed):
            with house.application.database.write() as unit:
                people.change(unit.connection, "li.na", email="li.na@school.example")
                unit.commit()
            page = opened(language="en")
            page.goto("/cases")
            page.click("a[href^='/sign-in/elsewhere']")
            page.fill("input[name=login]", "na")
            page.fill("input[name=password]", "x")
            page.press("input[name=password]", "Enter")
            page.click("button[type=submit]")
            page.wait_for_url(f"{place.url}/cases")
            assert page.inner_text(".me-name").endswith("李娜")
