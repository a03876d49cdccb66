"""An instance of another process takes the place of one that has ended, on the same case (X-09).

Id, owner, facts and every record of the case stay; what the ended instance was is kept in `past_instance`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import delete, func, select, update

from engine.case_work import CaseWork
from engine.clocks.carried_clocks import carried_clocks
from engine.clocks.case_clocks import load_clock
from engine.errors import Refusal, Unsafe
from engine.kernel.clock_book import view_of
from engine.model.fact_values import read_fact
from engine.model.step import Open, Projected
from engine.process import CompiledProcess
from engine.projection import write_clocks
from engine.tables import IS_OPEN, deadline, instance, past_instance, process_version, work_item


def restart(work: CaseWork, process_key: str, facts: Mapping[str, Any]) -> None:
    """Start the newest version of a process in place of the instance that has just ended in this transaction.

    It gets those of the case's facts, and of `facts` above them, that it declares and can read, and below them what the
    case said when it ran in that process before. Clocks of the same name go on from their whole log - start, pauses,
    extension, reminders given, met or not (`stays_met`) - with the budget of the new process; what a question had
    paused runs on from now. Raises Unsafe when the present instance has not ended, NotFound for a process that is not
    published, StepFailed as every step.
    """
    if work.result is None or not work.result.ended:
        raise Unsafe("The running instance did not end, so no other can take its place.")
    version = work.services.versions.newest(work.connection, process_key)
    process = work.services.versions.process(work.connection, version.id)
    state = orjson.loads(work.row["state"])
    clocks = carried_clocks(state["c"], alive=_ran_until_now(work), now=work.now)
    earlier = _said_before(work, process_key)
    write_clocks(work, work.result)
    _put_aside(work, str(work.result.ended_at_element))
    work.row.update(
        version_id=version.id, protection=process.config.protection.protection_class.value, state=None,
        facts=_fitting(process, {**earlier, **work.row["facts"], **facts}),
        facts_version=work.row["facts_version"] + 1, closure=None, waits_for=[], ended_at=None, ended_as=None,
        next_state_due=None, next_clock_due=None, undo=None, undo_task=None, undo_until=None,
    )  # fmt: skip
    work.process, work.result, work.hold_until = process, None, None
    # The clocks are written already, and of the rest nothing is left.
    work.before = Projected(clocks={view.key: view for view in map(view_of, map(load_clock, clocks))})
    work.connection.execute(update(instance).where(instance.c.case_id == work.case_id).values(started_at=work.now))
    work.row["started_at"] = work.now
    work.step(Open(numbered_from=int(state["t"]["q"]), clocks=tuple(clocks)))


def _ran_until_now(work: CaseWork) -> frozenset[str]:
    """Return the keys of the clocks that ran or were paused before this transaction ended the instance."""
    before = work.before.clocks if work.before is not None else {}
    return frozenset(key for key, clock in before.items() if clock.state in ("running", "paused"))


def _said_before(work: CaseWork, process_key: str) -> dict[str, Any]:
    """Return the facts of the last instance of this process on the case: its plan counts on where it stood."""
    past, version = past_instance.c, process_version.c
    found = work.first(
        select(past.facts)
        .join(process_version, version.id == past.version_id)
        .where(past.case_id == work.case_id, version.process_key == process_key)
        .order_by(past.number.desc())
        .limit(1)
    )
    return {} if found is None else dict(found.facts)


def _put_aside(work: CaseWork, ended_as: str) -> None:
    connection, case, row = work.connection, work.case_id, work.row
    table = past_instance.c
    latest = connection.execute(select(func.max(table.number)).where(table.case_id == case)).scalar_one() or 0
    past = {
        "case_id": case, "number": latest + 1, "version_id": row["version_id"], "state": row["state"],
        "facts": row["facts"], "started_at": row["started_at"], "ended_at": work.now, "ended_as": ended_as,
    }  # fmt: skip
    work.insert(past_instance, past)
    # What the ended instance projected goes here; the new one projects itself from nothing. Dated records stay.
    connection.execute(
        update(work_item)
        .where(work_item.c.case_id == case, IS_OPEN)
        .values(state="cancelled", done_at=work.now, version=work_item.c.version + 1)
    )
    connection.execute(delete(deadline).where(deadline.c.case_id == case, deadline.c.source != "dated"))


def _fitting(process: CompiledProcess, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that the process declares and whose values are of its types."""
    kept = {}
    for name, spec in process.config.facts.items():
        if name in facts:
            try:
                read_fact(spec, facts[name])
            except Refusal:
                continue
            kept[name] = facts[name]
    return kept
