"""The rungs of a clock's ladder: in the order in which they fall, and reminders before the time they remind of."""

from __future__ import annotations

from dataclasses import dataclass

from engine.configuration.toml_reader import Reader
from engine.model.config import Budget, ClockSpec, ProcessConfig, RungTime


@dataclass(frozen=True)
class _Length:
    """How long after the start: so many minutes as the clock counts them, and so many working days."""

    minutes: int = 0
    days: int = 0

    def __add__(self, other: _Length) -> _Length:
        return _Length(self.minutes + other.minutes, self.days + other.days)

    def surely_before(self, other: _Length) -> bool:
        """Say whether it is over before the other in every calendar: minutes and days do not outweigh each other."""
        return self != other and self.minutes <= other.minutes and self.days <= other.days


def check_ladders(reader: Reader, config: ProcessConfig) -> None:
    """Note in the reader, as warnings, rungs that fall before one above them, and reminders that come too late."""
    for clock in config.clocks.values():
        for number in range(len(clock.rungs)):
            _order(reader, clock, number)
            _reminder(reader, clock, number)


def _order(reader: Reader, clock: ClockSpec, number: int) -> None:
    rung = clock.rungs[number]
    for budget in clock.budgets:
        falls = _falls(budget, rung.at)
        above = next((each for each in clock.rungs[:number] if falls.surely_before(_falls(budget, each.at))), None)
        if above is not None:
            reader.wrong(
                f"clocks.{clock.name}.rungs[{number}].at",
                f"lets {rung.name} fall before {above.name}, which stands above it{_when(budget)}",
                "Correct the time, or write the rungs in the order in which they fall.",
                severity="warning", code="rung-out-of-order", name=rung.name,
            )  # fmt: skip
            return


def _reminder(reader: Reader, clock: ClockSpec, number: int) -> None:
    rung = clock.rungs[number]
    for budget in clock.budgets if rung.at.base == "start" else ():
        if _falls(budget, RungTime("due")).surely_before(_falls(budget, rung.at)):
            reader.wrong(
                f"clocks.{clock.name}.rungs[{number}].at",
                f"lets {rung.name} fall only after the clock is due{_when(budget)}: it reminds of nothing any more",
                'Write a share such as "75 %", or "due + ..." where it is meant to come after.',
                severity="warning", code="rung-after-due", name=rung.name,
            )  # fmt: skip
            return


def _falls(budget: Budget, at: RungTime) -> _Length:
    """Return how long after its start the clock lets a rung fall; extensions left out, they move all alike."""
    days = budget.mode == "working_days"
    whole = _Length(days=budget.amount) if days else _Length(budget.amount)
    share = budget.amount * at.percent // 100
    length = (_Length(days=share) if days else _Length(share)) + _Length(at.minutes, at.working_days)
    return whole + length if at.base == "due" else length


def _when(budget: Budget) -> str:
    return f" (when {' '.join(budget.when.source.split())})" if budget.when is not None else ""
