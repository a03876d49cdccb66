"""The demo's own page parts, and that they exist nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.application import House, house
from tests.web.conftest import with_pages
from tests.web.visitor import staff, visitor


def demo(tmp_path: Path) -> House:
    """Return a demo with its card."""
    found = with_pages(house(secure_cookies=False, demo=True, var_folder=tmp_path))
    token = found.person("li.na").headers["Authorization"].removeprefix("Bearer ")
    card = {
        "people": [{"login": "li.na", "name": "李娜", "teams": ["service"], "posts": ["duty_officer"], "token": token}]
    }
    (tmp_path / "demo.json").write_text(json.dumps(card), encoding="utf-8")
    return found


def test_one_click_makes_a_visitor_somebody_of_the_demo(tmp_path: Path) -> None:
    who = visitor(demo(tmp_path), "ko")
    page = who.get("/sign-in")
    assert "당직자, 고객 지원" in page.text
    inside = who.send(page, "/demo/sign-in")
    assert inside.path == "/inbox"


def test_the_buttons_move_the_clock_and_what_falls_due_happens_on_the_way(tmp_path: Path) -> None:
    redress = demo(tmp_path)
    case = redress.file()["id"]
    who = staff(redress, "li.na")
    page = who.get(f"/cases/{case}")
    assert "Its clock shows Tue 3 Mar 2026, 11:00." in page.text
    moved = who.send(page, "/demo/clock", press="+1 day")
    assert "Its clock shows Wed 4 Mar 2026, 11:00." in moved.text
    assert "Act on the late acknowledgement" in moved.text
    fired = [
        e["at"]
        for e in redress.person("li.na").get(f"/api/complaints/{case}/timeline")["items"]
        if e["kind"] == "fired"
    ]
    assert fired[0] == "2026-03-03T03:45:00+00:00"
    assert fired == sorted(fired)


def test_a_card_that_cannot_be_read_offers_nobody(tmp_path: Path) -> None:
    redress = demo(tmp_path)
    (tmp_path / "demo.json").write_text("{broken", encoding="utf-8")
    page = visitor(redress).get("/sign-in")
    assert "/demo/sign-in" not in [form.action for form in page.forms]


def test_outside_the_demo_there_is_no_banner_and_no_way_to_move_the_clock(redress: House) -> None:
    who = visitor(redress)
    page = who.get("/sign-in")
    assert [form.action for form in page.forms] == ["/language", "/sign-in"]
    before = redress.application.now()
    assert who.post("/demo/clock", {"by": "2d"}).status == 404
    assert redress.application.now() == before
    assert who.post("/demo/sign-in", {"login": "li.na"}).status == 422
