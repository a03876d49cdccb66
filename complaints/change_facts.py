"""What is known of a case changes: numbers, amounts, category, dangers. Tables and clocks follow in the same step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from access.rights import Verb
from complaints.case_now import keep_facts, require_not_closed
from complaints.effects import minor_units
from complaints.intake.categories import CategoryTree
from complaints.intake.ways_in import way_in_fault
from complaints.people.people_concerned import MOST_PEOPLE, people_facts
from complaints.plan.replan import checked_lines, replan_refunds
from complaints.tables import complaint
from complaints.wording import REASON, one_line, words
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.errors import MatchRequired, Stale, Unfit
from engine.model.config import FactSpec
from engine.model.fact_values import fact_to_json, read_fact
from engine.pipeline import CaseHandler
from forms.money import in_decimals, known_currencies, money_faults


@dataclass(frozen=True)
class ChangeFacts:
    """These facts are different from what the case says. `version` is the facts' version that was seen."""

    case_id: str
    changes: Mapping[str, Any]
    """By name: `people` (as stated), `refund` (`{"amount", "currency"}`, or None for no claim), `refunds` (the planned
    lines), `category`, and every other fact of the process with `changeable = true`."""
    version: int | None = None
    reason: str = ""
    """Why; required for an override."""


@dataclass
class _Said:
    """What the changes come to, once every field has been read."""

    facts: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] | None = None
    wrong: list[dict[str, Any]] = field(default_factory=list)


def make_change_facts(tree: CategoryTree) -> CaseHandler:
    """Return the handler of `ChangeFacts`, which knows the category codes in force."""

    def change_facts(work: CaseWork, command: ChangeFacts) -> dict[str, Any]:
        """Change, and return `{"version", "facts"}` as they are now. The same values again change nothing.

        Raises Forbidden, MatchRequired without a version, Stale for an old one, Conflict for a closed case, Unfit with
        every field that does not fit.
        """
        require(work, Verb.CHANGE_FACTS)
        current = work.row["facts_version"]
        if command.version is None:
            raise MatchRequired(current=current)
        if command.version != current:
            raise Stale("The facts have changed since you saw them.", seen=command.version, current=current)
        require_not_closed(work)
        reason = words("reason", command.reason, longest=REASON, required=False)
        said = _read(work, command.changes, tree, reason)
        if said.wrong:
            raise Unfit(fields=said.wrong)
        if said.columns:
            work.update(complaint, complaint.c.case_id == work.case_id, **said.columns)
        if said.lines is not None:
            said.facts.update(replan_refunds(work, said.lines))
        if reason:
            work.log("facts-reason", reason=reason, facts=sorted(command.changes))
        work.reason = reason
        keep_facts(work, said.facts)
        return {"version": work.row["facts_version"], "facts": dict(work.row["facts"])}

    return change_facts


def _read(work: CaseWork, changes: Mapping[str, Any], tree: CategoryTree, reason: str) -> _Said:
    facts, said = work.process.config.facts, _Said()
    for name, value in changes.items():
        try:
            _require_changeable(facts, name)
            if name == "people":
                _people(work, said, value)
            elif name == "refund":
                _refund(said, value)
            elif name == "refunds":
                said.lines = checked_lines(work, value)
            elif name == "category":
                _category(work, said, value, tree)
            else:
                _plain(facts[name], said, value, reason)
        except Unfit as refusal:
            said.wrong += refusal.details["fields"]
    _require_way_in(work, said)
    return said


def _require_way_in(work: CaseWork, said: _Said) -> None:
    """Add what is wrong where the campus, or the channel, becomes one that no calendar counts by."""
    before = {name: work.row["facts"].get(name) for name in ("campus", "channel")}
    after = {name: said.facts.get(name, value) for name, value in before.items()}
    if after == before or not all(after.values()):
        return
    fault = way_in_fault(
        work.services.calendars, str(after["campus"]), str(after["channel"]),
        said="campus" if after["campus"] != before["campus"] else "channel", now=work.now,
    )  # fmt: skip
    if fault is not None:
        said.wrong.append(dict(fault))


def _require_changeable(facts: Mapping[str, FactSpec], name: str) -> None:
    """The planned lines are changed as `refunds`; the fact behind them says whether people may."""
    spec = facts.get("planned_refunds" if name == "refunds" else name)
    if spec is None:
        raise _unfit(name, "unknown-fact")
    if not spec.changeable or name == "planned_refunds":
        raise _unfit(name, "kept-by-the-house")


def _people(work: CaseWork, said: _Said, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _unfit("people", "not-integer")
    if not 1 <= value <= MOST_PEOPLE:
        raise _unfit("people", "out-of-range", values={"least": 1, "most": MOST_PEOPLE})
    said.facts.update(people_facts(work, stated=value))
    said.columns["stated_people"] = value


def _refund(said: _Said, value: Any) -> None:
    if value is None:
        said.facts["refund"] = None
        said.columns.update(refund_minor=None, refund_currency=None)
        return
    faults = money_faults(value, known_currencies())
    if faults:
        said.wrong += [
            {"field": f"refund/{part}".rstrip("/"), "code": code, "values": values} for part, code, values in faults
        ]
        return
    said.facts.update(refund=in_decimals(value["amount"], value["currency"]), refund_currency=value["currency"])
    said.columns.update(refund_minor=minor_units(value["amount"]), refund_currency=value["currency"])


def _category(work: CaseWork, said: _Said, value: Any, tree: CategoryTree) -> None:
    if not isinstance(value, str) or not tree.exists(value):
        raise _unfit("category", "unknown")
    if value != work.row["facts"].get("category") and tree.categories[value].retired:
        raise _unfit("category", "retired")
    said.facts["category"] = value
    said.columns.update(category=value, category_version=tree.version)


def _plain(spec: FactSpec, said: _Said, value: Any, reason: str) -> None:
    if value is None:
        raise _unfit(spec.name, "required")
    typed = read_fact(spec, value)
    if isinstance(typed, str):
        typed = one_line(spec.name, typed, required=False)
    allowed = (*spec.values, *([""] if spec.default == "" else []))
    if spec.values and typed not in allowed:
        raise _unfit(spec.name, "unknown", known=list(spec.values))
    if spec.overrides and typed and not reason:
        raise _unfit("reason", "required")
    said.facts[spec.name] = fact_to_json(typed)


def _unfit(name: str, code: str, **more: Any) -> Unfit:
    return Unfit(fields=[{"field": name, "code": code, **more}])
