"""Filing a complaint: every registration field, a number and a tracking code, and the first step of its process.

The tracking code is shown once; only its digest is stored. Anonymous and confidential complaints are refused with an
explanation until they can be kept safely (X-06).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import Connection, insert, select

from access.keys.cipher import DataKey
from access.keys.sealed_rows import sealed_values
from access.policy import Duty
from access.spelling import bare
from access.tables import person
from complaints.effects import minor_units
from complaints.intake.case_numbers import IN_A_NUMBER, IN_A_TRACKING_CODE, grouped
from complaints.intake.categories import CategoryTree
from complaints.intake.named_colleagues import colleagues_named
from complaints.intake.ways_in import way_in_fault
from complaints.people.people_concerned import MOST_PEOPLE
from complaints.people.reach import note_nobodys_tasks
from complaints.tables import complaint, respondent
from engine.errors import Unfit, Unsafe
from engine.model.config import ProcessConfig
from engine.model.step import ClockView, Open
from engine.pipeline import Desk
from engine.projection import save
from engine.tables import conflict_of_interest
from engine.versions import Version
from forms.characters import is_blank
from forms.money import in_decimals, known_currencies, money_faults
from storage.prepared import Prepared

TYPES = ("complaint", "opinion", "suggestion", "inquiry")
PUBLIC_PAGE = "web"
"""The channel of what is written on the pages for the public."""
ORDINARY: Mapping[str, Any] = {
    "type": "complaint", "category": "other", "channel": PUBLIC_PAGE, "campus": "main", "language": "zh-CN",
    "relation": "", "identity_mode": "identified", "stated_people": 1, "people": 1, "listed_people": 0,
    "respondent_named": False, "unheard_respondents": 0,
}  # fmt: skip
"""Facts as whoever files gives them who fills in no more than the subject and the text."""
UNSAFE_MODES = ("anonymous", "confidential")
"""Ways to stay unknown that this installation cannot keep its word on yet."""
TRACKING_LENGTH = 16
"""Base-32 characters: 80 random bits, told on the phone in four groups of four."""
_INSERT_COMPLAINT = Prepared(insert(complaint), columns=tuple(column.name for column in complaint.columns))


@dataclass(frozen=True)
class Complainant:
    """Who complains, as far as they say."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    learner_id: str | None = None
    relation: str | None = None


@dataclass(frozen=True)
class Respondent:
    """Who is complained about; `person` where staff know which colleague it is."""

    name: str
    role: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class FileComplaint:
    """A complaint arrives, from the public or written down by staff."""

    subject: str
    text: str
    channel: str = PUBLIC_PAGE
    type: str = "complaint"
    category: str = "other"
    people: int = 1
    refund_amount: str | None = None
    refund_currency: str | None = None
    received_at: datetime | None = None
    language: str = "zh-CN"
    identity_mode: str = "identified"
    complainant: Complainant = Complainant()
    on_behalf_of: str | None = None
    respondents: tuple[Respondent, ...] = ()
    desired_outcome: str | None = None
    location: str | None = None
    preferred_contact: str | None = None
    campus: str = "main"
    flags: Mapping[str, bool] = field(default_factory=dict)
    """Facts that whoever files may tick (`intake = true` in process.toml): `safety`, `injury`, ..."""
    process: str | None = None
    """The process to run, where staff or the house choose it; None: the one that takes cases of this type (X-09)."""
    follows: str | None = None
    """The id of an ended case that this one continues: whoever is kept apart from that one is kept apart from this one
    too. Its respondents are given in `respondents`, with who they are inside, whoever files."""


@dataclass(frozen=True)
class Filed:
    """What whoever filed it is told."""

    id: str
    number: str
    tracking_code: str
    """Shown now and never again."""
    acknowledge_by: datetime | None
    clock: ClockView | None
    """The acknowledgement clock, with the reasons of its due time."""
    version_id: str
    """The version of the process that it runs."""


def tracking_digest(code: str) -> str:
    """Return what is stored of a tracking code; blanks, hyphens, case, O for 0, I and L for 1 do not count."""
    return hashlib.sha256(f"redress-tracking:{bare(code)}".encode()).hexdigest()


