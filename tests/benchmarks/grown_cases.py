"""Some dozens of real complaints, driven through the whole product by the plans of the replay: what is multiplied.

One installation in this process, spoken to over its API, on a clock that is moved. The texts are made up. Identifiers
are counted and all begin alike (`StampedIds`), so that a copy of every row becomes another case by one replacement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.app import create_app
from app.container import Application, build
from app.roster import ROSTER
from engine.case_work import SYSTEM
from engine.clock import MovableClock
from engine.commands.house_work import HouseWork
from engine.ids import ALPHABET
from engine.pipeline import Desk
from escalation.fast_forward import fast_forward
from storage import migrate
from tests.replay.case import Case
from tests.replay.client import Client
from tests.replay.driver import World, drive
from tests.replay.filing import file
from tests.replay.plans import CLOSING, LEFT_OPEN, Plan
from tests.replay.staff import READER, Staff
from tests.replay.texts import Source
from tests.support.application import TestClient, seated, settings

STAMP, GROUP = "ZZZZ", "YYY"
"""Of which copy, and of which group of cases, an identifier is: `zzzzyyy...` in ids, `RZZZZ-YYY..` in numbers."""
NUMBER_LENGTH = 9
DAYS = 95
"""How long before the present the driving begins."""
LAST_CLOSED = timedelta(days=4)
"""By then what is to be closed is closed."""
LOOKS = (2.1, 3.2, 5.5, 8.0, 11.0, 14.0)
"""Hours (UTC) at which people look in, on every day."""
AGES = (timedelta(hours=52), timedelta(hours=27), timedelta(hours=3), timedelta(minutes=35))
"""How long before the present what stays open is filed."""

SHORT = ("click", "call", "unfounded", "a suggestion", "head decides", "withdrawn at verification")
"""Plans that are much more frequent than the others where complaints come in by the thousand."""
WAITING: tuple[Plan, ...] = (
    *LEFT_OPEN,
    Plan("open: verify", None, "other", open_at="verify"),
    Plan("open: first response", None, "service.certificate", open_at="respond"),
    Plan("open: evidence", None, "teaching.content", open_at="academic_evidence"),
    Plan("open: legal opinion", None, "legal.contract", flags=("legal_dispute",), open_at="legal_opinion"),
    Plan("open: head", None, "conduct.staff", open_at="decide_head"),
    Plan("open: hearing", None, "conduct.staff", recorded=True, respondent="wang.fang", open_at="hear_respondent"),
    Plan("open: payment", None, "other", refunds=("approve",), open_at="pay_refund"),
    Plan("open: asked back", None, "other", verify=("ask_back",), reply=False, open_at="answer"),
    Plan("open: call", None, "teaching.content", rounds=("silence",), open_at="callback"),
    Plan("open: question", None, type="inquiry", open_at="answer"),
    Plan("open: department", None, type="opinion", department="facilities", open_at="facilities_reply"),
)
TEXTS = (
    (
        "zh-CN",
        "教室投影仪一直不亮",
        "三楼三零二教室的投影仪从上周三起就打不开，老师只能念讲义，希望尽快修好并补上没讲的内容。",
    ),
    (
        "ko",
        "수업 시간이 공지 없이 바뀌었습니다",
        "지난주 목요일 수업이 예고 없이 한 시간 늦게 시작했습니다. 퇴근 후 오는 사람은 막차를 놓칩니다.",
    ),
    (
        "en",
        "Lab computers lose their work",
        "The machines in lab 2 restart by themselves. Twice this week I lost what I had written; please look into it.",
    ),
)


@dataclass(frozen=True)
class Driven:
    """The installation with its cases, at the present."""

    application: Application
    closed: Sequence[str]
    open: Sequence[str]
    """Ids of the cases."""
    wrong: Sequence[str]
    """What no plan had foreseen; nothing, where all is well."""


class StampedIds:
    """Counted identifiers; those of cases and their records carry the marks that a copy replaces."""

    def __init__(self) -> None:
        self._ids = self._codes = 0
        self.of_cases = False
        """Whether what is made now belongs to a case; what the house has is the same for all."""

    def new(self) -> str:
        """Return the next identifier of 20 characters."""
        self._ids += 1
        return f"{STAMP}{GROUP}{self._ids:013d}".lower() if self.of_cases else f"house{self._ids:015d}"

    def code(self, length: int) -> str:
        """Return the next number of a complaint, or for another length a secret that is none."""
        self._codes += 1
        if length != NUMBER_LENGTH:
            return f"{self._codes:0{length}d}"[-length:]
        high, low = divmod(self._codes, len(ALPHABET))
        return f"{STAMP}{GROUP}{ALPHABET[high]}{ALPHABET[low]}"


class Inside(Client):
    """The replay's client, in the process of the server."""

    def __init__(self, http: TestClient) -> None:
        super().__init__(0)
        self._http = http
        self.gate.open.set()

    def _once(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, Any, float]:
        answer = self._http.request(method, path, content=content, headers=headers)
        told = answer.json() if "json" in (answer.headers.get("content-type") or "") and answer.content else answer.text
        return answer.status_code, told, float(answer.headers.get("retry-after") or 0)


