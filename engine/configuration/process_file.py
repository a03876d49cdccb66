"""Reads `process.toml`: every mistake at once, each with its key, its line and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from engine.configuration.ladders import check_ladders
from engine.configuration.lengths import check_lengths
from engine.configuration.names import check_names
from engine.configuration.protection_section import PROTECTION_KEYS, read_protection
from engine.configuration.toml_reader import NAME, Reader
from engine.errors import Refusal
from engine.expressions.language import Expression, compile_expression
from engine.model.config import (
    FACT_TYPES,
    AnswerMeaning,
    Budget,
    ChangeNotice,
    ClockSpec,
    FactSpec,
    IntakeRules,
    LateNotice,
    ProcessConfig,
    Rung,
    RungTime,
    TableUse,
    Throw,
)
from engine.model.due import MODES
from engine.model.fact_values import read_fact
from engine.model.problem import Problem

CODE = "process-toml"
_EMPTY = {"string": "", "integer": 0, "amount": 0, "boolean": False, "list": [], "instant": None}
_RUNG = re.compile(r"^(start|due)(?:\s*\+\s*(\d{1,7})\s*(%|min|minutes?|h|hours?|working_days?))?$")
_LONGEST = 1_000_000
"""Minutes or days: more cannot be meant."""
_LONGEST_LOOK_BACK = 3660
"""Days: ten years."""
_LONGEST_WAIT = 36_600
"""Days: a hundred years."""
_NOTHING = compile_expression("False")
"""Stands for a condition that cannot be understood, so that nothing else that reads it is called unknown."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "": (
        *("key", "process", "types", "default_team", "title", "undo", "intake", "archive", "protection"),
        *("messages", "facts", "tables", "derived", "throws", "tells", "clocks", "late", "answers"),
    ),
    "undo": ("seconds", "none_when"),
    "intake": ("look_back_days", "clock", "form"),
    "archive": ("after_days",),
    "protection": PROTECTION_KEYS,
    "facts": ("type", "default", "label", "intake", "changeable", "values", "overrides", "counts_as"),
    "tables": ("decision", "writes", "rerun", "rules_fact"),
    "throws": ("message", "when", "on"),
    "tells": ("to", "template", "on", "lower", "was", "when", "shows"),
    "clocks": (
        *("label", "duty", "scope", "starts", "from", "met_by", "dropped_by", "once", "stays_met", "calendar"),
        *("pause_reasons", "pausable", "extend_once", "extend_at_most", "budget", "rungs"),
    ),
    "extend_at_most": ("working_days", "minutes"),
    "budget": ("when", "mode", "amount"),
    "rungs": ("name", "at", "to", "template", "repeat", "message"),
    "late": ("to", "template"),
    "answers": ("field", "values"),
}
"""Table -> the keys that mean something in it (docs/process-owner/process-toml.md)."""


def read_config(data: bytes, file: str) -> tuple[ProcessConfig | None, list[Problem]]:
    """Return what `process.toml` says, and its mistakes; None where nothing can be said. Never raises for bad input.

    What has mistakes holds harmless values in their places: enough to check the rest of the bundle, nothing to run.
    """
    reader = Reader(file, CODE)
    table = reader.document(data)
    if table is None:
        return None, reader.problems
    reader.only(table, KEYS[""], "")
    key = reader.get(table, "key", str, "", "")
    if not NAME.fullmatch(key):
        reader.wrong("key", "must name the process", 'Write for instance key = "complaint".')
    undo = reader.get(table, "undo", dict, "", {})
    reader.only(undo, KEYS["undo"], "undo.")
    messages = reader.get(table, "messages", dict, "", {})
    config = ProcessConfig(
        key=key,
        process=reader.get(table, "process", str, "", key),
        titles=reader.labels(table, "", "title"),
        default_team=reader.get(table, "default_team", str, "", None),
        facts=dict(_facts(reader, table)),
        tables=tuple(_tables(reader, table)),
        derived=tuple(_derived(reader, table)),
        throws=tuple(_throws(reader, table)),
        tells=tuple(_tells(reader, table)),
        clocks=dict(_clocks(reader, table)),
        undo_seconds=max(0, reader.get(undo, "seconds", int, "undo.", 0)),
        undo_none_when=reader.expression(undo, "none_when", "undo."),
        messages={name: reader.strings(messages, name, "messages.") for name in messages},
        types=_types(reader, table),
        intake=_intake(reader, table),
        archive_after_days=_archive_after(reader, table),
        protection=read_protection(reader, table),
        late=dict(_late(reader, table)),
        answers=dict(_answers(reader, table)),
    )
    check_names(reader, config)
    check_ladders(reader, config)
    check_lengths(reader, config)
    return config, reader.problems


