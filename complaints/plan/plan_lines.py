"""What a plan means in facts: refund lines and remedies, worked out purely; its actions are in `action_lines.py`.

These functions run inside the step, so that the gateways behind `record_plan` already see the new amounts. The rows
are written afterwards, in the same transaction, by `complaints/effects.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from complaints.plan.action_lines import opened
from complaints.plan.refund_figures import CEILING_PAYEES, PAYEES, SETTLED, covered_figure, refund_facts
from engine.errors import Unfit
from engine.model.operation import Consequence


def record_plan(
    parameters: Mapping[str, Any], data: Mapping[str, Any], facts: Mapping[str, Any], initial: Mapping[str, Any]
) -> Consequence:
    """Take the plan form: refund lines (an unchanged line keeps its review), interim measures, the plan's revision."""
    revision = facts["plan_revision"] + 1
    lines = _planned(data.get("refunds") or (), facts["planned_refunds"], revision)
    changed = lines != facts["planned_refunds"]
    interim = opened("interim", data.get("interim_measures") or (), {**facts, "plan_revision": revision})
    return Consequence(
        facts={
            "plan_revision": revision,
            **refund_facts(lines, initial),
            "refunds_revision": facts["refunds_revision"] + (1 if changed else 0),
            **interim.facts,
        },
        made={"refunds": lines, **interim.made},
    )


def _planned(asked: Iterable[Mapping[str, Any]], before: Iterable[Mapping[str, Any]], revision: int) -> list[Any]:
    left = list(before)
    lines = [dict(line) for line in before if line["state"] in SETTLED]
    wanted_lines = list(asked)
    nothing = [number for number, line in enumerate(wanted_lines) if Decimal(line["amount"]["amount"]) <= 0]
    if nothing:
        raise Unfit(
            "A refund of nothing is none.",
            fields=[{"field": f"/refunds/{number}/amount/amount", "code": "not-positive"} for number in nothing],
        )
    for number, line in enumerate(wanted_lines, start=1):
        money = line["amount"]
        wanted = (line["payee"], Decimal(money["amount"]), money["currency"])
        same = next((o for o in left if (o["payee"], Decimal(o["amount"]), o["currency"]) == wanted), None)
        if same is not None:
            left.remove(same)
            if same["state"] not in SETTLED:
                lines.append(dict(same))
            continue
        lines.append(
            {
                "id": f"{revision}.{number}", "payee": line["payee"], "amount": money["amount"],
                "currency": money["currency"], "state": "planned",
            }
        )  # fmt: skip
    _in_one_currency(lines, wanted_lines)
    return lines


def _in_one_currency(lines: Iterable[Mapping[str, Any]], asked: Iterable[Mapping[str, Any]]) -> None:
    """Raise Unfit where the refunds of a case are in two currencies (X-16).

    Amounts are never converted, so of two currencies there is no largest amount, and no approval could cover both.
    """
    currencies = [line["currency"] for line in lines if line["state"] != "rejected"]
    other = [n for n, line in enumerate(asked) if currencies and line["amount"]["currency"] != currencies[0]]
    if other:
        raise Unfit(
            "All refunds of a complaint are in one currency.",
            fields=[
                {
                    "field": f"/refunds/{number}/amount/currency", "code": "two-currencies",
                    "values": {"currency": currencies[0]},
                }
                for number in other
            ],
        )  # fmt: skip


def record_remedies(
    parameters: Mapping[str, Any], data: Mapping[str, Any], facts: Mapping[str, Any], initial: Mapping[str, Any]
) -> Consequence:
    """Note a remedy for everybody concerned, one record a person (R-004-21).

    A remedy that this round of the case has recorded already is not recorded again, but for people who have joined
    since (`again`); two of one kind in one plan are two. What an earlier plan of this round gave and this one does not
    is no longer part of it (`dropped`). What the plan as it now stands gives is in force: whoever joins later gets it
    too (`in_force`). Of each, the fact says how many wait for it (`open`) and how many of those concerned have it or
    wait for it (`having`), as the rows do (`remedies.remedy_facts`).
    """
    concerned = max(1, facts["listed_people"])
    revision, round_of_case = facts["plan_revision"], facts.get("reopened") or 0
    recorded = [dict(each) for each in facts["remedies_recorded"]]
    left = [each for each in recorded if each["round"] == round_of_case]
    asked = [{n: given.get(n) for n in ("kind", "days", "note")} for given in data.get("remedies") or ()]
    fresh, again, joined = [], [], 0
    # First those that are said in the same words, then those whose note alone was worded anew.
    for words in (("kind", "days", "note"), ("kind", "days")):
        for one in asked[:]:
            same = next((each for each in left if all(each[n] == one[n] for n in words)), None)
            if same is not None:
                left.remove(same)
                asked.remove(one)
                same.update(one, revision=revision)
                joined += _given_again(same, concerned)
                again.append({**one, "line": same["line"]})
    number = 1 + sum(each["line"].startswith(f"{_numbered(facts)}.") for each in recorded)
    for one in (dict(each, line=f"{_numbered(facts)}.{n}") for n, each in enumerate(asked, start=number)):
        recorded.append({**one, "revision": revision, "round": round_of_case, "open": concerned, "having": concerned})
        fresh.append(one)
    dropped = [each for each in left if each["revision"] != revision]
    let_go = sum(_let_go(each) for each in dropped)
    count = facts["open_remedies"] + joined + concerned * len(fresh) - let_go
    return Consequence(
        {"open_remedies": count, "remedies_recorded": recorded},
        {"remedies": fresh, "remedies_again": again, "remedies_dropped": [each["line"] for each in dropped]},
    )


