"""Random walks through the processes that ship: saved and loaded at every step, a case is what it is when kept alive.

People answer forms at random, facts change, clocks are paused, resumed and extended, the house closes early or for a
day, time passes and what is due fires.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.bundles.compile_bundle import compile_bundle
from engine.errors import Refusal
from engine.model.step import ChangeFacts, Complete, ExtendClock, PauseClocks, Recalculate, ResumeClocks, StepCommand
from engine.process import CompiledProcess
from escalation.calendar_files import load_calendars
from escalation.calendar_reading import parse_campus
from escalation.due import CalendarBook
from tests.publication.shipped import HOUSE, SETTINGS, shipped
from tests.support.cases import Bundle, Case, Way
from tests.support.form_answers import random_answer

STEPS = 45
"""Of one walk; the process itself may go on for weeks."""

FEWER = settings(max_examples=max(10, settings().max_examples // 4))
"""Each example plays dozens of steps, twice."""

seeds = st.integers(0, 2**32)

FACTS: Mapping[str, tuple[Any, ...]] = {
    "people": (1, 9, 10, 30),
    "refund": ("0", "10000.01"),
    "category": ("teaching.content", "charges.refund", "facilities.safety", "platform.fault", "other"),
    "safety": (True, False),
    "legal_dispute": (True, False),
    "respondent_named": (True, False),
    "impact_override": ("", "important", "major"),
    "priority_override": ("", "high", "urgent"),
}
"""What people may change about a complaint, and to what."""
CHANNELS = ("phone", "web", "chat")
NAME = 'name = { zh-CN = "一", ko = "일", en = "one" }\n'


@dataclass(frozen=True)
class Shipped(Bundle):
    """A process that ships, compiled twice: a case that is saved is loaded by the other one."""

    key: str = "complaint"

    def compile(self) -> CompiledProcess:
        """Return one of the two, in turns."""
        both = compiled(self.key)
        both.append(both.pop(0))
        return both[0]


@cache
def compiled(key: str) -> list[CompiledProcess]:
    return [compile_bundle(shipped(key), HOUSE) for _ in range(2)]


@cache
def books() -> tuple[CalendarBook, ...]:
    """The calendars as they ship, and twice with days that differ."""
    folder = SETTINGS.bpmn_folder / "calendars"
    campuses = load_calendars(folder).campuses
    text = (folder / "main.toml").read_text()
    early = f'[[overrides]]\non = 2026-03-05\nstaffed = ["10:00-12:00"]\n{NAME}'
    shut = f"[[overrides]]\non = 2026-03-06\nclosed = true\n{NAME}"
    longer = f'[[overrides]]\non = 2026-03-04\nstaffed = ["08:00-22:00"]\n{NAME}'
    found = [CalendarBook(campuses)]
    for entries in (early, shut + longer):
        main = parse_campus(f"{text}\n{entries}".encode(), name="main", file="main.toml", years=campuses["main"].years)
        found.append(CalendarBook({**campuses, "main": main}))
    return tuple(found)


def in_order(values: Any) -> str:
    """Return JSON whose keys are sorted: in which order they were set is nothing that can be seen."""
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()


def seen(case: Case) -> Any:
    """Everything that can be seen of a case."""
    result = case.result
    tasks = sorted(
        (t.element, in_order(t.context), str(t.due_at), t.round, t.assign or "", t.excluded) for t in result.tasks
    )
    return {
        "tasks": tasks,
        "due": [(i.name, i.due_at, i.provisional, i.reasons) for i in result.due],
        "clocks": [(c.key, c.state, c.due_at, c.late, c.revision, c.provisional) for c in result.clocks],
        "facts": result.facts,
        "waits": sorted(result.waits_for),
        "effects": [(e.operation, e.parameters, e.element, e.made) for e in result.effects],
        "events": sorted((e.kind, e.element or "", e.name or "", in_order(e.detail)) for e in result.events),
        "status": (result.status, result.closure, result.ended, result.ended_at_element),
    }


What = StepCommand | str | int
"""A command; `fire`, or the name of a message; the number of a calendar."""


def possible(case: Case, process: CompiledProcess, random: Random) -> What:
    """Choose what happens next: mostly somebody does a task, or time passes."""
    result, roll = case.result, random.random()
    if result.tasks and roll < 0.5:
        task = random.choice(result.tasks)
        form = process.forms.get(task.form or "")
        answer = {} if form is None else random_answer(form, random, case.now)
        fields = frozenset() if form is None else frozenset(field.name for field in form.fields)
        return Complete(task.id, answer, fields)
    if result.due and roll < 0.72:
        return "fire"
    if result.waits_for and roll < 0.78:
        return random.choice(sorted(set(result.waits_for) - {"facts_changed", "ceiling_exceeded"}) or ["nothing"])
    known = [name for name in FACTS if name in process.config.facts]
    clock = random.choice(sorted(process.config.clocks))
    others: list[What] = [
        ChangeFacts({name: random.choice(FACTS[name]) for name in random.sample(known, random.randint(1, 2))}),
        PauseClocks("with_reason", random.choice([None, clock]), "x"),
        ResumeClocks("with_reason", random.choice([None, clock])),
        ExtendClock(clock, "working_days", random.randint(1, 3), "x"),
        random.randrange(len(books())),
    ]
    return random.choice(others)


def carry_out(case: Case, what: What, *, by: str) -> str:
    """Let it happen; return the refusal, which must be the same too."""
    try:
        if what == "fire":
            case.now = max(case.now, case.result.due[0].due_at)
            case.fire()
        elif isinstance(what, str):
            case.send(what, text="x", satisfied=True)
        elif isinstance(what, int):
            case.use(books()[what]).step(Recalculate())
        else:
            case.step(what, by=by)
    except Refusal as refusal:
        return f"{type(refusal).__name__}: {refusal.message}"
    return ""


@FEWER
@given(st.sampled_from(["complaint", "complaint", "inquiry"]), seeds)
@example("complaint", 1)
def test_a_case_of_the_house_is_the_same_whether_it_is_saved_or_kept(key: str, seed: int) -> None:
    random = Random(seed)
    bundle = Shipped({}, key=key)
    process = bundle.compile()
    given = {"channel": random.choice(CHANNELS), "people": random.choice(FACTS["people"]), "campus": "main"}
    given = {name: value for name, value in given.items() if name in process.config.facts}
    ways: tuple[Way, Way] = ("kept", "reloaded")
    kept, reloaded = (Case(bundle, way, books()[0]).start(**given) for way in ways)
    for _ in range(STEPS):
        assert seen(kept) == seen(reloaded)
        if kept.ended:
            break
        wait, by = timedelta(minutes=random.choice([0, 7, 240])), f"p{random.randint(1, 5)}"
        for case in (kept, reloaded):
            case.now += wait
        what = possible(kept, process, random)
        assert carry_out(kept, what, by=by) == carry_out(reloaded, what, by=by), what
