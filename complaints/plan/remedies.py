"""Remedies: one record a person, also for who joins later, each completed with what proves it (R-004-21)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, update

from access.rights import Verb
from complaints.case_now import keep_facts, status
from complaints.overwritten import keep_before
from complaints.plan.plan_lines import in_force
from complaints.tables import affected, remedy
from complaints.wording import words
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.errors import Conflict, NotFound

PROOF = 2000
"""Characters of what proves it."""
EXCEEDS = "exceeds_ceiling"
"""The fact that says that the plan has outgrown its approval (`process.toml`, `[derived]`)."""


@dataclass(frozen=True)
class CompleteRemedy:
    """This person has received it; the note says what proves it."""

    case_id: str
    remedy_id: str
    note: str


def complete_remedy(work: CaseWork, command: CompleteRemedy) -> dict[str, Any]:
    """Complete, and return `{"open_remedies": count}`.

    Raises NotFound, Forbidden, Unfit without a proof, and Conflict for one that is done already, with who and when, or
    void.
    """
    table = remedy.c
    row = work.first(select(remedy).where(table.id == command.remedy_id, table.case_id == work.case_id))
    if row is None:
        raise NotFound("There is no such remedy in this case.", remedy=command.remedy_id)
    who = require(work, Verb.GIVE_REMEDY)
    note = words("note", command.note, longest=PROOF)
    if row.done_at is not None:
        raise Conflict("This remedy is given already.", remedy=row.id, by=row.done_by, at=row.done_at.isoformat())
    if row.void_at is not None:
        raise Conflict("This remedy is void.", remedy=row.id, at=row.void_at.isoformat())
    said = f"{row.note}\n{note}" if row.note else note
    by = who.person_id if who else None
    work.update(remedy, table.id == row.id, done_at=work.now, done_by=by, note=said)
    work.log("remedy-given", name=row.id, remedy=row.kind, affected=row.affected_id)
    counted = remedy_facts(work)
    keep_facts(work, counted)
    return {"open_remedies": counted["open_remedies"]}


def give(work: CaseWork, remedies: Iterable[Mapping[str, Any]], people: Collection[str | None], cause: str) -> int:
    """Write each remedy for each person (None: the complainant alone), and return how many; facts are not counted."""
    rows = [
        {
            "id": work.ids.new(), "case_id": work.case_id, "affected_id": person, "line": given["line"],
            "kind": given["kind"], "days": given["days"], "note": given["note"], "cause": f"{work.batch}:{cause}",
        }
        for given in remedies
        for person in people
    ]  # fmt: skip
    work.insert(remedy, *rows)
    return len(rows)


def give_to_newcomers(work: CaseWork, remedies: Iterable[Mapping[str, Any]], people: Iterable[str], cause: str) -> int:
    """Write each remedy for those of the people who do not have it yet, and return how many; facts are not counted.

    Of nobody, the complainant gets what nobody at all has: what a plan left out and a later one gives after all.
    Repeating is safe.
    """
    table, written, wanted, listed = remedy.c, 0, list(remedies), list(people)
    rows = work.connection.execute(
        select(table.affected_id, table.line).where(table.case_id == work.case_id, table.void_at.is_(None))
    ).all()
    having = {(row.affected_id, row.line) for row in rows}
    had = {row.line for row in rows}
    for person in listed:
        lacking = [each for each in wanted if (person, each["line"]) not in having]
        written += give(work, lacking, [person], cause)
    if not listed:
        written += give(work, [each for each in wanted if each["line"] not in had], [None], cause)
    if written:
        work.log("remedies-opened", count=written)
    return written


def give_to_joined(work: CaseWork, people: Collection[str]) -> None:
    """Give people who join after the plan was granted what it gives to everybody concerned. Repeating is safe.

    Where the case has outgrown its approval with them, they get it with the next approval (`record_remedies` in the
    diagram), not before (R-004-18) - unless the result is out, when the plan is not looked at again.
    """
    if not people:
        return
    facts = work.row["facts"]
    if facts.get(EXCEEDS) and status(work) != "resolved":
        return
    if give_to_newcomers(work, in_force(facts), people, "joined"):
        keep_facts(work, remedy_facts(work))


def void_remedies(work: CaseWork) -> int:
    """Nobody waits for a remedy any more: mark the open ones void, and return how many they were."""
    return work.connection.execute(update(remedy).where(*_open(work)).values(void_at=work.now)).rowcount


def drop_remedies(work: CaseWork, lines: Collection[str]) -> None:
    """Let go what the plan no longer gives: these remedies are void for whoever has not got theirs.

    On record only where there were any; facts are not counted. Repeating is safe.
    """
    mine = (*_open(work), remedy.c.line.in_(lines))
    gone = work.connection.execute(select(remedy.c.id).where(*mine)).scalars().all() if lines else ()
    for remedy_id in gone:
        keep_before(work, remedy, remedy_id, {"void_at": None})
    if gone:
        work.connection.execute(update(remedy).where(*mine).values(void_at=work.now))
        work.log("remedies-dropped", count=len(gone))


def remedy_facts(work: CaseWork) -> dict[str, Any]:
    """Return the facts as the rows give them: how many remedies are open, and of each recorded one who waits and has.

    `open` and `having` of `remedies_recorded` are what the next plan reckons with inside its step (`plan_lines.py`).
    """
    table, here = remedy.c, affected.c
    rows = work.connection.execute(
        select(table.affected_id, table.line, table.done_at).where(
            table.case_id == work.case_id, table.void_at.is_(None)
        )
    ).all()
    listed: set[str] = set(
        work.connection.execute(select(here.id).where(here.case_id == work.case_id, here.left_at.is_(None))).scalars()
    )
    waiting = Counter(row.line for row in rows if row.done_at is None)
    # While nobody is listed, the complainant alone is concerned, and has what anybody has.
    having = Counter(line for who, line in {(row.affected_id if listed else None, row.line) for row in rows}
                     if not listed or who in listed)  # fmt: skip
    recorded = [
        {**each, "open": waiting[each["line"]], "having": having[each["line"]]}
        for each in work.row["facts"].get("remedies_recorded") or ()
    ]
    return {"open_remedies": waiting.total(), **({"remedies_recorded": recorded} if recorded else {})}


def _open(work: CaseWork) -> tuple[ColumnElement[bool], ...]:
    table = remedy.c
    return table.case_id == work.case_id, table.done_at.is_(None), table.void_at.is_(None)
