"""Delivers one notice inside the house: to colleagues as rows of `notice`, to the complainant as a letter of the case.

A mail is a copy of either, asked for in the same transaction (`complaints/outward`); whoever has no address reads it on
the tracking page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from access.keys.cipher import DataKey
from access.keys.sealed_rows import open_sealed, sealed_values
from access.keys.stored_keys import KeyDestroyed, StoredKeys
from access.tables import person
from access.teams import members
from complaints.letters import next_instant
from complaints.notices.notice_book import NoticeBooks
from complaints.notices.notice_values import Surroundings, Telling, case_to_tell, notice_values, reader_language
from complaints.notices.notices import Notice, NoticeBook, Template, render
from complaints.notices.superseded import comes_daily, read_earlier, stand_for_given_up
from complaints.outward.mail_rows import mail_letter, mail_notices
from complaints.tables import message as letter
from complaints.tables import notice
from engine.errors import NotFound, Unfit
from engine.ids import Ids
from engine.process import CompiledProcess
from engine.tables import conflict_of_interest, past_instance
from engine.versions import Versions
from forms.languages import Labels, labels, pick
from storage.insert import insert_new
from storage.outbox import Message

WRITTEN_ALREADY = "message"
"""The kind of a public reply: its letter was written when it was sent, word for word."""
SOMETHING_NEW: Labels = labels("有新情况", "새로운 소식이 있습니다", "there is something new")
"""What a colleague reads of a notice that the process does not word."""
GAP = "–"
"""Stands where a notice to a colleague has nothing to say."""


_PERSON = select(person.c.id, person.c.language).where(person.c.id == bindparam("who"), person.c.active)
_BARRED = select(conflict_of_interest).where(conflict_of_interest.c.case_id.in_(bindparam("the_cases", expanding=True)))
_PAST = (
    select(past_instance.c.version_id)
    .where(past_instance.c.case_id == bindparam("the_case"))
    .order_by(past_instance.c.number.desc())
)


@dataclass(frozen=True)
class Desk:
    """What delivery looks things up in; built once for a process."""

    versions: Versions
    keys: StoredKeys
    notices: NoticeBooks
    surroundings: Surroundings = field(default_factory=Surroundings)
    mail: bool = False
    """Whether a mail server is set up."""


class NobodyReads(NotFound):
    """Nobody is there who could read it: appoint somebody."""

    def __init__(self, recipient: str, *, daily: bool) -> None:
        super().__init__(recipient=recipient)
        self.daily = daily
        """Whether it comes again every day, and says then what it says now."""


def deliver(connection: Connection, message: Message, desk: Desk, *, now: datetime, ids: Ids) -> None:
    """Write down what a message says where its recipient reads it. Delivering it again changes nothing.

    Raises NotFound for a message about no case, for a case, a template or a kind of recipient that does not exist, and
    where nobody is left to read it: a closed account, a team without anybody who may. Unfit, naming what is missing,
    for a letter to a complainant that is not finished.
    """
    case = case_to_tell(connection, desk.keys, message.case_id) if message.case_id else None
    if case is None:
        # Whoever was told of it could find it nowhere: what people read stands behind the wall of its case.
        raise NotFound("There is no such case.", case=message.case_id)
    message = replace(message, payload=open_sealed(_key(desk, case), message.payload))
    if message.recipient == "complainant":
        written = _to_complainant(connection, message, case, desk, now=now)
        if desk.mail:
            mail_letter(connection, _key(desk, case), message, written, now=now, ids=ids)
        return
    _to_staff(connection, message, case, desk, meant(connection, message.recipient), now=now, ids=ids)


def meant(connection: Connection, recipient: str) -> dict[str, str]:
    """Return the language of everybody at work who is meant, by their ids: a colleague, or the members of a team.

    Raises NotFound for another kind of recipient.
    """
    kind, _, key = recipient.partition(":")
    if kind == "person":
        return {row.id: row.language for row in connection.execute(_PERSON, {"who": key})}
    if kind == "team":
        return {member.id: member.language for member in members(connection, key)}
    raise NotFound("Nothing in this house delivers to such a recipient.", recipient=recipient)


def kept_apart(connection: Connection, cases: Sequence[str]) -> dict[str, set[str]]:
    """Return who is kept apart from each of some cases, by case id."""
    found: dict[str, set[str]] = {case_id: set() for case_id in cases}
    for row in connection.execute(_BARRED, {"the_cases": list(found)}):
        found[row.case_id].add(row.person)
    return found


def _to_staff(
    connection: Connection,
    message: Message,
    case: Any,
    desk: Desk,
    people: Mapping[str, str],
    *,
    now: datetime,
    ids: Ids,
) -> None:
    """Write a row for each of `people` (id -> language), in their language."""
    given = message.payload.get("values") or {}
    barred = kept_apart(connection, [case.case_id])[case.case_id]
    # Nobody learns of a complaint about themselves, whichever team they are in.
    readers = {each: reader_language(language) for each, language in people.items() if each not in barred}
    if not readers and message.recipient.partition(":")[2] not in barred:
        process = _tells(connection, message, case, desk)
        raise NobodyReads(message.recipient, daily=comes_daily(process, message.kind, given))
    new = []
    key = _key(desk, case)
    process, template, told = _told(connection, message, case, desk, sorted(set(readers.values())))
    for each, language in readers.items():
        values = {
            "id": ids.new(), "key": f"{message.id}:{each}", "person": each, "case_id": case.case_id,
            "template": template, "values": given, "at": now,
            "subject": told[language].subject, "text": told[language].body, "language": told[language].language,
        }  # fmt: skip
        if insert_new(connection, notice, sealed_values(key, notice, values), unique=("key",)):
            new.append(values)
    if comes_daily(process, message.kind, given):
        read_earlier(connection, key, new)
        stand_for_given_up(connection, desk.keys, message, now=now)
    if desk.mail:
        mail_notices(connection, key, message, new, now=now, ids=ids)


def _told(
    connection: Connection, message: Message, case: Any, desk: Desk, languages: Sequence[str]
) -> tuple[CompiledProcess, str, dict[str, Notice]]:
    """Return the process that tells it, the name of the template, and what it says in each language.

    Where nobody wrote one it is a plain sentence, and the case's own process tells it. Raises NotFound for a template
    that is for complainants alone.
    """
    found = _book_with(connection, case, message.kind, desk)
    if found is None:
        told = {each: Notice(f"{case.number}: {pick(SOMETHING_NEW, each)}", "", each) for each in languages}
        return _tells(connection, message, case, desk), message.kind, told
    process, book = found
    template = book.for_reader(message.kind, "staff")
    given, told = message.payload.get("values") or {}, {}
    for language in languages:
        telling = Telling(connection, desk.keys.along(case), process, case, given, language, desk.surroundings)
        values = notice_values(telling, template)
        try:
            # The row leads to its case; the line with the address is for those who read it elsewhere.
            told[language] = render(template, language, {**values, "link": ""})
        except Unfit:
            told[language] = render(template, language, values, gap=GAP)
    return process, template.name, told


def _key(desk: Desk, case: Any) -> DataKey:
    found = desk.keys.along(case)
    if found is None:
        raise KeyDestroyed
    return found


def _tells(connection: Connection, message: Message, case: Any, desk: Desk) -> CompiledProcess:
    """Return the process that words a notice, that of the case where none does."""
    found = _book_with(connection, case, message.kind, desk)
    return found[0] if found is not None else desk.versions.process(connection, case.version_id)


def _book_with(connection: Connection, case: Any, kind: str, desk: Desk) -> tuple[CompiledProcess, NoticeBook] | None:
    """Return the process whose notices have this one: the case's, else one that it ran in before it was moved.

    A notice that was held back, or is still on its way, when the case moves is delivered all the same.
    """
    for version_id in _versions(connection, case):
        process = desk.versions.process(connection, version_id)
        book = desk.notices.of(process)
        if kind in book.templates:
            return process, book
    return None


def _versions(connection: Connection, case: Any) -> Iterator[str]:
    """Yield the version that a case runs on, then those it ran on before, the latest first.

    The earlier ones are looked up only where the first does not have the notice, which is seldom.
    """
    yield case.version_id
    yield from connection.execute(_PAST, {"the_case": case.case_id}).scalars()


def _written_in(connection: Connection, case: Any, kind: str, desk: Desk) -> tuple[CompiledProcess, Template]:
    """Return a notice to the complainant and the process that has it. Raises NotFound."""
    found = _book_with(connection, case, kind, desk)
    if found is None:
        raise NotFound(f"there is no notice {kind!r}", template=kind)
    process, book = found
    return process, book.for_reader(kind, "complainant")


def _to_complainant(connection: Connection, message: Message, case: Any, desk: Desk, *, now: datetime) -> str:
    """Write the letter, unless it was written when it was sent; return its id."""
    if message.kind == WRITTEN_ALREADY:
        return str(message.payload["values"]["message"])
    process, template = _written_in(connection, case, message.kind, desk)
    language = reader_language(case.language)
    given = message.payload.get("values") or {}
    key = _key(desk, case)
    telling = Telling(connection, key, process, case, given, language, desk.surroundings)
    said = render(template, language, notice_values(telling, template))
    at = next_instant(connection, case.case_id, now=now)
    values = {
        "id": message.id, "case_id": case.case_id, "at": at, "direction": "out", "author": None,
        "template": template.name, "subject": said.subject, "text": said.body, "language": said.language,
    }  # fmt: skip
    insert_new(connection, letter, sealed_values(key, letter, values), unique=("id",))
    return message.id
