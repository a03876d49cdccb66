"""Lengths of time in `process.toml` that no calendar counts: the case could not open, or its step not be done."""

from __future__ import annotations

from engine.configuration.toml_reader import Reader
from engine.model.config import Budget, ClockSpec, ProcessConfig, Rung
from engine.model.due import Mode, most_of

_TOO_LONG = "is longer than twenty years, which no calendar counts"


def check_lengths(reader: Reader, config: ProcessConfig) -> None:
    """Note in the reader every budget, rung and extension that is longer than `Calendars.add` counts (X-02).

    The time for which letters are held back has the same end.
    """
    if config.undo_seconds > most_of("wall") * 60:
        reader.wrong("undo.seconds", "holds letters back for more than twenty years", "Give seconds, for instance 60.")
    for clock in config.clocks.values():
        for number, budget in enumerate(clock.budgets):
            if budget.amount > most_of(budget.mode):
                place = f"clocks.{clock.name}.budget[{number}].amount"
                reader.wrong(place, _TOO_LONG, _advice(budget.mode), name=clock.name)
        for number, rung in enumerate(clock.rungs):
            _rung(reader, clock, number, rung)
        for unit, amount in clock.extend_at_most.items():
            mode: Mode = "working_days" if unit == "working_days" else "wall"
            if amount > most_of(mode):
                reader.wrong(f"clocks.{clock.name}.extend_at_most.{unit}", _TOO_LONG, _advice(mode), name=clock.name)


def _rung(reader: Reader, clock: ClockSpec, number: int, rung: Rung) -> None:
    for budget in clock.budgets:
        mode, amount = _behind(budget, rung)
        # A share of a budget that is too long itself is told there.
        if amount > most_of(mode) and not (rung.at.percent and budget.amount > most_of(budget.mode)):
            since = "starts" if rung.at.base == "start" else "is due"
            reader.wrong(
                f"clocks.{clock.name}.rungs[{number}].at",
                f"lets {rung.name} fall more than twenty years after the clock {since}, which no calendar counts",
                _advice(mode), name=rung.name,
            )  # fmt: skip
            return


def _behind(budget: Budget, rung: Rung) -> tuple[Mode, int]:
    """Return how far behind the start or the due time a rung falls, as `engine/clocks/case_clocks.py` counts it."""
    if rung.at.percent:
        return budget.mode, budget.amount * rung.at.percent // 100
    if rung.at.working_days:
        return "working_days", rung.at.working_days
    return "wall" if budget.mode == "working_days" else budget.mode, rung.at.minutes


def _advice(mode: Mode) -> str:
    if mode == "working_days":
        return f"Give at most {most_of(mode):,} working days."
    return f"Give at most {most_of(mode):,} minutes."
