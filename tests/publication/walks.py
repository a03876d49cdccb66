"""Walks at random through a bundle that ships or a damaged one: does every case come on until it ends?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from engine.bundles.compile_bundle import compile_bundle
from engine.errors import Conflict, Refusal, Unfit
from engine.model.step import Complete
from engine.process import CompiledProcess
from forms.form import Field, Form
from forms.validate import validate
from tests.publication.shipped import HOUSE
from tests.support.cases import Bundle, Case

LONGEST = 150
"""Steps after which a walk is left alone: reminders come every day."""
SELDOM = {"withdraw", "retype"}
"""Messages that end a case early; nobody may have to wait for them."""
DONE_OUTSIDE = {"open_actions": 0, "open_remedies": 0, "open_refunds": 0}
"""What the application counts down when people have done it."""


@dataclass(frozen=True)
class Stopped:
    """Why and where a case could not go on."""

    why: str
    last: tuple[str, ...]


def bundle_of(files: Mapping[str, bytes]) -> tuple[Bundle, CompiledProcess]:
    """Return what a case of the bundle needs. Raises what the engine raises where it cannot read it."""
    process = compile_bundle(files, HOUSE)
    diagrams = {name: data for name, data in files.items() if name.endswith(".bpmn")}
    bundle = Bundle(
        diagrams, config=process.config, decisions=process.decisions, form_fields=process.form_fields,
        operations=process.operations,
    )  # fmt: skip
    return bundle, process


def walk(bundle: Bundle, process: CompiledProcess, seed: int) -> Stopped | None:
    """Play one case at random; return why it stopped before its end, or None where it did not."""
    random, last = Random(seed), ["open"]
    case = Case(bundle, "kept")
    try:
        case.start(received_at=case.now.isoformat())
        for _ in range(LONGEST):
            if case.ended:
                return None
            nobody = _reaches_nobody(case, process)
            if nobody:
                return Stopped(nobody, tuple(last[-6:]))
            _step(case, process, random, last)
    except (Conflict, Unfit) as refusal:
        return Stopped(f"nobody can answer so that it goes on: {refusal}", tuple(last[-6:]))
    except Refusal as refusal:
        return Stopped(str(refusal), tuple(last[-6:]))
    return None


def _reaches_nobody(case: Case, process: CompiledProcess) -> str:
    for task in case.result.tasks:
        if task.team not in HOUSE.teams:
            return f"{task.element} goes to the team {task.team}"
        if task.form is not None and task.form not in process.forms:
            return f"{task.element} has the form {task.form}"
        if task.assign not in (None, "owner") and (task.assign or "").removeprefix("post:") not in HOUSE.posts:
            return f"{task.element} is assigned to {task.assign}"
    waits = set(case.result.waits_for) - SELDOM
    if not case.result.tasks and not waits and all(item.source != "timer" for item in case.result.due):
        return "nobody and nothing can go on"
    return ""


def _step(case: Case, process: CompiledProcess, random: Random, last: list[str]) -> None:
    """Let one thing happen; what a person is refused, another answer may do."""
    result = case.result
    choices: list[tuple[str, Any]] = [("do", task) for task in result.tasks] * 3
    choices += [("send", name) for name in result.waits_for if name not in SELDOM or random.random() < 0.08]
    choices += [("fire", None)] if result.due else []
    kind, what = random.choice(choices)
    last.append(f"{kind} {getattr(what, 'element', what) or ''}")
    if kind == "send":
        case.later(1).send(what)
    elif kind == "fire":
        case.now = max(case.now, result.due[0].due_at)
        case.fire()
    else:
        _answer(case, process, random, what)


def _answer(case: Case, process: CompiledProcess, random: Random, task: Any) -> None:
    for left in range(12, -1, -1):
        try:
            case.step(
                Complete(task.id, answers(process.forms.get(task.form or ""), random)), by=f"p{random.randrange(5)}"
            )
        except (Conflict, Unfit) as refusal:
            if refusal.details.get("requires"):
                known = process.config.facts
                case.change(**{name: value for name, value in DONE_OUTSIDE.items() if name in known})
            if not left:
                raise
        else:
            return


def answers(form: Form | None, random: Random) -> dict[str, Any]:
    """Return answers that the form takes, chosen at random."""
    fields = {field.name: field for field in form.fields} if form is not None else {}
    found = {name: _value(field, random) for name, field in fields.items() if field.required or random.random() < 0.6}
    for _ in range(8):
        problems = validate(form, found) if form is not None else ()
        if not problems:
            break
        for problem in problems:
            first, *rest = problem.pointer.strip("/").split("/")
            if first in fields and not rest and problem.code in ("required", "unfilled_blank", "min_items"):
                found[first] = _value(fields[first], random)
            elif problem.code == "maximum" and not rest:
                found[first] = 1
            elif not (first in fields and fields[first].required):
                found.pop(first, None)
    return found


def _value(field: Field, random: Random) -> Any:
    match field.kind:
        case "choice":
            return random.choice([option.value for option in field.options])
        case "choices":
            return [option.value for option in field.options if random.random() < 0.5]
        case "boolean":
            return random.random() < 0.5
        case "integer" | "number":
            return random.choice([1, 2, 12])
        case "money":
            return {"amount": random.choice(["10.00", "20000.00"]), "currency": "CNY"}
        case "date":
            return "2026-03-20"
        case "date-time":
            return "2026-03-02T15:00:00+08:00"
        case "rows":
            return [{inner.name: _value(inner, random) for inner in field.children} for _ in range(random.randrange(3))]
        case "group":
            return {inner.name: _value(inner, random) for inner in field.children}
        case "references":
            return ["x"]
        case _:
            return random.choice(["x", "y", "z"])