def _given_again(record: dict[str, Any], concerned: int) -> int:
    """Let everybody concerned have it; return how many did not."""
    lacking = max(0, concerned - int(record.get("having", concerned)))
    record.update(open=record.get("open", 0) + lacking, having=concerned)
    return lacking


def _let_go(record: dict[str, Any]) -> int:
    """Let nobody wait for it any more; return how many did."""
    waiting = int(record.get("open", 0))
    record.update(open=0, having=max(0, record.get("having", 0) - waiting))
    return waiting


def _numbered(facts: Mapping[str, Any]) -> str:
    # A case that was moved to another process counts its plans from the beginning again.
    return f"{facts.get('moves') or 0}.{facts['plan_revision']}"


def in_force(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the remedies (`line`, `kind`, `days`, `note`) that the plan as it stands gives everybody concerned."""
    revision = facts.get("plan_revision")
    return [each for each in facts.get("remedies_recorded") or () if each["revision"] == revision]


CEILING_POST = "ceiling_post"
"""The fact that says which post gave the approval, where one did alone; another may be asked today."""


def record_approval(
    parameters: Mapping[str, Any], data: Mapping[str, Any], facts: Mapping[str, Any], initial: Mapping[str, Any]
) -> Consequence:
    """Store what the approval covers (R-004-18).

    The refund covered is the figure that the process decides by (`refund_figures.covered_figure`). `people` and
    `refund` hold what each approving vote covers, or one that decided alone; the smallest counts, and a
    vote that says nothing covers what there is today. What lies below that was refused when the vote was cast
    (`approval_limits.py`): votes begin anew when the figures change. So many payees are covered as the plan has, or as
    the approval covers people: in a group one more of them may be paid, and nobody else instead (`ceiling_payees`,
    where the process has that fact). `post` names which one decided alone (`ceiling_post`, likewise).
    """
    largest = facts[covered_figure(facts)]
    people = [vote if vote is not None else facts["people"] for vote in _votes(parameters.get("people"))]
    refunds = [Decimal(vote["amount"]) if vote else largest for vote in _votes(parameters.get("refund"))]
    ceiling = {
        "ceiling_people": max(facts["people"], min(people, default=0)),
        "ceiling_refund": str(max(largest, min(refunds, default=Decimal(0)))),
        "ceiling_currency": facts["planned_currency"],
        "ceiling_level": parameters["level"],
        "ceiling_revision": facts["plan_revision"],
    }
    if CEILING_PAYEES in initial:
        ceiling[CEILING_PAYEES] = max(facts.get(PAYEES) or 0, ceiling["ceiling_people"])
    if CEILING_POST in initial:
        ceiling[CEILING_POST] = parameters.get("post") or ""
    return Consequence(ceiling, {"ceiling": ceiling})


def _votes(said: Any) -> list[Any]:
    return list(said) if isinstance(said, list | tuple) else [said]


def _line(facts: Mapping[str, Any], line_id: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    lines = [dict(line) for line in facts["planned_refunds"]]
    found = next((line for line in lines if line["id"] == line_id), None)
    if found is None:
        raise Unfit("This refund is no longer part of the plan.", fields=[{"field": "refund", "code": "unknown"}])
    return lines, found


def record_refund_decision(
    parameters: Mapping[str, Any], data: Mapping[str, Any], facts: Mapping[str, Any], initial: Mapping[str, Any]
) -> Consequence:
    """Approve a refund line (`granted`), for something and at most what was planned, or reject it (R-004-28).

    What is approved stands beside what was planned (`approved`, `amount`): the plan says what it said.
    """
    lines, line = _line(facts, parameters["refund"])
    if parameters["granted"]:
        money = parameters.get("amount") or {"amount": line["amount"], "currency": line["currency"]}
        if money["currency"] != line["currency"] or Decimal(money["amount"]) > Decimal(line["amount"]):
            raise Unfit(
                "A review approves at most the planned amount, in its currency.",
                fields=[{"field": "/amount/amount", "code": "over-plan", "values": {"planned": line["amount"]}}],
            )
        if Decimal(money["amount"]) <= 0:
            raise Unfit("A refund of nothing is none.", fields=[{"field": "/amount/amount", "code": "not-positive"}])
        line.update(state="approved", approved=money["amount"])
    else:
        line["state"] = "rejected"
    # Task data still holds the reasons of earlier steps; only a refusal gives its own.
    reasons = None if parameters["granted"] else data.get("reasons")
    return Consequence(refund_facts(lines, initial), {"line": line, "reasons": reasons})


def record_payment(
    parameters: Mapping[str, Any], data: Mapping[str, Any], facts: Mapping[str, Any], initial: Mapping[str, Any]
) -> Consequence:
    """Note that a refund was paid; money that has moved stays moved whatever happens to the case."""
    lines, line = _line(facts, parameters["refund"])
    line["state"] = "paid"
    made = {"line": line, "paid_on": data.get("paid_on"), "reference": data.get("reference")}
    return Consequence(refund_facts(lines, initial), made)


def void_plan(
    parameters: Mapping[str, Any], data: Mapping[str, Any], facts: Mapping[str, Any], initial: Mapping[str, Any]
) -> Consequence:
    """Let go what the plan would have given and has not given: refunds not paid, remedies not handed out (X-08).

    A review of such a refund is void too: a later plan that says the same begins with a new line. What was paid or
    rejected stays; nobody who joins later gets anything of it. Repeating changes nothing.
    """
    lines = [line for line in facts["planned_refunds"] if line["state"] in SETTLED]
    gone = [line["id"] for line in facts["planned_refunds"] if line["state"] not in SETTLED]
    revision = facts["refunds_revision"] + (1 if gone else 0)
    remedies = {"open_remedies": 0, "remedies_recorded": []}
    return Consequence({**refund_facts(lines, initial), "refunds_revision": revision, **remedies}, {"refunds": gone})
