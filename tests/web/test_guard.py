"""Sessions, forged forms, cookies, languages."""

from __future__ import annotations

import pytest

from api.web.guard import local_path
from tests.support.application import House, house
from tests.web.conftest import with_pages
from tests.web.visitor import staff, text_of, visitor


def test_a_wrong_token_opens_nothing(redress: House) -> None:
    who = visitor(redress)
    page = who.send(who.get("/sign-in/token"), "/sign-in/token", {"token": "redress_" + "0" * 32})
    assert page.status == 422
    assert "This token is not valid, or no longer." in page.text
    assert who.get("/inbox").path == "/sign-in"


def test_after_signing_in_one_is_where_one_wanted_to_be(redress: House) -> None:
    who = visitor(redress)
    asked = who.get("/cases?q=lift")
    assert asked.path == "/sign-in"
    token = redress.person("li.na").headers["Authorization"].removeprefix("Bearer ")
    page = who.send(who.get(asked.link("I have a token")), "/sign-in/token", {"token": token})
    assert (page.path, page.response.url.query) == ("/cases", b"q=lift")


def test_after_signing_out_the_session_is_over_everywhere(redress: House) -> None:
    who = staff(redress, "li.na")
    stolen = dict(who.http.cookies)
    left = who.send(who.get("/inbox"), "/sign-out")
    assert "You are signed out." in left.text
    thief = visitor(redress)
    thief.http.cookies.update(stolen)
    assert thief.get("/inbox").path == "/sign-in"


def test_a_session_is_over_after_its_hours(redress: House) -> None:
    who = staff(redress, "li.na")
    redress.later(hours=13)
    assert who.get("/inbox").path == "/sign-in"


@pytest.mark.parametrize("token", ["", "wrong", "0" * 32])
def test_a_form_without_the_token_of_the_session_does_nothing(redress: House, token: str) -> None:
    case = redress.file()["id"]
    who = staff(redress, "li.na")
    page = who.post(f"/cases/{case}/note", {"text": "forged", "_csrf": token})
    assert (page.status, page.title) == (403, "This is not yours to do")
    assert "forged" not in who.get(f"/cases/{case}").text


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}])
@pytest.mark.parametrize("path", ["/complain", "/track", "/track/messages", "/sign-in", "/language"])
def test_a_form_of_another_site_does_nothing(redress: House, path: str, headers: dict[str, str]) -> None:
    assert visitor(redress).post(path, {"language": "ko"}, **headers).status == 403


def test_an_old_browser_is_judged_by_the_origin(redress: House) -> None:
    who = visitor(redress)
    plain = {"accept": "text/html", "accept-language": "en"}
    answers = {
        origin: who.http.post("/language", data={"language": "ko"}, headers={**plain, "origin": origin}).status_code
        for origin in ("http://testserver", "https://evil.example", "null")
    }
    assert answers == {"http://testserver": 200, "https://evil.example": 403, "null": 403}


def test_cookies_are_out_of_reach_of_scripts_other_sites_and_plain_http() -> None:
    redress = with_pages(house(secure_cookies=True))
    who = visitor(redress)
    who.http.base_url = "https://testserver"
    origin = {"origin": "https://testserver"}
    token = redress.person("li.na").headers["Authorization"].removeprefix("Bearer ")
    page = who.post("/sign-in/token", {"token": token}, **origin)
    session, device = page.response.history[0].headers.get_list("set-cookie")
    assert session.startswith("__Host-redress=session_")
    assert device.startswith("__Host-redress-device=")
    for cookie in (session, device):
        parts = {part.strip().lower() for part in cookie.split(";")}
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)
    filed = redress.file()
    followed = who.post("/track", {"code": filed["tracking_code"]}, **origin)
    (cookie,) = followed.response.history[0].headers.get_list("set-cookie")
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert cookie.startswith("__Secure-redress-track=")
    assert {"httponly", "secure", "samesite=strict", "path=/track", "max-age=1800"} <= parts


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/cases?q=a", "/cases?q=a"), ("//evil.example", "/x"), ("https://evil.example", "/x"), ("/\\evil", "/x"),
        ("", "/x"), ("/a\nb", "/x"), ("/" + "a" * 600, "/x"), ("javascript:alert(1)", "/x"),
    ],
)  # fmt: skip
def test_the_way_on_never_leaves_the_site(asked: str, given: str) -> None:
    assert local_path(asked, "/x") == given


@pytest.mark.parametrize(
    ("header", "language"),
    [("ko-KR,ko;q=0.9,en;q=0.8", "ko"), ("fr, en;q=0.5", "en"), ("zh-TW", "zh-CN"), ("fr", "zh-CN"), ("", "zh-CN")],
)
def test_the_browser_s_language_decides_until_one_is_chosen(redress: House, header: str, language: str) -> None:
    who = visitor(redress, header)
    page = who.get("/")
    assert page.elements("html")[0].get("lang") == language
    chosen = who.send(page, "/language", press="English")
    assert chosen.elements("html")[0].get("lang") == "en"
    assert who.get("/track").elements("html")[0].get("lang") == "en"


def test_staff_read_in_their_own_language(redress: House) -> None:
    who = visitor(redress, "en")
    token = redress.person("kim.minji").headers["Authorization"].removeprefix("Bearer ")
    page = who.send(who.get("/sign-in/token"), "/sign-in/token", {"token": token})
    assert page.elements("html")[0].get("lang") == "ko"
    assert text_of(page.elements("h1")[0]) == "업무함"


def test_too_many_attempts_are_told_when_to_come_again() -> None:
    redress = with_pages(house(secure_cookies=False, filings_per_minute=2))
    who = visitor(redress)
    statuses = [who.post("/track", {"code": "ABCD"}).status for _ in range(3)]
    assert statuses == [404, 404, 429]
    page = who.post("/track", {"code": "ABCD"})
    assert (page.title, page.response.headers["retry-after"]) == ("Too many attempts", "30")


def test_a_made_up_cookie_is_an_attempt_like_any_other() -> None:
    redress = with_pages(house(secure_cookies=False, filings_per_minute=2))
    who = visitor(redress)
    statuses = []
    for number in range(4):
        who.http.cookies.set("redress_track", f"ABCD-{number}", path="/track")
        statuses.append(who.get("/track").status)
    assert statuses == [404, 404, 429, 429]
    who.http.cookies.set("redress_track", "ABCD-9", path="/track")
    assert who.post("/track/messages", {"text": "x"}).status == 429
    redress.complainant("ABCD-EFGH-JKMN-PQRS").refused(429, "GET", "/api/track")


def test_wrong_codes_at_the_api_are_counted_for_the_page_too_and_right_ones_nowhere() -> None:
    redress = with_pages(house(secure_cookies=False, filings_per_minute=3))
    filed, another = redress.file(), redress.file()
    who, mine = visitor(redress), redress.complainant(filed["tracking_code"])
    assert [mine.call("GET", "/api/track").status_code for _ in range(5)] == [200] * 5
    assert [who.post("/track", {"code": filed["tracking_code"]}).status for _ in range(5)] == [200] * 5
    wrong = redress.complainant("ABCD-EFGH-JKMN-PQRS")
    assert [wrong.call("GET", "/api/track").status_code for _ in range(4)] == [401, 401, 401, 429]
    # Who was right from here goes on; who comes for the first time waits, so that trying tells nothing.
    assert who.get("/track").status == 200
    assert mine.get("/api/track")["number"] == filed["number"]
    first_time = visitor(redress)
    assert first_time.post("/track", {"code": another["tracking_code"]}).status == 429
    redress.complainant(another["tracking_code"]).refused(429, "GET", "/api/track")
