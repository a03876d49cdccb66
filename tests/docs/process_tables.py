"""Writes the tables of the pages about the processes that ship from the files of each; the prose is by hand.

`python -m tests.docs.process_tables` refreshes them; a test compares them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from forms.diagram_steps import steps_of
from tests.process.diagrams import BPMN, FOLDER, SPIFF, elements
from tests.support.shared import ROOT

PAGES = ROOT / "docs" / "process-owner"
MARKED = re.compile(r"(<!-- table: ([a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
LABELS: Mapping[str, Any] = tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))
CONFIG: Mapping[str, Any] = tomllib.loads((FOLDER / "process.toml").read_text(encoding="utf-8"))
INQUIRY: Mapping[str, Any] = tomllib.loads((ROOT / "bpmn" / "inquiry" / "process.toml").read_text(encoding="utf-8"))


def name(element: str) -> str:
    """Return the English name of an element."""
    return str(LABELS["elements"].get(element, {}).get("en", element))


def steps() -> Iterator[str]:
    """Every step of a person, in the order of the flow."""
    yield "| step | id | done by | form |\n| --- | --- | --- | --- |"
    for step in steps_of([path.read_bytes() for path in sorted(FOLDER.glob("*.bpmn"))]):
        form = f"[fields](../executor/steps.md#{re.sub(r'[^a-z0-9]+', '-', step.name.lower()).strip('-')})"
        yield f"| {step.name} | `{step.element}` | {step.who} | {form} |"


def clocks(config: Mapping[str, Any] = CONFIG) -> Iterator[str]:
    """Every clock with what it allows."""
    yield "| clock | starts with | met by | time allowed | may pause |\n| --- | --- | --- | --- | --- |"
    for key, clock in config["clocks"].items():
        starts = ", ".join("receipt" if each == "@open" else f"`{each}`" for each in clock["starts"])
        met = ", ".join(f"`{each}`" for each in clock["met_by"])
        allowed = "; ".join(_budget(each) for each in clock["budget"])
        pauses = ", ".join(clock.get("pause_reasons", [])) or "no"
        if clock.get("pausable"):
            pauses += f", if `{clock['pausable']}`"
        yield f"| {clock['label']['en']} (`{key}`) | {starts} | {met} | {allowed} | {pauses} |"


def _budget(budget: Mapping[str, Any]) -> str:
    when = f" if `{budget['when']}`" if "when" in budget else ""
    if budget["mode"] == "working_days":
        return f"{budget['amount']} working day{'s' if budget['amount'] > 1 else ''}{when}"
    hours, minutes = divmod(budget["amount"], 60)
    length = f"{hours} h" if not minutes else f"{budget['amount']} min"
    return f"{length}, {budget['mode']}{when}"


def rungs() -> Iterator[str]:
    """Every rung of every ladder."""
    yield "| clock | when | who is told | notice |\n| --- | --- | --- | --- |"
    for key, clock in CONFIG["clocks"].items():
        for rung in clock.get("rungs", []):
            daily = ", then daily" if rung.get("repeat") else ""
            to = ", ".join(each.replace("post:", "").replace("_", " ").replace("team:", "team ") for each in rung["to"])
            yield f"| `{key}` | {rung['at'].replace('_', ' ')}{daily} | {to} | `{rung['template']}` |"


def timers() -> Iterator[str]:
    """Every timer that is drawn, with where it stands and what it leads to."""
    yield "| timer | stands at | falls | and then |\n| --- | --- | --- | --- |"
    for event in elements("boundaryEvent", "intermediateCatchEvent"):
        found = event.find(f"{BPMN}timerEventDefinition")
        if found is None:
            continue
        text = " ".join("".join(found[0].itertext()).split())
        host = event.get("attachedToRef")
        how = "" if host is None else (" (beside it)" if event.get("cancelActivity") == "false" else " (ends it)")
        where = name(host) + how if host else "on the way"
        following = ", ".join(name(flow.get("targetRef")) for flow in _leaving(event.get("id")))
        yield f"| {name(event.get('id'))} | {where} | `{text}` | {following} |"


def _leaving(element: str) -> list[Any]:
    return [flow for flow in elements("sequenceFlow") if flow.get("sourceRef") == element]


VERIFIED = ("unfounded", "out_of_scope", "duplicate")
"""Outcomes of the verification that end the case (`ending = outcome`)."""


def exits() -> Iterator[str]:
    """Every way to `closed`, with the element that chooses it."""
    yield "| closure | means | chosen by |\n| --- | --- | --- |"
    chosen: dict[str, list[str]] = {}
    for task in elements("serviceTask", "scriptTask"):
        for closure in _closures(task):
            chosen.setdefault(closure, []).append(f"{name(task.get('id'))} (`{task.get('id')}`)")
    for closure, labels in LABELS["closures"].items():
        if closure in chosen:
            yield f"| `{closure}` | {labels['en']} | {', '.join(chosen.pop(closure))} |"
    if chosen:
        raise LookupError(f"labels.toml has no word for {chosen}")


def _closures(task: Any) -> Iterator[str]:
    for operator in task.iter(f"{SPIFF}serviceTaskOperator"):
        values = {p.get("id"): p.get("value") for p in operator.iter(f"{SPIFF}parameter")}
        if operator.get("id") == "set_status" and values.get("status") == '"closed"':
            yield from re.findall(r'"(\w+)"', values.get("closure") or "")
    for script in task.iterfind(f"{BPMN}script"):
        for ending in re.findall(r"^ending = (.*)$", script.text or "", re.MULTILINE):
            yield from VERIFIED if ending == "outcome" else re.findall(r'"(\w+)"', ending)


def tables() -> Iterator[str]:
    """Every decision table that writes facts."""
    yield "| table | writes | runs |\n| --- | --- | --- |"
    for use in CONFIG["tables"]:
        when = "at receipt and after every change of facts" if use.get("rerun") else "at receipt"
        yield f"| `{use['decision']}` | {', '.join(f'`{each}`' for each in use['writes'])} | {when} |"


TABLES: Mapping[str, Mapping[str, Callable[[], Iterator[str]]]] = {
    "complaint-process.md": {
        "steps": steps, "clocks": clocks, "rungs": rungs, "timers": timers, "exits": exits, "tables": tables,
    },
    "inquiry-process.md": {"clocks": partial(clocks, INQUIRY)},
}  # fmt: skip
"""Page -> its tables, by the names in the marks around them."""


def refreshed(page: str, text: str) -> str:
    """Return the text of a page with its tables as the files of the process have them."""
    return MARKED.sub(lambda found: found[1] + "\n".join(TABLES[page][found[2]]()) + "\n" + found[3], text)


if __name__ == "__main__":
    for page in TABLES:
        (PAGES / page).write_text(refreshed(page, (PAGES / page).read_text(encoding="utf-8")), encoding="utf-8")
