"""What the complainant sees with the tracking code: where the case stands, what is promised, and both sides' letters.

Never here: notes, names beyond the case owner's, steps inside the house, other people concerned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from access import people
from complaints.correspondence.satisfaction import answer_of_this_round
from complaints.intake.filing import tracking_digest
from complaints.intake.follow_up import open_continuation
from complaints.tables import complaint
from engine.case_work import WITHDRAWN
from engine.errors import NotFound
from engine.model.config import ProcessConfig
from engine.process_words import ProcessWords
from engine.tables import case_clock, event_log
from forms.languages import Labels, labels, pick
from queries.explain import clock_line
from queries.held_step import HeldStep, held_step
from queries.public_letters import PublicMessage, public_letters
from queries.public_promises import PublicPromise, public_promises
from queries.reader import Reader
from queries.visibility import cases

RECEIVED: Labels = labels("我们收到了您反映的事项", "말씀해 주신 내용을 접수했습니다", "We received it")
STATUS: Labels = labels("状态变为“{what}”", "상태가 ‘{what}’(으)로 바뀌었습니다", "Status is now: {what}")
PAUSED: Labels = labels("暂停计时：{what}", "기한이 멈춤: {what}", "The clock stands still: {what}")
EXTENDED: Labels = labels("期限延长：{what}", "기한 연장: {what}", "More time taken for: {what}")
RESUMED: Labels = labels("继续计时：{what}", "기한 재개: {what}", "The clock runs on: {what}")


@dataclass(frozen=True)
class PublicClock:
    """A promise with a time."""

    name: str
    label: str
    due_at: datetime | None
    explanation: str
    state: str
    late: bool


@dataclass(frozen=True)
class PublicLine:
    """What has happened, in plain words."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Tracking:
    """A complaint as its complainant sees it."""

    number: str
    subject: str
    status: str
    status_text: str
    closure: str | None
    closure_text: str | None
    received_at: datetime
    owner_name: str | None
    next: PublicClock | None
    """The next promised time."""
    clocks: tuple[PublicClock, ...]
    promises: tuple[PublicPromise, ...]
    """What people have promised besides, in letters and calls."""
    messages: tuple[PublicMessage, ...]
    """The latest letters of both sides, the oldest of them first."""
    earlier_messages: str | None
    """The cursor by which earlier letters are asked for; None where these are all."""
    timeline: tuple[PublicLine, ...]
    language: str
    zone: str
    can: tuple[str, ...]
    """What makes sense now: messages, satisfaction (until it is answered), withdraw."""
    message_reopens: bool
    """True while the complaint is closed and has not ended: what is written now opens it again."""
    message_opens_linked: bool
    """True once the complaint has ended: what is written now goes to another that continues it."""
    continued_as: str | None
    """The number of the open complaint that continues it: what is written goes there. None: a new one is opened."""


