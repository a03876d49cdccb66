"""Plays scenarios: real commands on a virtual clock, in a database of their own (`redress scenario`, and the tests)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from access import posts
from access.principals import principal
from app.container import Application, build
from app.roster import seat
from app.scenario_edit import EditUnfit, publish_edited
from app.scenario_expect import Expectations
from app.scenario_file import Scenario, ScenarioInvalid, instant, length
from app.settings import Settings
from complaints.change_facts import ChangeFacts
from complaints.correspondence.messages import ReceiveMessage, Satisfaction, Withdraw
from complaints.intake.filing import Complainant, FileComplaint, Respondent
from complaints.intake.retype import Retype
from complaints.people.affected import AddAffected, AffectedPerson, RemoveAffected
from complaints.people.ownership import AcceptHandOver, AskHandOver, DeclineHandOver
from complaints.people.respondents import NameRespondent
from complaints.plan.actions import CompleteAction, CompleteRemedy
from complaints.plan.promises import KeepPromise
from complaints.tables import action_item, affected, promise, remedy
from engine.case_work import COMPLAINANT, SYSTEM, Actor
from engine.clock import MovableClock
from engine.commands.claim import ClaimTask
from engine.commands.clocks import ExtendCase, PauseCase, ResumeCase
from engine.commands.complete import CompleteTask
from engine.commands.house_work import HouseWork
from engine.commands.send_back import SendBack
from engine.errors import Refusal
from engine.ids import CountedIds
from engine.pipeline import Desk
from engine.tables import instance, work_item
from engine.versions import Versions
from storage.migrate import create

FIELDS = frozenset(each.name for each in fields(FileComplaint))
"""What a complaint says beside the facts that are ticked."""


class ScenarioFailed(AssertionError):
    """A step did not do what the scenario says; the message names the step."""


@dataclass
class Stage:
    """One scenario being played."""

    scenario: Scenario
    application: Application
    clock: MovableClock
    case_id: str = ""
    numbers: dict[str, str] = field(default_factory=dict)
    """What stands for a number in the data of a form: `$earlier` and `$number`."""

    def actor(self, login: str | None) -> Actor:
        """Return who acts: somebody of the roster, or the complainant."""
        if login in (None, "complainant"):
            return COMPLAINANT
        with self.application.database.read() as connection:
            found = principal(connection, str(login), now=self.clock.now(), rules=self.application.posts.rules)
        if found is None:
            raise ScenarioFailed(f"nobody has the login {login!r}")
        return Actor("person", found)

    def run(self, command: Any, login: str | None) -> Any:
        """Carry out a command and everything that is due by then."""
        answer = self.application.pipeline.run(command, self.actor(login))
        self.application.sweep.run_until_done()
        return answer

    def move_to(self, at: datetime) -> None:
        """Move the clock; everything that falls due on the way fires at its own instant."""
        while True:
            with self.application.database.read() as connection:
                due = connection.execute(
                    select(instance.c.next_due).where(instance.c.next_due.is_not(None)).order_by(instance.c.next_due)
                ).scalar()
            if due is None or due > at:
                break
            if due > self.clock.now():
                self.clock.advance_to(due)
            if self.application.sweep.run_until_done() == 0:
                break
        if at > self.clock.now():
            self.clock.advance_to(at)

    def open_task(self, element: str) -> str:
        """Return the id of the open task of an element, or of its last one: trying that again must be refused.

        Raises ScenarioFailed, with what is open instead, when the element was never reached.
        """
        with self.application.database.read() as connection:
            every = connection.execute(
                select(work_item.c.id, work_item.c.element, work_item.c.state)
                .where(work_item.c.case_id == self.case_id)
                .order_by(work_item.c.entered_at, work_item.c.id)
            ).all()
        rows = [row for row in every if row.state == "open"]
        for row in [*rows, *reversed(every)]:
            if row.element == element:
                found: str = row.id
                return found
        raise ScenarioFailed(f"no open task {element}; open: {', '.join(r.element for r in rows) or 'none'}")


def stage(scenario: Scenario, settings: Settings, *, versions: Versions | None = None) -> Stage:
    """Build an empty installation in memory with the roster and the processes of `settings`."""
    clock = MovableClock(scenario.at)
    in_memory = settings.model_copy(update={"database_url": "sqlite://"})
    application = build(in_memory, clock=clock, ids=CountedIds(), versions=versions)
    create(application.database)
    application.pipeline.run(HouseWork(lambda desk: seat(desk.connection, desk.now)), SYSTEM)
    application.publish_folder()
    return Stage(scenario, application, clock)


def play(scenario: Scenario, settings: Settings, *, versions: Versions | None = None) -> Stage:
    """Play a scenario to its end and return the stage, for a look around. Raises ScenarioFailed, naming the step."""
    on = stage(scenario, settings, versions=versions)
    play_on(on)
    return on


def play_on(on: Stage) -> None:
    """Play the scenario of a stage to its end; the stage is closed when a step fails. Raises ScenarioFailed."""
    scenario = on.scenario
    try:
        try:
            _file(on)
        except Refusal as refusal:
            raise ScenarioFailed(
                f"{scenario.name}: filing was refused, {refusal.code}: {refusal.message} {refusal.details}"
            ) from None
        except UNWRITTEN as error:
            raise _unwritten(f"{scenario.name}: the complaint", error) from None
        expectations = Expectations(on.application, on.case_id)
        for number, step in enumerate(scenario.steps, start=1):
            try:
                _step(on, step, expectations)
            except ScenarioFailed as failure:
                raise ScenarioFailed(f"{scenario.name}, step {number}: {failure}") from None
            except Refusal as refusal:
                raise ScenarioFailed(
                    f"{scenario.name}, step {number} ({_brief(step)}): refused, {refusal.code}: {refusal.message} "
                    f"{refusal.details}"
                ) from None
            except ScenarioInvalid:
                raise
            except UNWRITTEN as error:
                raise _unwritten(f"{scenario.name}, step {number} ({_brief(step)})", error) from None
    except BaseException:
        on.application.database.close()
        raise


def _unwritten(where: str, error: Exception) -> ScenarioFailed:
    what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    return ScenarioFailed(f"{where}: not written as docs/process-owner/scenarios.md says: {what}")


def _brief(step: Mapping[str, Any]) -> str:
    return ", ".join(f"{k}: {v}" for k, v in step.items() if k != "data")[:80]


def _file(on: Stage) -> None:
    if on.scenario.earlier is not None:
        on.numbers["$earlier"] = on.run(_complaint(on, on.scenario.earlier), on.scenario.recorded_by).number
    filed = on.run(_complaint(on, on.scenario.complaint), on.scenario.recorded_by)
    on.case_id, on.numbers["$number"] = filed.id, filed.number


def _complaint(on: Stage, fields: Mapping[str, Any]) -> FileComplaint:
    given = dict(fields)
    refund = given.pop("refund", None) or {}
    who = given.pop("complainant", None) or {}
    respondents = tuple(Respondent(**r) for r in given.pop("respondents", None) or ())
    # What is no field of a complaint is a fact that whoever files may tick.
    flags = {name: bool(given.pop(name)) for name in list(given) if name not in FIELDS}
    given.setdefault("subject", on.scenario.title.get("en", on.scenario.name))
    given.setdefault("text", given["subject"])
    return FileComplaint(
        **given, process=on.scenario.process, flags=flags, complainant=Complainant(**who), respondents=respondents,
        refund_amount=str(refund["amount"]) if refund else None, refund_currency=refund.get("currency"),
    )  # fmt: skip


UNWRITTEN = (AttributeError, KeyError, TypeError, ValueError)
"""What a step raises whose content has another shape; what the product itself does not foresee comes as a refusal."""


def _step(on: Stage, step: Mapping[str, Any], expectations: Expectations) -> None:
    if "refused" in step:
        _refused(on, step["refused"], expectations)
        return
    verb = next(v for v in _VERBS if v in step)
    if verb == "expect":
        wrong = expectations.check(step["expect"] or {})
        if wrong:
            raise ScenarioFailed("; ".join(wrong))
        return
    _VERBS[verb](on, step, step[verb])


def _refused(on: Stage, step: Mapping[str, Any], expectations: Expectations) -> None:
    try:
        _step(on, {k: v for k, v in step.items() if k != "code"}, expectations)
    except Refusal as refusal:
        if step.get("code") not in (None, refusal.code):
            raise ScenarioFailed(f"refused as {refusal.code}, not as {step['code']}: {refusal.message}") from None
        return
    raise ScenarioFailed(f"{_brief(step)} was not refused")


def _do(on: Stage, step: Mapping[str, Any], element: str) -> None:
    task = on.open_task(element)
    with on.application.database.read() as connection:
        version = connection.execute(select(work_item.c.version).where(work_item.c.id == task)).scalar_one()
    data = {
        name: on.numbers.get(value, value) if isinstance(value, str) else value
        for name, value in (step.get("data") or {}).items()
    }
    on.run(CompleteTask(task, data, version), step.get("by"))


def _message(on: Stage, step: Mapping[str, Any], name: str) -> None:
    data = step.get("data") or {}
    if name == "satisfaction":
        command: Any = Satisfaction(on.case_id, bool(data["satisfied"]), data.get("text", ""))
    elif name == "withdraw":
        command = Withdraw(on.case_id, data.get("reason", "withdrawn"))
    else:
        command = ReceiveMessage(on.case_id, data.get("text", name))
    on.run(command, step.get("by"))


def _facts(on: Stage, step: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    with on.application.database.read() as connection:
        version = connection.execute(
            select(instance.c.facts_version).where(instance.c.case_id == on.case_id)
        ).scalar_one()
    on.run(ChangeFacts(on.case_id, changes, version), step.get("by"))


def _affected(on: Stage, step: Mapping[str, Any], change: Mapping[str, Any]) -> None:
    if change.get("add"):
        on.run(AddAffected(on.case_id, tuple(AffectedPerson(**p) for p in change["add"])), step.get("by"))
    for gone in change.get("remove", ()):
        name = gone["name"] if isinstance(gone, Mapping) else str(gone)
        with on.application.database.read() as connection:
            found = connection.execute(
                select(affected.c.id).where(
                    affected.c.case_id == on.case_id, affected.c.name == name, affected.c.left_at.is_(None)
                )
            ).scalar()
        if found is None:
            raise ScenarioFailed(f"{name} is not on the list of people concerned")
        on.run(RemoveAffected(on.case_id, found), step.get("by"))


def _hand_over(on: Stage, step: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    on.run(AskHandOver(on.case_id, given["to"], given.get("why", "")), step.get("by"))


def _owner(on: Stage) -> str | None:
    with on.application.database.read() as connection:
        owner: str | None = connection.execute(
            select(instance.c.case_owner).where(instance.c.case_id == on.case_id)
        ).scalar()
    return owner


def _actions(on: Stage, step: Mapping[str, Any], which: str) -> None:
    table = action_item.c
    with on.application.database.read() as connection:
        rows = connection.execute(
            select(table.id, table.title).where(
                table.case_id == on.case_id, table.done_at.is_(None), table.void_at.is_(None)
            )
        ).all()
    chosen = [row.id for row in rows if which in ("all", row.title)]
    if which == "all":
        _remedies(on, step, which)
    elif not chosen:
        raise ScenarioFailed(f"no open action {which}")
    for action_id in chosen:
        on.run(CompleteAction(on.case_id, action_id, "done"), step.get("by") or _owner(on))


def _remedies(on: Stage, step: Mapping[str, Any], which: Any) -> None:
    table = remedy.c
    with on.application.database.read() as connection:
        waiting = (table.case_id == on.case_id, table.done_at.is_(None), table.void_at.is_(None))
        rows = connection.execute(select(table.id).where(*waiting)).all()
    for row in rows:
        on.run(CompleteRemedy(on.case_id, row.id, "done"), step.get("by") or _owner(on))


def _respondent(on: Stage, step: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    person = str(given["person"])
    on.run(NameRespondent(on.case_id, person, given.get("name", person), given.get("role", "")), step.get("by"))


def _publish(on: Stage, step: Mapping[str, Any], edit: Mapping[str, Any]) -> None:
    with on.application.database.read() as connection:
        version = connection.execute(select(instance.c.version_id).where(instance.c.case_id == on.case_id)).scalar_one()
        process = on.application.versions.process(connection, version).config.key
    try:
        publish_edited(on.application, edit, process=process)
    except EditUnfit as wrong:
        raise ScenarioFailed(str(wrong)) from None


def _send_back(on: Stage, step: Mapping[str, Any], element: str) -> None:
    table = work_item.c
    with on.application.database.read() as connection:
        done = connection.execute(
            select(table.id)
            .where(table.case_id == on.case_id, table.element == element, table.state == "done")
            .order_by(table.done_at.desc(), table.id.desc())
            .limit(1)
        ).scalar()
    if done is None:
        raise ScenarioFailed(f"nobody has completed {element}")
    on.run(SendBack(done, step.get("reason", "")), step.get("by"))


def _absence(on: Stage, step: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    until, now = instant(given["until"], "absence"), on.clock.now()

    def note(desk: Desk) -> None:
        posts.add_absence(desk.connection, given["person"], start_at=now, end_at=until, note="", ids=desk.ids)

    on.application.pipeline.run(HouseWork(note), SYSTEM)


def _promise(on: Stage, step: Mapping[str, Any], what: str) -> None:
    table = promise.c
    with on.application.database.read() as connection:
        found = connection.execute(
            select(table.id).where(table.case_id == on.case_id, table.what == what, table.kept_at.is_(None))
        ).scalar()
    if found is None:
        raise ScenarioFailed(f"no open promise {what!r}")
    on.run(KeepPromise(on.case_id, found), step.get("by") or _owner(on))


_VERBS: Mapping[str, Callable[[Stage, Mapping[str, Any], Any], None]] = {
    "do": _do,
    "expect": lambda on, step, value: None,
    "claim": lambda on, step, value: on.run(ClaimTask(on.open_task(value)), step.get("by")),
    "advance": lambda on, step, value: on.move_to(on.clock.now() + _length(value)),
    "advance_to": lambda on, step, value: on.move_to(instant(value, "advance_to")),
    "message": _message,
    "facts": _facts,
    "affected": _affected,
    "pause": lambda on, step, value: on.run(
        PauseCase(on.case_id, value.get("why", "reason"), value.get("clock"), value.get("reason", "with_reason")),
        step.get("by"),
    ),
    "resume": lambda on, step, value: on.run(
        ResumeCase(on.case_id, value.get("clock"), value.get("reason", "with_reason")), step.get("by")
    ),
    "extend": lambda on, step, value: on.run(
        ExtendCase(on.case_id, value["clock"], int(value["amount"]), value.get("why", "reason")), step.get("by")
    ),
    "withdraw": lambda on, step, value: on.run(
        Withdraw(on.case_id, (value or {}).get("reason", "withdrawn")), step.get("by")
    ),
    "hand_over": _hand_over,
    "accept": lambda on, step, value: on.run(AcceptHandOver(on.case_id), step.get("by")),
    "decline": lambda on, step, value: on.run(DeclineHandOver(on.case_id, step.get("why", "no")), step.get("by")),
    "action_done": _actions,
    "remedies_done": _remedies,
    "promise_kept": _promise,
    "retype": lambda on, step, value: on.run(
        Retype(on.case_id, value["process"], value.get("type"), value.get("reason", "")), step.get("by")
    ),
    "respondent": _respondent,
    "publish": _publish,
    "send_back": _send_back,
    "absence": _absence,
}


def _length(value: Any) -> timedelta:
    return length(str(value), "advance")
