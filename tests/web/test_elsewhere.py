"""Signing in with the institution's own account, with a real provider on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from access import people, teams
from access.sign_in.tables import linked_account
from access.tables import membership, person
from app.container import take_posts
from app.settings import Settings
from engine.clock import MovableClock, SystemClock
from escalation.posts import parse_posts
from tests.support.application import House, house
from tests.support.oidc.running import CLIENT, SECRET, Running, running
from tests.web.conftest import with_pages
from tests.web.visitor import Page, Visitor, visitor
from tests.web.ways_in import guest, tick

HERE = "http://testserver"
GROUPS = '[groups]\ndesk = ["service"]\nlawyers = ["legal", "mediation"]\n'


@pytest.fixture(scope="module")
def provider() -> Iterator[Running]:
    """One provider for all tests."""
    with running(f"{HERE}/sign-in/elsewhere/back") as found:
        yield found


def with_provider(provider: Running, groups: str = GROUPS, **changes: object) -> House:
    """Return an installation of this moment that knows the provider, and Li Na's address."""
    found = with_pages(
        house(
            secure_cookies=False, public_url=HERE, oidc_issuer=provider.issuer, oidc_client_id=CLIENT,
            oidc_client_secret=SecretStr(SECRET), **changes,
        )
    )  # fmt: skip
    clock = found.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance_to(SystemClock().now())
    content = (Path(Settings().bpmn_folder) / "posts.toml").read_bytes()
    posts = parse_posts(content + f"\n{groups}".encode(), file="posts.toml")
    take_posts(posts, found.application.library, found.application.pipeline)
    with found.application.database.write() as unit:
        people.change(unit.connection, "li.na", email="Li.Na@school.example")
        unit.commit()
    return found


