"""Holds `process.toml` against what else is in the bundle: a clock that names no step would never be met."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.model.config import ProcessConfig
from engine.model.problem import Problem
from engine.publication import Bundle

OPENING = "@open"
"""The opening of the case, where a clock may start."""


def check_config(
    bundle: Bundle, config: ProcessConfig, file: str, *, teams: Collection[str], posts: Collection[str]
) -> Iterator[Problem]:
    """Yield what the configuration names and the bundle does not hold. Never raises for what the files hold."""
    yield from _tables(bundle, config, file)
    yield from _recipients(config, file, teams=teams, posts=posts)
    if bundle.diagrams_whole:
        elements = {
            node.id for document in bundle.documents for p in document.processes for node in p.scope.all_nodes()
        }
        yield from _clocks(elements, config, file)


def _tables(bundle: Bundle, config: ProcessConfig, file: str) -> Iterator[Problem]:
    for use in config.tables:
        decision = bundle.tables.get(use.decision)
        if decision is None:
            if bundle.tables_whole and use.decision not in bundle.decisions:
                yield _problem(file, f"tables.{use.decision}", "names a decision that no table of the bundle has",
                               "Correct the id, or add the table.")  # fmt: skip
            continue
        for fact in sorted(set(use.writes) - {output.name or decision.name for output in decision.outputs}):
            yield _problem(file, f"tables.{use.decision}", f"writes {fact}, which is no output of the table",
                           "Use the output's own name.")  # fmt: skip


def _clocks(known: Collection[str], config: ProcessConfig, file: str) -> Iterator[Problem]:
    for clock in config.clocks.values():
        for key, elements in (("starts", clock.starts - {OPENING}), ("met_by", clock.met_by),
                              ("dropped_by", clock.dropped_by)):  # fmt: skip
            for element in sorted(elements.difference(known)):
                yield _problem(file, f"clocks.{clock.name}.{key}", f"names {element}, which no diagram has",
                               "Use the id of a step, an event or a subprocess.")  # fmt: skip
        for key, elements in (("starts", clock.starts), ("met_by", clock.met_by)):
            if not elements:
                yield _problem(file, f"clocks.{clock.name}.{key}", "is empty, so the clock is never met or never runs",
                               "Name the step.")  # fmt: skip


def _recipients(
    config: ProcessConfig, file: str, *, teams: Collection[str], posts: Collection[str]
) -> Iterator[Problem]:
    for clock in config.clocks.values():
        for rung in clock.rungs:
            for to in rung.to:
                kind, _, name = to.partition(":")
                known = {"post": name in posts, "team": name in teams, "fact": name in config.facts}
                if to not in ("owner", "complainant") and not known.get(kind, False):
                    yield _problem(file, f"clocks.{clock.name}.rungs", f"tells {to}, whom nobody knows",
                                   "Write owner, complainant, post:<code>, team:<code> or fact:<name>.")  # fmt: skip


def _problem(file: str, key: str, message: str, advice: str) -> Problem:
    return Problem(file, None, "error", "process-toml", key, None, message, advice)