def case_of_code(reader: Reader, code: str) -> str:
    """Return the id of the case that a tracking code opens. Raises NotFound; looking up takes no telling time."""
    found: str | None = reader.connection.execute(
        select(complaint.c.case_id).where(complaint.c.tracking_digest == tracking_digest(code))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("No complaint has this tracking code.")
    return found


def language_of_case(reader: Reader, case_id: str) -> str:
    """Return the language in which the complaint was made."""
    found: str = reader.connection.execute(
        select(complaint.c.language).where(complaint.c.case_id == case_id)
    ).scalar_one()
    return found


def tracking(reader: Reader, case_id: str) -> Tracking:
    """Return what the complainant may know of a case that `case_of_code` has found."""
    [row] = reader.opened_along(reader.connection.execute(cases().where(complaint.c.case_id == case_id)))
    process = reader.process(row.version_id)
    words = reader.library.words.of(process)
    zone = reader.zone(row.facts.get("campus"))
    promises = public_clocks(process.config)
    held = held_step(reader, case_id)
    clocks = tuple(_clocks(reader, case_id, words, zone, promises, held))
    letters = public_letters(reader, case_id)
    running = [clock for clock in clocks if clock.state == "running" and clock.due_at is not None]
    status, closure = (row.status, row.closure) if held is None else (held.status, held.closure)
    return Tracking(
        number=row.number,
        subject=row.subject,
        status=status,
        status_text=words.status(status, reader.language),
        closure=closure,
        closure_text=words.closure(closure, reader.language) if closure else None,
        received_at=row.received_at,
        owner_name=people.names(reader.connection, [row.case_owner]).get(row.case_owner) if row.case_owner else None,
        next=min(running, key=lambda clock: clock.due_at or reader.now, default=None),
        clocks=clocks,
        promises=tuple(public_promises(reader, case_id, process, held)),
        messages=letters.items[::-1],
        earlier_messages=letters.next,
        timeline=tuple(_lines(reader, row, words, promises, held)),
        language=row.language,
        zone=zone.key,
        can=_can(reader, row, process.config.messages, held),
        message_reopens=status == row.status and _reopens(row, process.config.messages),
        message_opens_linked=row.ended_at is not None,
        continued_as=_continued_as(reader, case_id) if row.ended_at is not None else None,
    )


def _continued_as(reader: Reader, case_id: str) -> str | None:
    found = open_continuation(reader.connection, case_id)
    return None if found is None else found[1]


def public_clocks(config: ProcessConfig) -> tuple[str, ...]:
    """Return the clocks that are promises to the complainant: those that run from the receipt of the complaint on.

    The others (approval, refund review, callback) are duties inside the house.
    """
    return tuple(name for name, spec in config.clocks.items() if "@open" in spec.starts and not spec.per_process)


def _clocks(
    reader: Reader,
    case_id: str,
    words: ProcessWords,
    zone: ZoneInfo,
    names: Sequence[str],
    held: HeldStep | None,
) -> Iterator[PublicClock]:
    table = case_clock.c
    asked = select(case_clock).where(table.case_id == case_id, table.name.in_(names)).order_by(table.round)
    newest = {row.name: row for row in reader.opened(case_id, reader.connection.execute(asked))}
    for name in names:
        if name in newest:
            line = clock_line(reader, newest[name], words, zone)
            state, late = line.state, line.late
            if held is not None and line.met_at is not None and line.met_at >= held.since:
                # The letter that meets the promise waits, and may yet be called back: until then it is still to come.
                state, late = "running", late or (line.due_at is not None and line.due_at < reader.now)
            yield PublicClock(line.name, line.label, line.due_at, line.explanation, state, late)


def _lines(
    reader: Reader, row: Any, words: ProcessWords, promises: Sequence[str], held: HeldStep | None
) -> Iterator[PublicLine]:
    yield PublicLine(row.received_at, pick(RECEIVED, reader.language))
    table = event_log.c
    events = reader.connection.execute(
        select(table.at, table.kind, table.name, table.detail)
        .where(table.case_id == row.case_id, table.kind.in_(("status", "clock")))
        .order_by(table.sequence)
    )
    for event in events:
        sentence = _sentence(event, promises)
        if sentence is not None and (held is None or event.at < held.since):
            what = _what(event, words, reader.language)
            yield PublicLine(event.at, pick(sentence, reader.language).format(what=what))


def _sentence(event: Any, promises: Sequence[str]) -> Labels | None:
    if event.kind == "status":
        return None if event.detail.get("status") == "registered" else STATUS
    if event.name.partition("/")[0] not in promises:
        return None
    return {"paused": PAUSED, "extended": EXTENDED, "resumed": RESUMED}.get(event.detail.get("what", ""))


def _what(event: Any, words: ProcessWords, language: str) -> str:
    if event.kind == "clock":
        return words.clock(event.name.partition("/")[0], language)
    status = words.status(event.detail.get("status") or "", language)
    closure = event.detail.get("closure")
    return f"{status} ({words.closure(closure, language)})" if closure else status


def _reopens(row: Any, messages: Mapping[str, tuple[str, ...]]) -> bool:
    """Say whether the diagram waits, at a closed case, for a letter (`complaints.correspondence.messages`)."""
    closed = row.status == "closed" and row.ended_at is None
    return closed and not set(messages.get("text", ())).isdisjoint(row.waits_for)


def _can(reader: Reader, row: Any, messages: Mapping[str, tuple[str, ...]], held: HeldStep | None) -> tuple[str, ...]:
    # A letter is always welcome: before the end it belongs to the case, after it to one that continues it.
    can = ["messages"]
    if row.ended_at is not None:
        return tuple(can)
    waits = set(row.waits_for)
    asked = messages.get("satisfaction", ())
    # Asked once a round; who changes their mind before the case is closed writes (complaints.correspondence).
    out = bool(asked) and (asked[0] in waits or row.status == "resolved")
    unanswered = out and answer_of_this_round(reader.connection, row.case_id) is None
    withdrawn = bool(row.facts.get(WITHDRAWN))
    told = held is None or held.status == row.status
    if unanswered and told and not withdrawn:
        can.append("satisfaction")
    if set(messages.get("withdraw", ())) & waits and not withdrawn:
        can.append("withdraw")
    return tuple(can)