def _types(reader: Reader, table: Mapping[str, Any]) -> tuple[str, ...]:
    types = reader.strings(table, "types", "")
    for name in dict.fromkeys(types):
        if not NAME.fullmatch(name):
            reader.wrong("types", f"holds {name!r:.60}, which is no type", 'Write for instance types = ["inquiry"].')
        elif types.count(name) > 1:
            reader.wrong("types", f"says {name} more than once", "Name each type once.")
    return types


def _facts(reader: Reader, table: Mapping[str, Any]) -> Iterator[tuple[str, FactSpec]]:
    for name, at, entry in reader.named(table, "facts"):
        reader.only(entry, KEYS["facts"], at)
        found = reader.choice(entry, "type", FACT_TYPES, at, "string")
        kind = next(each for each in FACT_TYPES if each == found)
        spec = FactSpec(
            name,
            kind,
            None,
            reader.labels(entry, at),
            intake=bool(reader.get(entry, "intake", bool, at, False)),
            changeable=bool(reader.get(entry, "changeable", bool, at, False)),
            values=reader.strings(entry, "values", at),
            overrides=reader.get(entry, "overrides", str, at, None),
            counts_as=reader.strings(entry, "counts_as", at),
        )
        default = None
        if found == entry.get("type", "string"):
            try:
                default = read_fact(spec, entry.get("default", _EMPTY[kind]))
            except Refusal as refusal:
                reader.wrong(f"{at}default", f"does not fit: {refusal.message}", "Give a default of the fact's type.")
        yield name, replace(spec, default=default)


def _intake(reader: Reader, table: Mapping[str, Any]) -> IntakeRules:
    entry = reader.get(table, "intake", dict, "", {})
    reader.only(entry, KEYS["intake"], "intake.")
    days = reader.get(entry, "look_back_days", int, "intake.", 0)
    if not 0 <= days <= _LONGEST_LOOK_BACK:
        reader.wrong("intake.look_back_days", "must be a number from 0 to 3,660", "Give whole days.")
        days = 0
    return IntakeRules(
        days, reader.get(entry, "clock", str, "intake.", None), reader.get(entry, "form", str, "intake.", None)
    )


def _archive_after(reader: Reader, table: Mapping[str, Any]) -> int | None:
    entry = reader.get(table, "archive", dict, "", {})
    reader.only(entry, KEYS["archive"], "archive.")
    days: int | None = reader.get(entry, "after_days", int, "archive.", None)
    if days is not None and not 1 <= days <= _LONGEST_WAIT:
        reader.wrong("archive.after_days", "must be a number from 1 to 36,600", "Give whole days, for instance 365.")
        return None
    return days


def _late(reader: Reader, table: Mapping[str, Any]) -> Iterator[tuple[str, LateNotice]]:
    for name, at, entry in reader.named(table, "late"):
        reader.only(entry, KEYS["late"], at)
        to, template = reader.strings(entry, "to", at), reader.get(entry, "template", str, at, "")
        if not to or not template:
            reader.wrong(at.rstrip("."), "tells nobody or nothing", "Give `to` and `template`.", name=name)
        yield name, LateNotice(to, template)


