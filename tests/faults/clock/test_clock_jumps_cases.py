"""The clock of the store is set forward and back while cases run: nothing fires twice, and nothing is lost."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from engine.house_clock import HouseClock, Reading
from engine.tables import event_log, incident
from tests.faults.stores import postgresql_template, sqlite_template
from tests.faults.twins import Templates, Twins
from tests.support.application import OPENING
from tests.support.postgres import PostgresServer

__all__ = ["postgresql_template", "sqlite_template"]

SORRY = {"acknowledgement_text": "您好。"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class StoreTime:
    """The clock that all processes follow, and the seconds that run whatever it says."""

    def __init__(self) -> None:
        self.at, self.running = OPENING, 0.0

    def later(self, by: timedelta) -> None:
        """Let time pass."""
        self.at += by
        self.running += by.total_seconds()

    def clock(self) -> HouseClock:
        """Return the clock of one process."""
        return HouseClock(lambda: Reading(self.at, self.running, self.running), running=lambda: self.running)


class SetHouse:
    """Two processes, or one, on a clock that can be set."""

    def __init__(self, twins: Twins, time: StoreTime) -> None:
        self.twins, self.time = twins, time
        self.houses = list(dict.fromkeys([twins.one, twins.two]))
        self.beat()

    def beat(self) -> int:
        """Let every process do what its loops do; return how many instants fired."""
        fired = 0
        for house in self.houses:
            clock = house.application.clock
            assert isinstance(clock, HouseClock)
            clock.watch()
            fired += house.application.sweep.run_until_done()
            house.deliver()
        return fired

    def jump(self, by: timedelta) -> int:
        """Set the clock, and go on."""
        self.time.at += by
        return self.beat()

    def later(self, by: timedelta, *, steps: int = 1) -> int:
        """Let time pass, and go on."""
        fired = 0
        for _ in range(steps):
            self.time.later(by / steps)
            fired += self.beat()
        return fired

    def fired(self, case: str) -> list[tuple[str, datetime, datetime]]:
        """Return what has fired: its name, when it was due, and when it fired."""
        lines = select(event_log.c.name, event_log.c.detail, event_log.c.at).where(
            event_log.c.kind == "fired", event_log.c.case_id == case
        )
        return [(row.name, datetime.fromisoformat(row.detail["due_at"]), row.at) for row in self.twins.rows(lines)]

    def post(self, case: str, verb: str, body: Any) -> int:
        """Ask for something as the owner; return the status."""
        return int(self.houses[-1].person("li.na").call("POST", f"/api/complaints/{case}/{verb}", body).status_code)

    def sound(self) -> bool:
        """Say whether nothing is wrong with any case."""
        return (self.twins.findings(), self.twins.rows(select(incident))) == ([], [])


@pytest.fixture
def on_sqlite_file(sqlite_template: tuple[Templates, Path], tmp_path: Path) -> SetHouse:
    """One process on a file."""
    templates, file = sqlite_template
    shutil.copy(file, tmp_path / "redress.db")
    time = StoreTime()
    return SetHouse(templates.twins(f"sqlite:///{tmp_path / 'redress.db'}", clock=time.clock), time)


@pytest.fixture
def on_one_database(postgresql_template: tuple[Templates, str], postgres_server: PostgresServer) -> SetHouse:
    """Two processes on one database."""
    templates, name = postgresql_template
    url, time = postgres_server.create(template=name), StoreTime()
    return SetHouse(templates.twins(url, url, clock=time.clock), time)


@pytest.fixture(params=["on_one_database", "on_sqlite_file"])
def house(request: pytest.FixtureRequest) -> Iterator[SetHouse]:
    """Both, one after the other."""
    found: SetHouse = request.getfixturevalue(request.param)
    yield found
    found.twins.close()


@pytest.mark.parametrize("by", [HOUR, DAY])
def test_what_fired_while_the_clock_was_ahead_does_not_fire_again(house: SetHouse, by: timedelta) -> None:
    case = house.twins.one.file()["id"]
    with capture_logs() as said:
        ahead = house.jump(by)
        during = house.fired(case)
        back = house.jump(-by)
        again = house.later(by, steps=6)
    told = [line["seconds"] for line in said if line["event"] == "clock-corrected"]
    assert told == [by.total_seconds()] * len(house.houses) + [-by.total_seconds()] * len(house.houses)
    # Two rungs of one instant are two lines.
    assert (ahead, back, again) == (len({due for _, due, _ in during}), 0, 0)
    assert {name for name, _, _ in during} >= {"acknowledge/1/remind", "acknowledge/1/overdue"}
    house.later(DAY, steps=12)
    names = Counter((name, due) for name, due, _ in house.fired(case))
    assert (max(names.values()), house.sound()) == (1, True)
    assert {name for name, _ in names} >= {"acknowledge/1/remind", "acknowledge/1/overdue", "acknowledge/1/top"}
    assert all(at >= due for _, due, at in house.fired(case))


@pytest.mark.parametrize("by", [HOUR, DAY])
def test_a_clock_set_back_delays_what_is_due_until_it_is_there_again(house: SetHouse, by: timedelta) -> None:
    case = house.twins.one.file()["id"]
    house.later(timedelta(minutes=40))
    with capture_logs() as said:
        assert house.jump(-by) == 0
        assert house.later(by + timedelta(minutes=4), steps=4) == 0
        assert house.later(timedelta(minutes=2)) == 1
    assert [line["event"] for line in said].count("clock-corrected") == len(house.houses)
    ((name, due, at),) = house.fired(case)
    assert (name, due, at) == ("acknowledge/1/remind", OPENING + timedelta(minutes=45), OPENING + timedelta(minutes=46))
    assert house.sound()


@pytest.mark.parametrize("by", [HOUR, DAY])
def test_people_go_on_working_on_a_case_whose_last_steps_lie_in_the_future(house: SetHouse, by: timedelta) -> None:
    one = house.twins.one
    case = one.file(by="li.na", category="other")["id"]
    house.jump(by)
    one.do("li.na", "acknowledge", case, SORRY)
    one.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    assert house.post(case, "pause", {"reason": "r"}) == 200
    house.jump(-by)
    assert house.post(case, "resume", {}) == 200
    assert house.post(case, "extend", {"clock": "resolve", "amount": 1, "reason": "r"}) == 200
    one.do("li.na", "respond", case, {"response_text": "x"})
    house.later(by)
    house.later(20 * DAY, steps=20)
    fired = house.fired(case)
    assert max(Counter((name, due) for name, due, _ in fired).values()) == 1
    assert {"resolve/1/remind", "resolve/1/overdue", "resolve/1/top"} <= {name for name, _, _ in fired}
    assert all(at >= due for _, due, at in fired)
    assert house.sound()