def make_file_complaint(tree: CategoryTree) -> Callable[[Desk, FileComplaint], Filed]:
    """Return the handler of `FileComplaint`, which knows the category codes in force."""

    def file_complaint(desk: Desk, command: FileComplaint) -> Filed:
        """File and run to the first task. Raises Unfit with every field that does not fit, or Unsafe."""
        version = _version(desk, command)
        config = None if version is None else desk.services.versions.process(desk.connection, version.id).config
        _check(desk, command, tree, config)
        if version is None or config is None:
            raise Unfit(
                f"No process takes cases of the type {command.type}.",
                fields=[{"field": "type", "code": "no-process"}],
            )
        case_id, number, code = desk.ids.new(), f"R{desk.ids.code(9)}", desk.ids.code(TRACKING_LENGTH)
        received_at = command.received_at or desk.now
        currency = _currency(command, config) if command.refund_amount is not None else command.refund_currency
        alike = colleagues_named(desk.connection, [each.name for each in command.respondents if not each.person])
        respondents = tuple(_recognised(each, alike.get(each.name, ())) for each in command.respondents)
        command = replace(command, refund_currency=currency, respondents=respondents)
        told = grouped(number, IN_A_NUMBER)
        barred = _keep_apart(desk.connection, command, case_id, chain.from_iterable(alike.values()))
        key = desk.services.keys.new_for_case(desk.connection, case_id)
        _store(desk, key, command, case_id, told, code, received_at, tree)
        principal = desk.actor.principal
        # Whoever takes a complaint by phone or at the desk owns it from then on (R-004-12), unless it is about them.
        takes = principal is not None and Duty.TAKES_IN in principal.duties and principal.person_id not in barred
        owner = principal.person_id if principal is not None and takes else None
        facts = _facts(command, received_at, config)
        work = desk.open_case(case_id, key, version.id, facts, owner=owner, received_at=received_at)
        work.log("filed", name=number, channel=command.channel, recorded_by=principal.person_id if principal else None)
        work.step(Open())
        save(work, fence=0)
        if barred:
            note_nobodys_tasks(work)
        clock = work.clock(config.intake.clock) if config.intake.clock else None
        due_at = clock.due_at if clock else None
        return Filed(case_id, told, grouped(code, IN_A_TRACKING_CODE), due_at, clock, work.row["version_id"])

    return file_complaint


def _version(desk: Desk, command: FileComplaint) -> Version | None:
    """Return the version that will run; None where no process takes the case. Raises NotFound for an unknown one."""
    if command.process is not None and _may_choose(desk):
        return desk.services.versions.newest(desk.connection, command.process)
    return desk.services.versions.taking(desk.connection, command.type)


def _may_choose(desk: Desk) -> bool:
    return desk.actor.principal is not None or desk.actor.kind == "system"


def _currency(command: FileComplaint, config: ProcessConfig | None) -> str:
    """Return the currency of the claim: as said, else the one that the fact begins with."""
    spec = config.facts.get("refund_currency") if config is not None else None
    return command.refund_currency or str(spec.default if spec is not None else "")


def _facts(command: FileComplaint, received_at: datetime, config: ProcessConfig) -> dict[str, Any]:
    currency, refund = _currency(command, config), command.refund_amount
    said = {
        "type": command.type, "category": command.category, "channel": command.channel, "campus": command.campus,
        "language": command.language, "relation": command.complainant.relation or "",
        "identity_mode": command.identity_mode, "received_at": received_at.isoformat(),
        "stated_people": command.people, "people": command.people, "listed_people": 0,
        "refund": None if refund is None else in_decimals(refund, currency), "refund_currency": currency,
        "respondent_named": bool(command.respondents),
        # Whoever was heard in the earlier case has not been heard about what is new.
        "unheard_respondents": len(_people(command)) if command.follows is not None else 0,
        **{n: bool(command.flags.get(n)) for n in _flags(config)},
    }  # fmt: skip
    return {name: value for name, value in said.items() if name in config.facts}


def _people(command: FileComplaint) -> list[str]:
    """Return the colleagues who are complained about, each once."""
    return list(dict.fromkeys(each.person for each in command.respondents if each.person))


def _flags(config: ProcessConfig) -> list[str]:
    return [spec.name for spec in config.facts.values() if spec.intake]