def _answers(reader: Reader, table: Mapping[str, Any]) -> Iterator[tuple[str, AnswerMeaning]]:
    for name, at, entry in reader.named(table, "answers"):
        reader.only(entry, KEYS["answers"], at)
        field, values = reader.get(entry, "field", str, at, ""), reader.strings(entry, "values", at)
        if not field or not values:
            reader.wrong(at.rstrip("."), "names no answer", "Give `field` and `values`.", name=name)
        yield name, AnswerMeaning(field, values)


def _tables(reader: Reader, table: Mapping[str, Any]) -> Iterator[TableUse]:
    for at, entry in reader.tables(table, "tables", ""):
        reader.only(entry, KEYS["tables"], at)
        decision = reader.get(entry, "decision", str, at, "")
        if not decision:
            reader.wrong(f"{at}decision", "names no decision", "Give the id of a decision of the bundle.")
        yield TableUse(
            decision,
            reader.strings(entry, "writes", at),
            bool(reader.get(entry, "rerun", bool, at, False)),
            reader.get(entry, "rules_fact", str, at, None),
        )


def _derived(reader: Reader, table: Mapping[str, Any]) -> Iterator[tuple[str, Expression]]:
    derived = reader.get(table, "derived", dict, "", {})
    for name in derived:
        yield name, reader.expression(derived, name, "derived.") or _NOTHING


def _throws(reader: Reader, table: Mapping[str, Any]) -> Iterator[Throw]:
    for at, entry in reader.tables(table, "throws", ""):
        reader.only(entry, KEYS["throws"], at)
        message = reader.get(entry, "message", str, at, "")
        if not message:
            reader.wrong(f"{at}message", "names no message", "Give the name of a message of the diagram.")
        yield Throw(message, reader.expression(entry, "when", at), frozenset(reader.strings(entry, "on", at)))


def _tells(reader: Reader, table: Mapping[str, Any]) -> Iterator[ChangeNotice]:
    for at, entry in reader.tables(table, "tells", ""):
        reader.only(entry, KEYS["tells"], at)
        to, template = reader.strings(entry, "to", at), reader.get(entry, "template", str, at, "")
        if not to or not template:
            reader.wrong(at.rstrip("."), "tells nobody or nothing", "Give `to` and `template`.")
        on, lower = frozenset(reader.strings(entry, "on", at)), reader.strings(entry, "lower", at)
        if not on and not lower:
            reader.wrong(at.rstrip("."), "says of no fact that its change is told", "Give `on`, `lower` or both.")
        was, when = reader.expression(entry, "was", at), reader.expression(entry, "when", at)
        yield ChangeNotice(to, template, on, lower, was, when, reader.strings(entry, "shows", at))


def _clocks(reader: Reader, table: Mapping[str, Any]) -> Iterator[tuple[str, ClockSpec]]:
    for name, at, entry in reader.named(table, "clocks"):
        reader.only(entry, KEYS["clocks"], at)
        labels = reader.labels(entry, at)
        calendar = reader.choice(entry, "calendar", ("channel", "staff"), at, "channel")
        start = reader.get(entry, "from", str, at, "now")
        budgets = tuple(_budget(reader, place, each) for place, each in reader.tables(entry, "budget", at))
        if not budgets or budgets[-1].when is not None:
            reader.wrong(f"{at}budget", "has no last budget without a condition", "Add one without `when`.")
        yield (
            name,
            ClockSpec(
                name=name,
                labels=labels,
                duties=reader.labels(entry, at, "duty") if "duty" in entry else labels,
                per_process=reader.choice(entry, "scope", ("case", "process"), at, "case") == "process",
                starts=frozenset(reader.strings(entry, "starts", at)),
                start_fact=None if start == "now" else start,
                met_by=frozenset(reader.strings(entry, "met_by", at)),
                dropped_by=frozenset(reader.strings(entry, "dropped_by", at)),
                calendar="staff" if calendar == "staff" else "channel",
                budgets=budgets,
                rungs=tuple(_rung(reader, place, each) for place, each in reader.tables(entry, "rungs", at)),
                pause_reasons=frozenset(reader.strings(entry, "pause_reasons", at)),
                pausable=reader.expression(entry, "pausable", at),
                extendable=bool(reader.get(entry, "extend_once", bool, at, False)),
                extend_at_most=_at_most(reader, at, entry),
                once=bool(reader.get(entry, "once", bool, at, False)),
                stays_met=bool(reader.get(entry, "stays_met", bool, at, True)),
            ),
        )


