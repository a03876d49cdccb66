"""The replay: files every text, lets people work through weeks of the demo's time, and hands over to the audit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.replay.case import Case
from tests.replay.client import Client, Unexpected
from tests.replay.driver import World, drive
from tests.replay.filing import file
from tests.replay.plans import plan_for
from tests.replay.server import Server
from tests.replay.staff import READER, Staff
from tests.replay.texts import Source

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = (10.1, 11.2, 13.5, 16.0, 19.0, 22.0)
"""When people look in, on every day: in, between and after hours."""
FILING = 6
"""In so many looks all complaints arrive."""
MOST_DAYS = 60
GRACE_DAYS = 18
"""Calendar days after which every grace time of ten working days is over."""

Say = Callable[[str], object]


@dataclass
class Replay:
    """One run."""

    server: Server
    client: Client
    clients: int
    say: Say
    cases: list[Case] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def run(self, sources: Sequence[Source]) -> None:
        """Play everything; afterwards every planned case is done or `stuck` names it."""
        staff = Staff.of(self.server.people())
        self.cases = [Case(index, source, plan_for(index)) for index, source in enumerate(sources)]
        first = self._seeded_number(staff)
        world = World(self.client, staff, first)
        per_look = -(-len(self.cases) // FILING)
        with ThreadPoolExecutor(self.clients) as pool:
            for look, at in enumerate(self._looks(staff)):
                arriving = self.cases[look * per_look : (look + 1) * per_look]
                if not (arriving or any(_is_up(case, at) for case in self.cases)):
                    continue
                now = self.move(staff, at)
                _all(pool, lambda case, now=now: file(case, self.client, staff, now), arriving)  # type: ignore[misc]
                awake = [case for case in self.cases if _is_up(case, now)]
                _all(pool, lambda case, now=now: drive(world, case, now), awake)  # type: ignore[misc]
                left = sum(not (case.done or case.given_up) for case in self.cases)
                self._tell(now, len(arriving), len(awake), left)
                if left == 0:
                    break
        last = self.move(staff, self.now(staff) + timedelta(days=GRACE_DAYS))
        self.move(staff, last + timedelta(minutes=5))

    def now(self, staff: Staff) -> datetime:
        """Return the demo's present instant."""
        answer = self.client.call("GET", "/api/demo/clock", token=staff.tokens[READER], kind="read the clock")
        return datetime.fromisoformat(answer.body["now"])

    def move(self, staff: Staff, to: datetime) -> datetime:
        """Move the demo's clock to an instant, or leave it where that has passed; return where it is."""
        while (now := self.now(staff)) < to:
            answer = self.client.call(
                "POST",
                "/api/demo/clock",
                token=staff.tokens[READER],
                body={"to": to.isoformat()},
                kind="move the clock",
            )
            if answer.status == 200:
                self.client.gate.count("due instants fired while the clock moved", answer.body["fired"])
            elif answer.status != 422:  # 422: it had passed the instant by itself
                raise RuntimeError(f"the clock did not move: {answer.status} {answer.body}")
        return now

    def stuck(self) -> list[Case]:
        """Return the cases whose plan did not come to its end."""
        return [case for case in self.cases if not case.done]

    def _looks(self, staff: Staff) -> Iterator[datetime]:
        """Yield instants from the next Monday on."""
        today = self.now(staff).astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        monday = today + timedelta(days=7 - today.weekday())
        for day in range(MOST_DAYS):
            for hour in HOURS:
                yield monday + timedelta(days=day, hours=hour)

    def _seeded_number(self, staff: Staff) -> str:
        answer = self.client.call("GET", "/api/complaints?limit=1", token=staff.tokens[READER], kind="list")
        number: str = answer.body["items"][0]["number"]
        return number

    def _tell(self, now: datetime, arrived: int, looked_at: int, left: int) -> None:
        if arrived or now.astimezone(ZONE).hour >= 22:
            took = time.monotonic() - self.started
            self.say(
                f"{took:6.0f} s  {now.astimezone(ZONE):%m-%d %H:%M}  filed {arrived:4d}  looked at {looked_at:4d}  "
                f"still on their way {left:4d}"
            )


def _is_up(case: Case, now: datetime) -> bool:
    return bool(case.id) and not (case.done or case.given_up) and (case.wake_at is None or case.wake_at <= now)


def _all(pool: ThreadPoolExecutor, work: Callable[[Case], Any], cases: Sequence[Case]) -> None:
    def guarded(case: Case) -> None:
        try:
            work(case)
        except Unexpected as error:
            case.refused += [str(error)] * 3  # given up at once

    for _ in pool.map(guarded, cases):
        pass