def _check(desk: Desk, command: FileComplaint, tree: CategoryTree, config: ProcessConfig | None) -> None:
    if command.identity_mode in UNSAFE_MODES:
        raise Unsafe(
            "This installation cannot yet keep your identity secret as it should, so it does not accept "
            f"{command.identity_mode} complaints. Please turn to a person of your trust outside, or file it under "
            "your name.",
            field="identity_mode",
        )
    wrong: list[dict[str, Any]] = []
    received_at, principal = command.received_at, desk.actor.principal

    def require(holds: bool, field_name: str, code: str, **values: object) -> None:
        if not holds:
            wrong.append({"field": field_name, "code": code, **({"values": values} if values else {})})

    require(command.identity_mode == "identified", "identity_mode", "unknown")
    require(command.type in TYPES, "type", "unknown")
    require(command.process is None or _may_choose(desk), "process", "staff-only")
    require(tree.exists(command.category), "category", "unknown")
    require(not is_blank(command.subject), "subject", "required")
    require(not is_blank(command.text), "text", "required")
    require(1 <= command.people <= MOST_PEOPLE, "people", "out-of-range", least=1, most=MOST_PEOPLE)
    require(command.language in ("zh-CN", "ko", "en"), "language", "unknown")
    if config is not None and set(command.flags) - set(_flags(config)):
        wrong.append({"field": "flags", "code": "unknown", "known": _flags(config)})
    if received_at is not None:
        require(principal is not None, "received_at", "staff-only")
        look_back = timedelta(days=config.intake.look_back_days if config is not None else 0)
        least, most = desk.now - look_back, desk.now
        limits = {"least": least.isoformat(), "most": most.isoformat()}
        require(least <= received_at <= most, "received_at", "out-of-range", **limits)
    way_in = way_in_fault(desk.services.calendars, command.campus, command.channel, said="channel", now=desk.now)
    if way_in is not None:
        wrong.append(dict(way_in))
    if command.refund_amount is not None:
        claimed = {"amount": command.refund_amount, "currency": _currency(command, config)}
        for part, code, values in money_faults(claimed, known_currencies()):
            require(False, f"refund/{part}", code, **values)
    named = _people(command) if command.follows is None else []
    require(not named or principal is not None, "respondents", "staff-only")
    found = (
        set(desk.connection.execute(select(person.c.id).where(person.c.id.in_(named))).scalars()) if named else set()
    )
    require(set(named) <= found, "respondents", "unknown-person")
    if wrong:
        raise Unfit(fields=wrong)


def _store(
    desk: Desk, key: DataKey, command: FileComplaint, case_id: str, number: str, code: str, received_at: datetime,
    tree: CategoryTree,
) -> None:  # fmt: skip
    who, principal = command.complainant, desk.actor.principal
    row = {
        "case_id": case_id, "number": number, "tracking_digest": tracking_digest(code), "received_at": received_at,
        "recorded_at": desk.now, "recorded_by": principal.person_id if principal else None,
        "subject": command.subject, "text": command.text, "channel": command.channel, "type": command.type,
        "category": command.category, "category_version": str(tree.version), "language": command.language,
        "identity_mode": command.identity_mode, "name": who.name, "email": who.email, "phone": who.phone,
        "learner_id": who.learner_id, "relation": who.relation, "on_behalf_of": command.on_behalf_of,
        "desired_outcome": command.desired_outcome, "location": command.location,
        "preferred_contact": command.preferred_contact, "stated_people": command.people,
        "refund_minor": None if command.refund_amount is None else minor_units(command.refund_amount),
        "refund_currency": command.refund_currency, "retention_hold": None,
    }  # fmt: skip
    _INSERT_COMPLAINT.run(desk.connection, sealed_values(key, complaint, row))
    for each in command.respondents:
        named = {"id": desk.ids.new(), "case_id": case_id, "name": each.name, "role": each.role, "person": each.person}
        desk.connection.execute(insert(respondent).values(**sealed_values(key, respondent, named)))


def _recognised(named: Respondent, alike: Sequence[str]) -> Respondent:
    """Return who is named, with who that is inside where one colleague alone has the name."""
    return replace(named, person=alike[0]) if named.person is None and len(alike) == 1 else named


def _keep_apart(connection: Connection, command: FileComplaint, case_id: str, alike: Iterable[str]) -> frozenset[str]:
    """Shut out who is complained about, who may be (`alike`), and who is shut out of the case that this one follows."""
    bars = conflict_of_interest.c
    before = select(bars.person).where(bars.case_id == command.follows).order_by(bars.person)
    barred = list(connection.execute(before).scalars()) if command.follows is not None else []
    people = list(dict.fromkeys([*_people(command), *alike, *barred]))
    if people:
        connection.execute(insert(conflict_of_interest), [{"case_id": case_id, "person": each} for each in people])
    return frozenset(people)
