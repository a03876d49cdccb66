"""The small forms on the page of a case, each turned into the command it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.web.posted import Posted
from complaints.change_facts import ChangeFacts
from complaints.correspondence.messages import ReceiveMessage, SendMessage
from complaints.correspondence.withdrawal import Withdraw
from complaints.intake.retype import Retype
from complaints.notes import AddNote
from complaints.people.affected import AddAffected, AffectedPerson, RemoveAffected
from complaints.people.cleared import ClearColleague
from complaints.people.ownership import AcceptHandOver, AskHandOver, DeclineHandOver
from complaints.people.respondents import NameRespondent
from complaints.plan.actions import CompleteAction, ReopenAction
from complaints.plan.promises import KeepPromise
from complaints.plan.remedies import CompleteRemedy
from engine.commands.clocks import ExtendCase, PauseCase, ResumeCase
from engine.errors import Unfit


@dataclass(frozen=True)
class CaseForm:
    """What a form does, what is said when it is done, and where on the page one is then."""

    command: Callable[[str, Posted], Any]
    done: str
    place: str


def _add_people(case_id: str, sent: Posted) -> AddAffected:
    """Read one person a line: name, then contact and learner number after commas."""
    people = []
    for line in sent.text("people").splitlines():
        parts = [part.strip() for part in line.replace("，", ",").split(",", 2)] + ["", ""]
        if parts[0]:
            people.append(AffectedPerson(parts[0], parts[1] or None, parts[2] or None))
    if not people:
        raise Unfit(fields=[{"field": "people", "code": "required"}])
    return AddAffected(case_id, tuple(people))


def _extend(case_id: str, sent: Posted) -> ExtendCase:
    amount = sent.number("amount")
    if amount is None:
        raise Unfit(fields=[{"field": "amount", "code": "not-integer"}])
    return ExtendCase(case_id, sent.text("clock"), amount, sent.text("why"))


def _move(case_id: str, sent: Posted) -> Retype:
    process, _, kind = sent.text("to").partition("/")
    if not kind:
        raise Unfit(fields=[{"field": "to", "code": "required"}])
    return Retype(case_id, process, kind, sent.text("reason"))


def _facts(case_id: str, sent: Posted) -> ChangeFacts:
    """Send only what differs from what the page showed; every field carries its old value beside it."""
    changes: dict[str, Any] = {}
    for name in ("category", *sent.all("override_names")):
        if sent.text(name) != sent.text(f"was_{name}"):
            changes[name] = sent.text(name)
    for name in sent.all("flag_names"):
        ticked = bool(sent.text(f"flag_{name}"))
        if ticked != (sent.text(f"was_{name}") == "yes"):
            changes[name] = ticked
    if sent.text("people") != sent.text("was_people"):
        people = sent.number("people")
        if people is None:
            raise Unfit(fields=[{"field": "people", "code": "not-integer"}])
        changes["people"] = people
    amount, currency = sent.text("refund").strip(), sent.text("currency")
    if (amount, currency) != (sent.text("was_refund"), sent.text("was_currency")):
        changes["refund"] = {"amount": amount.replace(",", ""), "currency": currency} if amount else None
    if not changes:
        raise Unfit("Nothing was changed: the page shows the facts as they are.")
    return ChangeFacts(case_id, changes, sent.number("facts_version"), sent.text("reason"))


def _respondent(case_id: str, sent: Posted) -> NameRespondent:
    """Take the name that was chosen from those complained about, or the one that was typed. Raises Unfit for both."""
    named, typed = sent.text("named"), sent.text("name").strip()
    if named and typed and typed != named:
        raise Unfit(fields=[{"field": "name", "code": "one-of-both"}])
    return NameRespondent(case_id, sent.text("person"), named or typed, sent.text("role"))


FORMS: Mapping[str, CaseForm] = {
    "reply": CaseForm(lambda c, s: SendMessage(c, s.text("text"), s.text("subject")), "reply", "letters"),
    "heard": CaseForm(lambda c, s: ReceiveMessage(c, s.text("text"), s.text("how")), "heard", "letters"),
    "note": CaseForm(lambda c, s: AddNote(c, s.text("text")), "note", "notes"),
    "offer": CaseForm(lambda c, s: AskHandOver(c, s.text("to"), s.text("reason")), "offered", "owner"),
    "accept": CaseForm(lambda c, _: AcceptHandOver(c), "accepted", "owner"),
    "decline": CaseForm(lambda c, s: DeclineHandOver(c, s.text("why")), "declined", "owner"),
    "pause": CaseForm(lambda c, s: PauseCase(c, s.text("why")), "paused", "clocks"),
    "resume": CaseForm(lambda c, _: ResumeCase(c), "resumed", "clocks"),
    "extend": CaseForm(_extend, "extended", "clocks"),
    "withdraw": CaseForm(
        lambda c, s: Withdraw(c, s.text("reason"), s.text("said_by"), s.text("how")), "withdrawn", "letters"
    ),
    "facts": CaseForm(_facts, "facts", "facts"),
    "affected": CaseForm(_add_people, "affected-added", "affected"),
    "respondent": CaseForm(_respondent, "respondent-named", "who"),
    "clear": CaseForm(lambda c, s: ClearColleague(c, s.text("person"), s.text("reason")), "colleague-cleared", "who"),
    "leave": CaseForm(lambda c, s: RemoveAffected(c, s.text("id")), "affected-removed", "affected"),
    "move": CaseForm(_move, "moved", "tasks"),
    "action": CaseForm(lambda c, s: CompleteAction(c, s.text("id"), s.text("note")), "action-done", "actions"),
    "reopen": CaseForm(lambda c, s: ReopenAction(c, s.text("id"), s.text("reason")), "action-reopened", "actions"),
    "promise": CaseForm(lambda c, s: KeepPromise(c, s.text("id"), s.text("note")), "promise-kept", "promises"),
    "remedy": CaseForm(lambda c, s: CompleteRemedy(c, s.text("id"), s.text("note")), "remedy-done", "remedies"),
}
"""The last part of the form's address -> the form."""
