"""What the actions of a plan mean in facts: which are opened, and which go on as one that is there (R-002-23).

Pure, like `plan_lines.py`. The fact `actions_opened` holds a record of each action: what it says, the plan's
revision that said it last, the round of the case, and whether it is done. `complaints/effects.py` writes the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.model.operation import Consequence

Record = dict[str, Any]
SAID = ("title", "team", "due_on")
PLANNED = "action"
"""The kind of a plan's own actions, beside `interim` and `condition`: these always block closing."""
CONDITION = "condition"
"""The kind of what an approval was given for."""


@dataclass(frozen=True)
class Opened:
    """What follows from the actions that a form asks for."""

    facts: dict[str, Any]
    """`open_actions` and `actions_opened` as they are now."""
    actions: list[Record] = field(default_factory=list)
    """Those that are new."""
    changed: list[dict[str, Record]] = field(default_factory=list)
    """Those that go on with another day, team or weight: `{"before", "after"}`."""
    dropped: list[Record] = field(default_factory=list)
    """Those that are open and no longer part of the plan."""

    @property
    def made(self) -> dict[str, Any]:
        """What the rows follow."""
        return {"actions": self.actions, "actions_changed": self.changed, "actions_dropped": self.dropped}


def open_actions(
    parameters: Mapping[str, Any], data: Mapping[str, Any], facts: Mapping[str, Any], initial: Mapping[str, Any]
) -> Consequence:
    """Open the plan's actions, and the conditions of its approval; `conditions` says whether those count.

    Left out, they count whenever the form has any. What was opened for this revision of the plan is not opened again,
    however often its approval comes round. Actions of the plan before that are open and are said by neither are no
    longer part of it.
    """
    plan = opened(PLANNED, data.get("actions") or (), facts)
    asked = data.get("conditions") if parameters.get("conditions", True) else None
    more = opened(CONDITION, asked or (), {**facts, **plan.facts})
    left, dropped = _in_plan(more.facts["actions_opened"], facts)
    count = more.facts["open_actions"] - sum(each["blocking"] for each in dropped)
    both = Opened(
        {"open_actions": count, "actions_opened": left},
        plan.actions + more.actions, plan.changed + more.changed, dropped,
    )  # fmt: skip
    return Consequence(both.facts, both.made)


def _in_plan(records: Iterable[Record], facts: Mapping[str, Any]) -> tuple[list[Record], list[Record]]:
    """Return the records that go on, and the plan's own that an earlier plan of this round opened and nobody has done.

    Interim measures and conditions go on: they were taken, or set, for themselves.
    """
    revision, round_of_case = facts["plan_revision"], facts.get("reopened") or 0
    left: list[Record] = []
    dropped: list[Record] = []
    for each in records:
        before = each["kind"] == PLANNED and each["round"] == round_of_case and each["revision"] != revision
        (dropped if before and not each["done"] else left).append(each)
    return left, dropped


def opened(kind: str, asked: Iterable[Mapping[str, Any]], facts: Mapping[str, Any]) -> Opened:
    """Open what is asked for, except what is there already.

    An action of an earlier plan with this title and team, or else with this title, goes on: its day, team and weight
    follow. What is done stays done in this round of the case; a reopened case may ask for it anew, and so may the
    conditions of an approval, save for what was done as a condition. Two that say the same in one plan are two.
    """
    revision, round_of_case = facts["plan_revision"], facts.get("reopened") or 0
    records = [dict(each) for each in facts["actions_opened"]]
    left = [each for each in records if not each["done"] or each["round"] == round_of_case]
    wanted = [_wanted(kind, action, revision, round_of_case) for action in asked]
    gone_on: dict[int, Record] = {}
    for like in _LIKENESSES:
        for number, want in enumerate(wanted):
            if number in gone_on:
                continue
            found = next((each for each in left if _may_go_on(each, kind, revision) and like(each, want)), None)
            if found is not None:
                gone_on[number] = found
                left = [each for each in left if each is not found]
    count, new, changed = facts["open_actions"], [], []
    for number, want in enumerate(wanted):
        old = gone_on.get(number)
        if old is None:
            records.append(want)
            new.append({n: want[n] for n in ("kind", *SAID, "blocking")})
            count += want["blocking"]
            continue
        before = dict(old)
        old["revision"] = revision
        if old["done"]:
            continue
        old.update({n: want[n] for n in SAID}, blocking=want["blocking"] if old["kind"] == PLANNED else True)
        old["round"] = round_of_case
        count += old["blocking"] - before["blocking"]
        if any(old[n] != before[n] for n in (*SAID, "blocking")):
            changed.append({"before": before, "after": dict(old)})
    return Opened({"open_actions": count, "actions_opened": records}, new, changed)


def _wanted(kind: str, action: Mapping[str, Any], revision: int, round_of_case: int) -> Record:
    # Conditions always block closing: they are what the approval was given for.
    return {
        "kind": kind, "title": action["title"], "team": action.get("owner_team"), "due_on": action.get("due_on"),
        "blocking": kind != PLANNED or bool(action.get("blocking", True)), "revision": revision,
        "round": round_of_case, "done": False,
    }  # fmt: skip


def _may_go_on(record: Record, kind: str, revision: int) -> bool:
    """A condition may say what an action of the same plan says: these are two. What an earlier plan says is one.

    What was done before a condition was set does not meet it, unless it was done as a condition.
    """
    if kind == CONDITION and record["done"] and record["kind"] != CONDITION:
        return False
    return bool(record["kind"] == kind or record["revision"] != revision)


def _title(record: Record, wanted: Record) -> bool:
    # What another team has done is another thing.
    return bool(record["title"] == wanted["title"] and record["kind"] == wanted["kind"] and not record["done"])


_LIKENESSES: tuple[Callable[[Record, Record], bool], ...] = (
    lambda record, wanted: all(record[n] == wanted[n] for n in SAID),
    lambda record, wanted: record["title"] == wanted["title"] and record["team"] == wanted["team"],
    _title,
)
"""From the closest on: what says the same, what differs in its day, what went to another team."""


def settled(
    records: Iterable[Any], kind: str, title: str, team: str | None, *, done: bool, revision: int | None = None
) -> list[Any]:
    """Return the records with one of these, the first that is not so yet, marked as done or as open again.

    `revision`: of the plan as it stands; what is opened again is part of it.
    """
    marked = [dict(each) for each in records]
    these = (each for each in marked if each["done"] is not done)
    first = next((each for each in these if (each["kind"], each["title"], each["team"]) == (kind, title, team)), None)
    if first is not None:
        first["done"] = done
        if not done and revision is not None:
            first["revision"] = revision
    return marked