def driven(at: datetime, *, url: str = "sqlite://", closed: int = 0) -> Driven:
    """Return an installation in which `closed` cases (0: every plan of the replay) have ended and others wait.

    `at` is its present. The same arguments give the same cases.
    """
    clock = MovableClock(at - timedelta(days=DAYS))
    ids = StampedIds()
    application = build(settings(demo=True, database_url=url), clock=clock, ids=ids)
    world = _world(application, ids)
    cases = [Case(n, _source(n), plan) for n, plan in enumerate(_ending(closed))]
    for look in _looks(at):
        _forward(application, clock, look)
        waiting = [case for case in cases if not (case.done or case.given_up)]
        if not waiting:
            break
        for case in waiting:
            if not case.id:
                file(case, world.client, world.staff, clock.now())
            if case.wake_at is None or case.wake_at <= clock.now():
                drive(world, case, clock.now())
    # Else the first server would count every case again.
    application.calendar_change.run_once()
    left = _left_open(application, clock, world, at, ages=AGES[1::2] if closed else AGES)
    wrong = [f"{case.plan.name}: {case.refused or case.status}" for case in cases if not case.done or case.refused]
    wrong += [f"{case.plan.name}: {case.refused}" for case in left if case.refused or case.status == "closed"]
    return Driven(application, [case.id for case in cases], [case.id for case in left], wrong)


def _left_open(
    application: Application, clock: MovableClock, world: World, at: datetime, *, ages: Sequence[timedelta]
) -> list[Case]:
    cases: list[Case] = []
    for age in ages:
        _forward(application, clock, at - age)
        young = [Case(1000 + 100 * n + len(cases), _source(n), plan) for n, plan in enumerate(WAITING)]
        cases += young
        for case in young:
            file(case, world.client, world.staff, clock.now())
        for _ in range(2):
            for case in cases:
                if not (case.done or case.given_up):
                    drive(world, case, clock.now())
            _forward(application, clock, clock.now() + timedelta(minutes=5))
    _forward(application, clock, at)
    return cases


def _forward(application: Application, clock: MovableClock, to: datetime) -> None:
    fast_forward(
        database=application.database, clock=clock, sweep=application.sweep, deliver=application.deliver, to=to
    )


def _ending(count: int) -> list[Plan]:
    known = {plan.name: plan for plan in CLOSING}
    short = [known[name] for name in SHORT]
    if count:
        return [*short, *(plan for plan in CLOSING if plan.name not in SHORT)][:count]
    return [*CLOSING, *short * 6]


def _source(number: int) -> Source:
    language, subject, text = TEXTS[number % len(TEXTS)]
    return Source("grown", language, subject, text, 1, "other")


def _looks(at: datetime) -> Iterator[datetime]:
    first = (at - timedelta(days=DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(DAYS):
        for hour in LOOKS:
            look = first + timedelta(days=day, hours=hour)
            if look <= at - LAST_CLOSED:
                yield look


def _world(application: Application, ids: StampedIds) -> World:
    migrate.create(application.database)
    application.publish_folder()

    def people(desk: Desk) -> Mapping[str, str]:
        return seated(desk.connection, ids=desk.ids, now=desk.now)

    secrets = application.pipeline.run(HouseWork(people), SYSTEM)
    ids.of_cases = True
    client = Inside(TestClient(create_app(application)))
    staff = Staff.of(
        [
            {"login": each.login, "token": secrets[each.login], "teams": each.teams, "posts": each.posts}
            for each in ROSTER
        ]
    )
    first = client.call(
        "POST", "/api/complaints", token=staff.tokens[READER],
        body={"subject": TEXTS[0][1], "text": TEXTS[0][2], "channel": "phone", "category": "other",
              "complainant": {"name": "王晓"}},
    )  # fmt: skip
    return World(client, staff, first.body["number"])
