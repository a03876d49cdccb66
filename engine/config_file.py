"""Reads `process.toml`: every mistake at once, each with its key and what to do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.case_facts import read_fact
from engine.errors import Refusal
from engine.expressions import Expression, compile_expression
from engine.model.config import (
    FACT_TYPES,
    Budget,
    ClockSpec,
    FactSpec,
    ProcessConfig,
    Rung,
    RungTime,
    TableUse,
    Throw,
)
from engine.model.due import MODES
from engine.model.problem import Problem

LANGUAGES = ("zh-CN", "ko", "en")
_EMPTY = {"string": "", "integer": 0, "amount": 0, "boolean": False, "list": [], "instant": None}
_RUNG = re.compile(r"^(start|due)(?:\s*\+\s*(\d+)\s*(%|min|minutes?|h|hours?|working_days?))?$")
_NAME = re.compile(r"^[a-z][a-z0-9_]*$")


class _Reader:
    """Collects problems while it reads; a wrong value never stops the reading of the others."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def wrong(self, key: str, message: str, advice: str) -> None:
        """Note one mistake."""
        self.problems.append(Problem(self.file, None, "error", "process-toml", key, None, message, advice))

    def get(self, table: Mapping[str, Any], key: str, kind: type | tuple[type, ...], at: str, default: Any) -> Any:
        """Return an entry of the right kind, else note it and return the default."""
        value = table.get(key, default)
        if value is not default and (not isinstance(value, kind) or (isinstance(value, bool) and kind is int)):
            names = "/".join(k.__name__ for k in kind) if isinstance(kind, tuple) else kind.__name__
            self.wrong(f"{at}{key}", f"must be of type {names}, but is {value!r:.60}", "Correct the value.")
            return default
        return value

    def tables(self, table: Mapping[str, Any], key: str, at: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the entries of an array of tables with their place."""
        entries = self.get(table, key, list, at, [])
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield f"{at}{key}[{index}].", entry
            else:
                self.wrong(f"{at}{key}[{index}]", "must be a table", f"Write [[{at}{key}]].")

    def named(self, table: Mapping[str, Any], key: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield the sub-tables of a table: name, place, entries."""
        for name, entry in self.get(table, key, dict, "", {}).items():
            if not isinstance(entry, dict):
                self.wrong(f"{key}.{name}", "must be a table", f"Write [{key}.{name}].")
            elif not _NAME.match(name):
                self.wrong(f"{key}.{name}", "is no name", "Use lower-case letters, digits and _.")
            else:
                yield name, f"{key}.{name}.", entry

    def strings(self, table: Mapping[str, Any], key: str, at: str) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one."""
        value = table.get(key, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.wrong(f"{at}{key}", "must be a list of texts", "Write them in square brackets.")
            return ()
        return tuple(value)

    def expression(self, table: Mapping[str, Any], key: str, at: str) -> Expression | None:
        """Return a compiled condition, None where there is none or where it is wrong."""
        source = self.get(table, key, str, at, None)
        if source is None:
            return None
        try:
            return compile_expression(source)
        except Refusal as refusal:
            advice = str(refusal.details.get("advice") or getattr(refusal, "advice", "") or "Correct the condition.")
            self.wrong(f"{at}{key}", refusal.message, advice)
            return None

    def labels(self, table: Mapping[str, Any], at: str, key: str = "label") -> Mapping[str, str]:
        """Return a text in three languages."""
        found = self.get(table, key, dict, at, {})
        missing = [language for language in LANGUAGES if not isinstance(found.get(language), str)]
        if missing:
            self.wrong(f"{at}{key}", f"has no text for {', '.join(missing)}", "Give it in zh-CN, ko and en.")
        return {language: text for language, text in found.items() if isinstance(text, str)}


def read_config(data: bytes, file: str) -> tuple[ProcessConfig | None, list[Problem]]:
    """Return what `process.toml` says, and its mistakes; None where nothing can be said. Never raises for bad input."""
    reader = _Reader(file)
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reader.wrong("", f"cannot be read: {error}", "Correct the TOML; the message names line and column.")
        return None, reader.problems
    key = reader.get(table, "key", str, "", "")
    if not _NAME.match(key):
        reader.wrong("key", "must name the process", 'Write for instance key = "complaint".')
    undo = reader.get(table, "undo", dict, "", {})
    config = ProcessConfig(
        key=key,
        process=reader.get(table, "process", str, "", key),
        titles=reader.labels(table, "", "title"),
        default_team=reader.get(table, "default_team", str, "", None),
        facts=dict(_facts(reader, table)),
        tables=tuple(_tables(reader, table)),
        derived=tuple(_derived(reader, table)),
        throws=tuple(_throws(reader, table)),
        clocks=dict(_clocks(reader, table)),
        undo_seconds=max(0, reader.get(undo, "seconds", int, "undo.", 0)),
        undo_none_when=reader.expression(undo, "none_when", "undo."),
        messages={
            name: reader.strings(reader.get(table, "messages", dict, "", {}), name, "messages.")
            for name in reader.get(table, "messages", dict, "", {})
        },
        types=_types(reader, table),
    )
    _check_names(reader, config)
    return config, reader.problems


def _types(reader: _Reader, table: Mapping[str, Any]) -> tuple[str, ...]:
    types = reader.strings(table, "types", "")
    for name in dict.fromkeys(types):
        if not _NAME.match(name):
            reader.wrong("types", f"holds {name!r:.60}, which is no type", 'Write for instance types = ["inquiry"].')
        elif types.count(name) > 1:
            reader.wrong("types", f"says {name} more than once", "Name each type once.")
    return types


def _facts(reader: _Reader, table: Mapping[str, Any]) -> Iterator[tuple[str, FactSpec]]:
    for name, at, entry in reader.named(table, "facts"):
        kind = reader.get(entry, "type", str, at, "string")
        if kind not in FACT_TYPES:
            reader.wrong(f"{at}type", f"is no type of a fact: {kind}", f"Use one of {', '.join(FACT_TYPES)}.")
            continue
        spec = FactSpec(name, kind, None, reader.labels(entry, at))
        try:
            default = read_fact(spec, entry.get("default", _EMPTY[kind]))
        except Refusal as refusal:
            reader.wrong(f"{at}default", refusal.message, "Give a default of the fact's type.")
            default = None
        yield name, FactSpec(name, kind, default, spec.labels)


def _tables(reader: _Reader, table: Mapping[str, Any]) -> Iterator[TableUse]:
    for at, entry in reader.tables(table, "tables", ""):
        decision = reader.get(entry, "decision", str, at, "")
        if not decision:
            reader.wrong(f"{at}decision", "names no decision", "Give the id of a decision of the bundle.")
        yield TableUse(
            decision,
            reader.strings(entry, "writes", at),
            bool(reader.get(entry, "rerun", bool, at, False)),
            reader.get(entry, "rules_fact", str, at, None),
        )


def _derived(reader: _Reader, table: Mapping[str, Any]) -> Iterator[tuple[str, Expression]]:
    derived = reader.get(table, "derived", dict, "", {})
    for name in derived:
        expression = reader.expression(derived, name, "derived.")
        if expression is not None:
            yield name, expression


def _throws(reader: _Reader, table: Mapping[str, Any]) -> Iterator[Throw]:
    for at, entry in reader.tables(table, "throws", ""):
        message = reader.get(entry, "message", str, at, "")
        if not message:
            reader.wrong(f"{at}message", "names no message", "Give the name of a message of the diagram.")
        yield Throw(message, reader.expression(entry, "when", at), frozenset(reader.strings(entry, "on", at)))


def _clocks(reader: _Reader, table: Mapping[str, Any]) -> Iterator[tuple[str, ClockSpec]]:
    for name, at, entry in reader.named(table, "clocks"):
        calendar = reader.get(entry, "calendar", str, at, "channel")
        if calendar not in ("channel", "staff"):
            reader.wrong(f"{at}calendar", f"is neither channel nor staff: {calendar}", "Use channel or staff.")
        start = reader.get(entry, "from", str, at, "now")
        budgets = tuple(b for place, e in reader.tables(entry, "budget", at) if (b := _budget(reader, place, e)))
        if not budgets or budgets[-1].when is not None:
            reader.wrong(f"{at}budget", "has no last budget without a condition", "Add one without `when`.")
        yield (
            name,
            ClockSpec(
                name=name,
                labels=reader.labels(entry, at),
                per_process=reader.get(entry, "scope", str, at, "case") == "process",
                starts=frozenset(reader.strings(entry, "starts", at)),
                start_fact=None if start == "now" else start,
                met_by=frozenset(reader.strings(entry, "met_by", at)),
                dropped_by=frozenset(reader.strings(entry, "dropped_by", at)),
                calendar="staff" if calendar == "staff" else "channel",
                budgets=budgets,
                rungs=tuple(r for place, e in reader.tables(entry, "rungs", at) if (r := _rung(reader, place, e))),
                pause_reasons=frozenset(reader.strings(entry, "pause_reasons", at)),
                pausable=reader.expression(entry, "pausable", at),
                extendable=bool(reader.get(entry, "extend_once", bool, at, False)),
                stays_met=bool(reader.get(entry, "stays_met", bool, at, True)),
            ),
        )


def _budget(reader: _Reader, at: str, entry: Mapping[str, Any]) -> Budget | None:
    mode, amount = reader.get(entry, "mode", str, at, ""), reader.get(entry, "amount", int, at, -1)
    found = next((m for m in MODES if m == mode), None)
    if found is None:
        reader.wrong(f"{at}mode", f"is no way to count time: {mode!r}", f"Use one of {', '.join(MODES)}.")
    if not 0 <= amount <= 1_000_000:
        reader.wrong(f"{at}amount", "must be a number from 0 to 1,000,000", "Minutes, or working days.")
    return Budget(reader.expression(entry, "when", at), found, amount) if found and amount >= 0 else None


def _rung(reader: _Reader, at: str, entry: Mapping[str, Any]) -> Rung | None:
    time = parse_rung_time(str(entry.get("at", "")))
    if time is None:
        reader.wrong(f"{at}at", f"cannot be read: {entry.get('at')!r}", 'Write "75 %", "start + 45 min" or "due".')
        return None
    to, template = reader.strings(entry, "to", at), reader.get(entry, "template", str, at, "")
    if not to or not template:
        reader.wrong(at.rstrip("."), "tells nobody or nothing", "Give `to` and `template`.")
    daily = reader.get(entry, "repeat", str, at, "") == "daily"
    name = reader.get(entry, "name", str, at, at)
    return Rung(name, time, to, template, daily, reader.get(entry, "message", str, at, None))


def parse_rung_time(text: str) -> RungTime | None:
    """Return when a rung falls: `75 %`, `start + 45 min`, `due`, `due + 50 %`, `due + 1 working_day`, or None."""
    bare = text.strip()
    share = re.match(r"^(\d+)\s*%$", bare)
    if share:
        return RungTime("start", percent=int(share[1]))
    match = _RUNG.match(bare)
    if match is None:
        return None
    base: Callable[..., RungTime] = lambda **values: RungTime("start" if match[1] == "start" else "due", **values)  # noqa: E731
    if match[2] is None:
        return base() if match[1] == "due" else None
    number, unit = int(match[2]), match[3]
    if unit == "%":
        return base(percent=number)
    if unit.startswith("working"):
        return base(working_days=number)
    return base(minutes=number * (60 if unit.startswith("h") else 1))


def _check_names(reader: _Reader, config: ProcessConfig) -> None:
    known = set(config.facts) | {name for name, _ in config.derived}
    for use in config.tables:
        for fact in (*use.writes, *((use.rules_fact,) if use.rules_fact else ())):
            if fact not in config.facts:
                reader.wrong(f"tables.{use.decision}", f"writes {fact}, which is no fact", f"Add [facts.{fact}].")
    derived = {name for name, _ in config.derived}
    for name, expression in config.derived:
        # In their order: each may read those above it.
        for later in sorted(expression.names & derived):
            reader.wrong(f"derived.{name}", f"reads {later}, which stands below it", "Put it above.")
        derived.discard(name)
    places = [(f"derived.{name}", e) for name, e in config.derived]
    places += [(f"throws.{t.message}", t.when) for t in config.throws if t.when]
    for clock in config.clocks.values():
        places += [(f"clocks.{clock.name}.budget", b.when) for b in clock.budgets if b.when]
        places += [(f"clocks.{clock.name}.pausable", clock.pausable)] if clock.pausable else []
        names = [rung.name for rung in clock.rungs]
        for name in sorted({name for name in names if names.count(name) > 1}):
            reader.wrong(f"clocks.{clock.name}.rungs", f"has two rungs {name}", "Give each its own name.")
        if clock.start_fact and config.facts.get(clock.start_fact, None) is None:
            reader.wrong(f"clocks.{clock.name}.from", f"names no fact: {clock.start_fact}", "Use now or an instant.")
    for place, expression in places:
        for name in sorted(expression.names - known):
            reader.wrong(place, f"reads {name}, which is no fact", f"Add [facts.{name}] or correct the name.")
