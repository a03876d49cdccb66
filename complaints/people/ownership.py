"""Who owns a case: handed over only with a reason and with acceptance (R-004-12, X-05), or taken over at once.

The owner stays the owner until somebody has accepted. How often a case was handed over is the number of its rows in
`hand_over` that were accepted.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from access.policy import Duty
from access.posts import available
from access.principals import principal as principal_of
from access.rights import Verb
from access.teams import teams_of
from complaints.case_now import require_not_closed
from complaints.notices.notice_book import NoticeBooks
from complaints.tables import hand_over
from complaints.wording import REASON, words
from engine.case_rights import require, standings
from engine.case_sight import sees_case
from engine.case_work import CaseWork
from engine.errors import Conflict, Forbidden, Unfit
from engine.tables import IS_OPEN, work_item

LAPSED = "hand_over_lapsed"
"""The notice of an offer that nobody can answer any more; a process that was published before it came up has none."""


@dataclass(frozen=True)
class AskHandOver:
    """Offer the case to somebody, with the reason. Offering it to the same person again changes nothing."""

    case_id: str
    to: str
    reason: str


@dataclass(frozen=True)
class AcceptHandOver:
    """I take the case that was offered to me."""

    case_id: str


@dataclass(frozen=True)
class DeclineHandOver:
    """I do not take it, and say why; or whoever offered it takes the offer back."""

    case_id: str
    why: str


def ask_hand_over(work: CaseWork, command: AskHandOver) -> dict[str, Any]:
    """Offer, and return `{"hand_over": id}`.

    Raises Forbidden, Conflict for a closed case and while another offer is open, Unfit for somebody who cannot own it:
    unknown or away, outside the teams that take complaints in and those of the owner, kept apart from the case, or its
    owner already.
    """
    require(work, Verb.OFFER_CASE)
    reason = words("reason", command.reason, longest=REASON)
    require_not_closed(work)
    opened = open_offer(work)
    if opened is not None and opened.to_person == command.to:
        return {"hand_over": opened.id}
    if opened is not None:
        raise Conflict(
            "The case is offered to somebody else already; wait for the answer, or take that offer back.",
            to=opened.to_person, asked_at=opened.asked_at.isoformat(),
        )  # fmt: skip
    _require_fit(work, command.to)
    return {"hand_over": _offer(work, command.to, reason)}


def accept_hand_over(work: CaseWork, command: AcceptHandOver) -> None:
    """Accept: from now on the case is mine, with its open tasks.

    Raises Conflict when nothing is offered (any more), and when the case was closed meanwhile.
    """
    opened, who = _offered(work), work.actor.principal
    if who is None or opened.to_person != who.person_id:
        raise Forbidden("The case is offered to somebody else.", to=opened.to_person)
    require_not_closed(work)
    _require_fit(work, who.person_id)
    _settle(work, opened.id, accepted=True, answer=None)
    _move(work, who.person_id)
    work.log("hand-over-accepted", name=opened.id, was=opened.from_person)
    _tell_both(work, opened, "hand_over_accepted")


def decline_hand_over(work: CaseWork, command: DeclineHandOver) -> None:
    """Decline, or take the offer back: the owner stays. Raises Conflict when nothing is offered (any more)."""
    opened = _offered(work)
    who = work.actor.principal
    mine = who is not None and who.person_id in (opened.to_person, opened.asked_by)
    if not mine and not work.services.rules.allows(Verb.TAKE_BACK_OFFER, standings(work.actor, owner=work.owner)):
        raise Forbidden("The case is offered to somebody else.", to=opened.to_person)
    why = words("why", command.why, longest=REASON)
    _settle(work, opened.id, accepted=False, answer=why)
    work.log("hand-over-declined", name=opened.id, to=opened.to_person, why=why)
    if who is not None and who.person_id == opened.to_person:
        _tell_both(work, opened, "hand_over_declined")


def change_owner(work: CaseWork, person: str, *, reason: str = "", offer: bool = False) -> None:
    """Give the case to a person: at once (`take_over`), or by an offer that replaces the one that is open.

    For what the diagram decides; nobody's right is asked. Raises Unfit for somebody who cannot be offered the case, its
    owner among them; whoever takes over what is theirs already changes nothing.
    """
    if person == work.owner and not offer:
        return
    opened = open_offer(work)
    if offer:
        if opened is None or opened.to_person != person:
            _require_fit(work, person)
            if opened is not None:
                _settle(work, opened.id, accepted=False, answer="replaced")
            _offer(work, person, reason)
        return
    if opened is not None:
        _settle(work, opened.id, accepted=False, answer="taken over")
    was = work.owner
    _move(work, person)
    work.log("taken-over", name=person, was=was, reason=reason)
    if was is not None and _works_here(work, was):
        work.tell(f"person:{was}", "hand_over_accepted", {"person": person}, f"take-over:{work.batch}")


def leave_to_duty(work: CaseWork) -> None:
    """The owner must not have the case any more: it is whose duty it is to look after cases that nobody has taken.

    An offer that is open lapses. Whoever gets the case hears of it, and nobody why. Where whoever is on duty could not
    accept it either, the case has no owner until one takes it: on record, and whoever acts for the duty post is told.
    """
    opened, was = open_offer(work), work.owner
    if opened is not None:
        _lapse(work, opened)
    teams = teams_of(work.connection, was) if was is not None else frozenset()
    work.set_owner(None)
    on_duty = [to.removeprefix("person:") for to in work.services.placement.recipients(work, "owner")]
    person = next((each for each in on_duty if _unfit(work, each, teams=teams) is None), None)
    if person is None:
        work.log("ownerless", was=was)
        work.tell("owner", "case_ownerless", {}, f"ownerless:{work.batch}")
        return
    _move(work, person)
    work.log("taken-over", name=person, was=was, reason="")
    work.tell(f"person:{person}", "case_yours", {}, f"duty:{work.batch}")


def withdraw_offer_to(work: CaseWork, person: str) -> None:
    """Let an open offer to somebody lapse who is kept apart from the case now: they could not answer it any more.

    On record, and who gave the case away hears of it, so that they can offer it to another. Repeating is safe.
    """
    opened = open_offer(work)
    if opened is None or opened.to_person != person:
        return
    _lapse(work, opened)
    known = NoticeBooks().of(work.process).templates
    _tell_both(work, opened, LAPSED if LAPSED in known else "hand_over_declined")


def open_offer(work: CaseWork) -> Any:
    """Return the row of `hand_over` that waits for an answer, or None; there is at most one."""
    mine = select(hand_over).where(hand_over.c.case_id == work.case_id, hand_over.c.answered_at.is_(None))
    return work.first(mine)


def _offered(work: CaseWork) -> Any:
    opened = open_offer(work)
    if opened is None:
        raise Conflict("Nothing is offered any more; the case has its owner.", owner=work.owner)
    return opened


def _offer(work: CaseWork, to: str, reason: str) -> str:
    who, offer_id = work.actor.principal, work.ids.new()
    asked_by = who.person_id if who is not None else None
    row = {
        "id": offer_id, "case_id": work.case_id, "from_person": work.owner, "to_person": to, "reason": reason,
        "asked_by": asked_by, "asked_at": work.now,
    }  # fmt: skip
    work.insert(hand_over, row)
    work.log("hand-over-offered", name=offer_id, to=to, reason=reason)
    values = {"person": asked_by or work.owner, "hand_over": offer_id}
    work.tell(f"person:{to}", "hand_over_offered", values, f"hand-over:{offer_id}")
    return offer_id


def _unfit(work: CaseWork, person: str, *, teams: Set[str]) -> str | None:
    """Return why somebody cannot own the case, None where they can; `teams` are those of who owns or owned it."""
    found = principal_of(work.connection, person, now=work.now, rules=work.services.rules)
    if found is None:
        return "unknown-person"
    if person == work.owner:
        return "is-owner"
    if person not in available(work.connection, [person], now=work.now):
        return "away"
    if Duty.TAKES_IN not in found.duties and not found.teams & teams:
        return "not-in-team"
    return None if sees_case(work.connection, work.case_id, found) else "kept-apart"


def _require_fit(work: CaseWork, person: str) -> None:
    teams = teams_of(work.connection, work.owner) if work.owner is not None else frozenset()
    code = _unfit(work, person, teams=teams)
    if code == "is-owner":
        raise Unfit("This person owns the case already.", fields=[{"field": "to", "code": code}])
    if code is not None:
        raise Unfit("This person cannot own the case.", fields=[{"field": "to", "code": code}])


def _works_here(work: CaseWork, person: str) -> bool:
    """Say whether somebody has an account still: who has left is not told that their case is in good hands."""
    return principal_of(work.connection, person, now=work.now, rules=work.services.rules) is not None


def _settle(work: CaseWork, offer_id: str, *, accepted: bool, answer: str | None) -> None:
    waiting = (hand_over.c.id == offer_id, hand_over.c.answered_at.is_(None))
    work.update(hand_over, *waiting, answered_at=work.now, accepted=accepted, answer=answer)


def _lapse(work: CaseWork, opened: Any) -> None:
    _settle(work, opened.id, accepted=False, answer="lapsed")
    work.log("hand-over-lapsed", name=opened.id, to=opened.to_person)


def _move(work: CaseWork, person: str) -> None:
    """Make the person the owner; open tasks that follow the owner go along, save those they must stay apart from."""
    work.set_owner(person)
    table = work_item.c
    mine = select(table.id, table.excluded, table.version, table.post).where(
        table.case_id == work.case_id, table.owner_bound, IS_OPEN
    )
    for item in work.connection.execute(mine).all():
        # It waits for a post only while no owner may do it.
        who, post = (None, item.post) if person in (item.excluded or ()) else (person, None)
        work.connection.execute(
            update(work_item).where(table.id == item.id).values(assignee=who, post=post, version=item.version + 1)
        )
    work.tell("complainant", "new_owner", {"owner": person}, f"owner:{work.batch}:{person}")


def _tell_both(work: CaseWork, opened: Any, template: str) -> None:
    """Tell who gave the case away and who asked for it, each once; whoever answers knows."""
    for person in dict.fromkeys((opened.from_person, opened.asked_by)):
        if person is not None and person != opened.to_person and _works_here(work, person):
            work.tell(f"person:{person}", template, {"person": opened.to_person}, f"answer:{opened.id}")