def address(who: Visitor, next: str = "") -> str:
    """Press the button on the sign-in page; return where it leads."""
    page = who.get("/sign-in" + (f"?next={next}" if next else ""))
    answer = who.http.get(page.link("Sign in with your institution's account"), follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def signed_in(who: Visitor, provider: Running, login: str, next: str = "") -> Page:
    back = provider.sign_in(address(who, next), login)
    return who.get(back.removeprefix(HERE))


def teams_of(redress: House, login: str) -> set[str]:
    with redress.application.database.read() as connection:
        return set(connection.scalars(select(membership.c.team).where(membership.c.person == login)))


def test_an_account_is_linked_by_its_verified_address_and_known_from_then_on(provider: Running) -> None:
    redress = with_provider(provider)
    who = guest(redress)
    page = signed_in(who, provider, "na", next="/cases")
    assert (page.path, "李娜" in page.text) == ("/cases", True)
    with redress.application.database.read() as connection:
        assert connection.execute(
            select(linked_account.c.issuer, linked_account.c.subject, linked_account.c.person)
        ).all() == [(provider.issuer, "na", "li.na")]
    with redress.application.database.write() as unit:
        people.change(unit.connection, "li.na", email="other@school.example")
        unit.commit()
    assert signed_in(guest(redress), provider, "na").path == "/inbox"


def test_what_is_asked_has_pkce_a_state_and_a_nonce_each_new(provider: Running) -> None:
    who = guest(with_provider(provider))
    asked = [parse_qs(urlsplit(address(who)).query) for _ in range(2)]
    for each in asked:
        assert (each["response_type"], each["code_challenge_method"]) == (["code"], ["S256"])
        assert each["redirect_uri"] == [f"{HERE}/sign-in/elsewhere/back"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) >= 43


def test_an_address_that_is_not_verified_links_nobody(provider: Running) -> None:
    redress = with_provider(provider)
    page = signed_in(guest(redress), provider, "unsure")
    assert (page.status, "have no account here" in page.text) == (422, True)
    with redress.application.database.read() as connection:
        assert connection.execute(select(linked_account)).all() == []


def test_an_address_of_two_accounts_links_neither(provider: Running) -> None:
    redress = with_provider(provider)
    with redress.application.database.write() as unit:
        people.change(unit.connection, "he.tao", email="li.na@school.example")
        unit.commit()
    assert signed_in(guest(redress), provider, "na").status == 422


def test_an_account_is_made_where_a_group_gives_a_team_if_the_installation_says_so(provider: Running) -> None:
    assert signed_in(guest(with_provider(provider)), provider, "new").status == 422
    no_team = with_provider(provider, groups='[groups]\n"other" = ["legal"]\n', oidc_create=True)
    assert signed_in(guest(no_team), provider, "new").status == 422
    redress = with_provider(provider, oidc_create=True)
    page = signed_in(guest(redress), provider, "new")
    assert (page.path, "박새롬" in page.text) == ("/inbox", True)
    with redress.application.database.read() as connection:
        made = people.get(connection, "park.saerom")
    assert (made.name, made.email, made.language) == ("박새롬", "saerom@school.example", "ko")
    assert teams_of(redress, "park.saerom") == {"service", "legal", "mediation"}


def test_teams_follow_the_groups_as_far_as_the_mapping_names_them(provider: Running) -> None:
    redress = with_provider(provider)
    with redress.application.database.write() as unit:
        teams.join(unit.connection, "li.na", "legal")
        teams.join(unit.connection, "li.na", "academic")
        teams.leave(unit.connection, "li.na", "service")
        unit.commit()
    signed_in(guest(redress), provider, "na")
    assert teams_of(redress, "li.na") == {"service", "academic"}


def test_a_closed_account_stays_closed(provider: Running) -> None:
    redress = with_provider(provider)
    signed_in(guest(redress), provider, "na")
    with redress.application.database.write() as unit:
        unit.connection.execute(update(person).where(person.c.id == "li.na").values(active=False))
        unit.commit()
    page = signed_in(guest(redress), provider, "na")
    assert (page.status, "Your account here is closed." in page.text) == (422, True)


def test_an_answer_counts_in_the_browser_that_began_and_once(provider: Running) -> None:
    redress = with_provider(provider)
    who, thief = guest(redress), guest(redress)
    back = provider.sign_in(address(who), "na").removeprefix(HERE)
    assert "begun in another browser" in thief.get(back).text
    address(thief)
    assert "begun in another browser" in thief.get(back).text, "another state"
    assert who.get(back).path == "/inbox"
    assert "begun in another browser" in who.get(back).text
    other = guest(redress)
    late = provider.sign_in(address(other), "na").removeprefix(HERE)
    tick(redress, 600)
    assert "This took too long" in other.get(late).text


def test_a_code_is_worth_nothing_without_what_the_browser_kept(provider: Running) -> None:
    """A code that was seen on its way is not exchanged with another verifier."""
    redress = with_provider(provider)
    victim, thief = guest(redress), guest(redress)
    stolen = parse_qs(urlsplit(provider.sign_in(address(victim), "na")).query)["code"][0]
    own = parse_qs(urlsplit(address(thief)).query)["state"][0]
    page = thief.get(f"/sign-in/elsewhere/back?code={stolen}&state={own}")
    assert (page.status, "did not accept the request" in page.text) == (422, True)


def test_whoever_breaks_off_reads_so(provider: Running) -> None:
    who = guest(with_provider(provider))
    page = who.get(provider.break_off(address(who)).removeprefix(HERE))
    assert (page.status, "You were not signed in there, or broke off." in page.text) == (422, True)
    again = who.get("/sign-in/elsewhere/back?error=server_error&state=x")
    assert "begun in another browser" in again.text


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example/x", "/%5Cevil.example"])
def test_one_is_never_led_elsewhere(provider: Running, next: str) -> None:
    who = guest(with_provider(provider))
    assert signed_in(who, provider, "na", next=next).path == "/inbox"


def test_a_provider_that_is_away_is_said_so() -> None:
    nobody = Running("http://127.0.0.1:9", f"{HERE}/sign-in/elsewhere/back")
    page = visitor(with_provider(nobody)).get("/sign-in/elsewhere")
    assert (page.status, "does not answer at the moment" in page.text) == (503, True)
    assert page.response.headers["retry-after"] == "60"


def test_without_a_provider_there_is_neither_button_nor_page(redress: House) -> None:
    who = visitor(redress)
    assert "institution's account" not in who.get("/sign-in").text
    assert who.get("/sign-in/elsewhere").status == 404
    assert who.get("/sign-in/elsewhere/back?code=x&state=y").status == 404
