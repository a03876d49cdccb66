"""`process.toml` as values, with everything a test does not care about filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from engine.configuration.process_file import parse_rung_time
from engine.expressions.language import Expression, compile_expression
from engine.model.config import FACT_TYPES, Budget, ClockSpec, FactSpec, ProcessConfig, Rung, TableUse, Throw
from engine.model.due import MODES
from engine.model.fact_values import read_fact

_EMPTY = {"string": "", "integer": 0, "amount": 0, "boolean": False, "list": [], "instant": None}


def fact(name: str, type: str = "integer", default: object = None) -> FactSpec:
    """Return a fact; without a default it starts empty, 0 or false."""
    kind = next(t for t in FACT_TYPES if t == type)
    spec = FactSpec(name, kind, None, {})
    return FactSpec(name, kind, read_fact(spec, _EMPTY[kind] if default is None else default), {})


def facts(**types: str) -> dict[str, FactSpec]:
    """Return facts by name and type."""
    return {name: fact(name, type) for name, type in types.items()}


def budget(amount: int, mode: str = "wall", when: str | None = None) -> Budget:
    """Return a budget in minutes, or working days."""
    return Budget(_compiled(when), next(m for m in MODES if m == mode), amount)


def rung(
    name: str, at: str, *, daily: bool = False, message: str | None = None, to: Sequence[str] = ("owner",)
) -> Rung:
    """Return a rung; `at` is written as in `process.toml`."""
    time = parse_rung_time(at)
    if time is None:
        raise ValueError(at)
    return Rung(name, time, tuple(to), name, daily, message)


def clock(
    name: str = "c",
    *budgets: Budget,
    starts: Iterable[str] = ("@open",),
    met_by: Iterable[str] = (),
    dropped_by: Iterable[str] = (),
    rungs: Iterable[Rung] = (),
    per_process: bool = False,
    start_fact: str | None = None,
    calendar: str = "channel",
    pause_reasons: Iterable[str] = ("ask_back",),
    pausable: str | None = None,
    extendable: bool = True,
    extend_at_most: Mapping[str, int] | None = None,
) -> ClockSpec:
    """Return a clock of sixty minutes on the wall, unless budgets are given."""
    return ClockSpec(
        name=name,
        labels={},
        duties={},
        per_process=per_process,
        starts=frozenset(starts),
        start_fact=start_fact,
        met_by=frozenset(met_by),
        dropped_by=frozenset(dropped_by),
        calendar="staff" if calendar == "staff" else "channel",
        budgets=budgets or (budget(60),),
        rungs=tuple(rungs),
        pause_reasons=frozenset(pause_reasons),
        pausable=_compiled(pausable),
        extendable=extendable,
        extend_at_most=extend_at_most or {},
    )


def config(
    process: str = "main",
    *,
    facts: dict[str, FactSpec] | None = None,
    clocks: Iterable[ClockSpec] = (),
    tables: Iterable[TableUse] = (),
    derived: dict[str, str] | None = None,
    throws: Iterable[Throw] = (),
    default_team: str | None = "service",
) -> ProcessConfig:
    """Return the configuration of one process."""
    return ProcessConfig(
        key="test",
        process=process,
        titles={},
        default_team=default_team,
        facts=facts or {},
        tables=tuple(tables),
        derived=tuple((name, compile_expression(text)) for name, text in (derived or {}).items()),
        throws=tuple(throws),
        clocks={c.name: c for c in clocks},
    )


def throw(message: str, when: str | None = None, on: Iterable[str] = ()) -> Throw:
    """Return a message that is thrown when facts change."""
    return Throw(message, _compiled(when), frozenset(on))


def _compiled(text: str | None) -> Expression | None:
    return None if text is None else compile_expression(text)


def minutes_of(earlier: datetime, later: datetime | None) -> float | None:
    """Return how many minutes lie between two instants, None where the later one is missing."""
    return None if later is None else (later - earlier).total_seconds() / 60