def _at_most(reader: Reader, at: str, entry: Mapping[str, Any]) -> Mapping[str, int]:
    most = reader.get(entry, "extend_at_most", dict, at, {})
    place = f"{at}extend_at_most"
    reader.only(most, KEYS["extend_at_most"], f"{place}.")
    if most and not entry.get("extend_once"):
        reader.wrong(place, "says how far the clock may be extended, but it may not", "Add extend_once = true.")
    found = {unit: reader.get(most, unit, int, f"{place}.", 0) for unit in KEYS["extend_at_most"] if unit in most}
    for unit, amount in found.items():
        if not 1 <= amount <= _LONGEST:
            reader.wrong(f"{place}.{unit}", "must be a number from 1 to 1,000,000", "Give the most, or leave it out.")
            found[unit] = 1
    return found


def _budget(reader: Reader, at: str, entry: Mapping[str, Any]) -> Budget:
    reader.only(entry, KEYS["budget"], at)
    if "mode" not in entry:
        reader.wrong(f"{at}mode", "is missing", f"Use one of {', '.join(MODES)}.")
    mode = reader.choice(entry, "mode", MODES, at, "wall")
    amount = reader.get(entry, "amount", int, at, -1)
    if not 0 <= amount <= _LONGEST:
        reader.wrong(f"{at}amount", "must be a number from 0 to 1,000,000", "Give minutes, or working days.")
        amount = 0
    return Budget(reader.expression(entry, "when", at), next(m for m in MODES if m == mode), amount)


def _rung(reader: Reader, at: str, entry: Mapping[str, Any]) -> Rung:
    reader.only(entry, KEYS["rungs"], at)
    name = reader.get(entry, "name", str, at, at)
    said = str(entry.get("at", ""))
    time = parse_rung_time(said)
    if time is None:
        how = 'Write "75 %", "start + 45 min", "due" or "due + 1 working_day".'
        reader.wrong(f"{at}at", f"says {said!r:.60}, which is no time", how, name=name)
    to, template = reader.strings(entry, "to", at), reader.get(entry, "template", str, at, "")
    if not to or not template:
        reader.wrong(at.rstrip("."), "tells nobody or nothing", "Give `to` and `template`.", name=name)
    daily = reader.choice(entry, "repeat", ("daily",), at, "") == "daily"
    return Rung(name, time or RungTime("due"), to, template, daily, reader.get(entry, "message", str, at, None))


def parse_rung_time(text: str) -> RungTime | None:
    """Return when a rung falls: `75 %`, `start + 45 min`, `due`, `due + 50 %`, `due + 1 working_day`, or None."""
    bare = text.strip()
    share = re.match(r"^(\d{1,7})\s*%$", bare)
    if share:
        return RungTime("start", percent=int(share[1]))
    match = _RUNG.match(bare)
    if match is None:
        return None
    base: Literal["start", "due"] = "start" if match[1] == "start" else "due"
    if match[2] is None:
        return RungTime("due") if base == "due" else None
    number, unit = int(match[2]), match[3]
    if unit == "%":
        return RungTime(base, percent=number)
    if unit.startswith("working"):
        return RungTime(base, working_days=number)
    return RungTime(base, minutes=number * (60 if unit.startswith("h") else 1))
