"""Holds the names in `process.toml` against each other: facts that are read or written, rungs that are called alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.configuration.toml_reader import Reader, meant
from engine.expressions.language import Expression
from engine.model.config import ProcessConfig


def check_names(reader: Reader, config: ProcessConfig) -> None:
    """Note in the reader every name that the file uses and does not declare."""
    known = {*config.facts, *(name for name, _ in config.derived)}
    _written(reader, config)
    _order_of_derived(reader, config)
    _open_to_people(reader, config)
    for place, expression in conditions_of(config):
        for name in sorted(expression.names - known):
            reader.wrong(place, f"reads {name}, which is no fact", _advice(name, known))
    for number, throw in enumerate(config.throws):
        for name in sorted(throw.on - known):
            reader.wrong(f"throws[{number}].on", f"names {name}, which is no fact", _advice(name, known))
    _told(reader, config, known)
    for clock in config.clocks.values():
        at = f"clocks.{clock.name}"
        seen: set[str] = set()
        for number, rung in enumerate(clock.rungs):
            if rung.name in seen:
                reader.wrong(f"{at}.rungs[{number}].name", f"is {rung.name}, as of an earlier one",
                             "Give each rung of a clock a name of its own.", name=rung.name)  # fmt: skip
            seen.add(rung.name)
        fact = config.facts.get(clock.start_fact) if clock.start_fact else None
        if clock.start_fact and (fact is None or fact.type != "instant"):
            why = "which is no fact" if fact is None else f"a fact of the type {fact.type}"
            reader.wrong(f"{at}.from", f"names {clock.start_fact}, {why}", "Use now, or a fact of the type instant.")


def _told(reader: Reader, config: ProcessConfig, known: Collection[str]) -> None:
    for number, notice in enumerate(config.tells):
        for key, names in (("on", notice.on), ("lower", notice.lower), ("shows", notice.shows)):
            for name in sorted(set(names).difference(known)):
                reader.wrong(f"tells[{number}].{key}", f"names {name}, which is no fact", _advice(name, known))
        for name in sorted(set(notice.lower) & config.facts.keys()):
            spec = config.facts[name]
            if spec.type not in ("integer", "amount") and not spec.values:
                reader.wrong(f"tells[{number}].lower", f"names {name}, of which nothing is lower than another",
                             "Name a number, or give the fact its values, from the lowest up.")  # fmt: skip


def _written(reader: Reader, config: ProcessConfig) -> None:
    for number, use in enumerate(config.tables):
        writes = [("writes", name) for name in use.writes]
        for key, fact in (*writes, *((("rules_fact", use.rules_fact),) if use.rules_fact else ())):
            if fact not in config.facts:
                reader.wrong(f"tables[{number}].{key}", f"names {fact}, which is no fact",
                             _advice(fact, config.facts), name=use.decision)  # fmt: skip


def _open_to_people(reader: Reader, config: ProcessConfig) -> None:
    """Check what facts say of people: what they may tick, change and set against the tables."""
    decided = {name: use.decision for use in config.tables for name in (*use.writes, use.rules_fact) if name}
    for name, spec in config.facts.items():
        at = f"facts.{name}"
        if spec.intake and spec.type != "boolean":
            reader.wrong(f"{at}.intake", f"is for a yes or no, but {name} is of the type {spec.type}",
                         'Leave it out, or write type = "boolean".')  # fmt: skip
        if spec.changeable and name in decided:
            reader.wrong(f"{at}.changeable", f"lets people change what the table {decided[name]} writes",
                         "Leave it out, or add a fact of its own with overrides.")  # fmt: skip
        if spec.values and spec.type != "string":
            reader.wrong(f"{at}.values", f"lists texts, but {name} is of the type {spec.type}",
                         'Leave it out, or write type = "string".')  # fmt: skip
        elif spec.values and spec.default not in ("", *spec.values):
            reader.wrong(f"{at}.default", f"is {spec.default!r:.60}, which is none of the values of {name}",
                         f"Use one of {', '.join(spec.values)}.")  # fmt: skip
        if spec.counts_as and not spec.changeable:
            reader.wrong(f"{at}.counts_as", f"is for a fact that people change, and {name} is none",
                         "Add changeable = true, or leave it out.")  # fmt: skip
        if spec.overrides is None:
            continue
        if spec.overrides not in config.facts:
            reader.wrong(f"{at}.overrides", f"names {spec.overrides}, which is no fact",
                         _advice(spec.overrides, config.facts))  # fmt: skip
        if not spec.values or not spec.changeable:
            reader.wrong(f"{at}.overrides", "is for a fact that people choose from a list",
                         "Add changeable = true, and the values.")  # fmt: skip
    clock = config.intake.clock
    if clock is not None and (clock not in config.clocks or config.clocks[clock].per_process):
        reader.wrong("intake.clock", f"names {clock}, which is no clock of the case", meant(clock, config.clocks))


def _order_of_derived(reader: Reader, config: ProcessConfig) -> None:
    later = {name for name, _ in config.derived}
    for name, expression in config.derived:
        if name in config.facts:
            reader.wrong(f"derived.{name}", "is also declared as a fact", "Give one of the two another name.")
        # In their order: each may read those above it.
        for other in sorted(expression.names & later):
            reader.wrong(f"derived.{name}", f"reads {other}, which stands below it or is itself", "Put it above.")
        later.discard(name)


def conditions_of(config: ProcessConfig) -> Iterator[tuple[str, Expression]]:
    """Yield every condition over facts, with its place."""
    yield from ((f"derived.{name}", expression) for name, expression in config.derived)
    yield from ((f"throws[{n}].when", throw.when) for n, throw in enumerate(config.throws) if throw.when)
    for n, notice in enumerate(config.tells):
        conditions = (("was", notice.was), ("when", notice.when))
        yield from ((f"tells[{n}].{key}", condition) for key, condition in conditions if condition)
    if config.undo_none_when is not None:
        yield "undo.none_when", config.undo_none_when
    for clock in config.clocks.values():
        for number, budget in enumerate(clock.budgets):
            if budget.when:
                yield f"clocks.{clock.name}.budget[{number}].when", budget.when
        if clock.pausable:
            yield f"clocks.{clock.name}.pausable", clock.pausable


def _advice(name: str, known: Collection[str]) -> str:
    close = meant(name, known)
    return close if close.startswith("Did you mean") else f"Add [facts.{name}], or correct the name."
