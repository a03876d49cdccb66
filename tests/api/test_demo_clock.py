"""The demo's clock: what falls due on the way fires in order, each at its own instant."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import cli_demo
from app.demo import advance
from complaints.tables import message
from engine.clock import MovableClock
from engine.tables import event_log
from storage.outbox import outbox
from tests.support.application import OPENING, House, house
from tests.web.conftest import with_pages
from tests.web.visitor import staff


@pytest.fixture
def demo() -> House:
    """An installation whose clock may be moved."""
    return house(demo=True, secure_cookies=False)


def firings(redress: House) -> list[tuple[str, str, datetime, datetime]]:
    """Return case, rung, due instant and instant of firing, in the order of the log."""
    table = event_log.c
    with redress.application.database.read() as connection:
        rows = connection.execute(
            select(table.case_id, table.name, table.detail, table.at)
            .where(table.kind == "fired")
            .order_by(table.sequence)
        ).all()
    return [(row.case_id, row.name, datetime.fromisoformat(row.detail["due_at"]), row.at) for row in rows]


def test_what_falls_due_on_the_way_fires_at_its_own_instant_and_in_order_over_all_cases(demo: House) -> None:
    first = demo.file()["id"]
    demo.person("ops").post("/api/demo/clock", {"by": "10m"})
    second = demo.file()["id"]
    moved = demo.person("ops").post("/api/demo/clock", {"by": "+3h"})
    found = firings(demo)
    expected = [
        (case, f"acknowledge/1/{rung}", OPENING + timedelta(minutes=minutes))
        for minutes, rung, case in sorted(
            (start + after, rung, case)
            for start, case in ((0, first), (10, second))
            for after, rung in ((45, "remind"), (60, "overdue"), (120, "escalate"))
        )
    ]
    assert [each[:3] for each in found if each[1].startswith("acknowledge/")] == expected
    assert [each for each in found if each[2] != each[3]] == []
    assert [each[2] for each in found] == sorted(each[2] for each in found)
    assert datetime.fromisoformat(moved["now"]) == OPENING + timedelta(hours=3, minutes=10)
    # The timer of the drawing behind the hour fires besides its rung.
    assert moved["fired"] >= len(found)


def letters(redress: House) -> list[tuple[str, datetime]]:
    """Return the notice and the instant of every letter to a complainant."""
    table = message.c
    with redress.application.database.read() as connection:
        rows = connection.execute(select(table.template, table.at).order_by(table.at)).all()
    return [(row.template, row.at) for row in rows]


def held_until(redress: House) -> list[datetime]:
    """Return until when letters to complainants can be called back."""
    table = outbox.c
    with redress.application.database.read() as connection:
        held = select(table.held_until).where(table.recipient == "complainant", table.held_until.is_not(None))
        return list(connection.execute(held.order_by(table.held_until)).scalars())


def move_by_api(demo: House) -> None:
    demo.person("ops").post("/api/demo/clock", {"by": "+1h"})


def move_by_page(demo: House) -> None:
    who = staff(with_pages(demo), "li.na")
    who.send(who.get("/inbox"), "/demo/clock", press="+1 h")


def move_as_the_seed_does(demo: House) -> None:
    clock = demo.application.clock
    assert isinstance(clock, MovableClock)
    advance(demo.application, clock, OPENING + timedelta(hours=1))


@pytest.mark.parametrize("move", [move_by_api, move_by_page, move_as_the_seed_does])
def test_a_letter_that_is_held_back_goes_out_at_the_instant_at_which_it_is_let_go(
    demo: House, move: Callable[[House], None]
) -> None:
    case = demo.file()["id"]
    demo.deliver()
    before = letters(demo)
    demo.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    (release,) = held_until(demo)
    assert OPENING < release < OPENING + timedelta(hours=1)
    move(demo)
    assert letters(demo) == [*before, ("acknowledged", release)]
    assert demo.application.clock.now() == OPENING + timedelta(hours=1)


def test_the_clock_moves_to_an_instant_and_never_back(demo: House) -> None:
    ops = demo.person("ops")
    to = OPENING + timedelta(days=2)
    assert datetime.fromisoformat(ops.post("/api/demo/clock", {"to": to.isoformat()})["now"]) == to
    problem = ops.refused(422, "POST", "/api/demo/clock", {"to": OPENING.isoformat()})
    assert [field["field"] for field in problem["fields"]] == ["/to"]


@pytest.mark.parametrize(("said", "sent"), [("+45m", "45m"), ("2h", "2h"), (" +3d ", "3d"), ("+1w", "1w")])
def test_the_command_line_moves_the_clock_as_the_api_takes_it(
    demo: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, sent: str
) -> None:
    posted: list[Any] = []

    def post(url: str, body: dict[str, Any], token: str) -> Any:
        posted.append((url, body, token))
        return demo.person("ops").post("/api/demo/clock", body)

    card = {"url": "http://127.0.0.1:1", "people": [{"login": "ops", "roles": ["operator"], "token": "secret"}]}
    (tmp_path / "demo.json").write_text(json.dumps(card), encoding="utf-8")
    monkeypatch.setenv("REDRESS_VAR_FOLDER", str(tmp_path))
    monkeypatch.setattr(cli_demo, "_post", post)
    cli_demo.clock(said)
    assert posted == [("http://127.0.0.1:1/api/demo/clock", {"by": sent}, "secret")]
    assert demo.application.clock.now() > OPENING


def test_the_command_line_says_how_a_length_is_written() -> None:
    with pytest.raises(ValueError, match=r"'tomorrow' is no length of time: write \+45m, \+2h, \+3d or \+1w\."):
        cli_demo.clock("tomorrow")
