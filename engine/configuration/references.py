"""Holds `process.toml` against what else is in the bundle: a clock that names no step would never be met."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from engine.configuration.compared import check_compared
from engine.configuration.process_file import CODE
from engine.configuration.toml_reader import Reader, meant
from engine.model.config import OPENING, ProcessConfig
from engine.model.problem import Problem
from engine.publication import Bundle, awaited_messages

ANYBODY = ("owner", "complainant")
"""Who can be told by a word, in every process."""
STAFF = ("owner",)
"""Who of them may read why staff have changed something."""
STANDINGS = ("leads", "supervisor", "concerned")
"""Who else can be told of what has a day of its own: how people stand to a case, in the words of posts.toml."""


@dataclass(frozen=True)
class Surroundings:
    """What the house knows."""

    teams: Collection[str]
    posts: Collection[str]
    types: Collection[str] = ()
    """The types of case that intake knows; none: a process may claim any."""


def check_config(
    bundle: Bundle, config: ProcessConfig, source: tuple[str, bytes], house: Surroundings
) -> Iterator[Problem]:
    """Yield what the configuration names and neither bundle nor house hold; `source` is the file, its path and bytes.

    Never raises for what the files hold. Says nothing of what may stand in a file that could not be read.
    """
    reader = Reader(source[0], CODE, source[1])
    _identity(reader, config, house)
    if bundle.tables_whole:
        _tables(reader, bundle, config)
    _recipients(reader, config, house)
    if bundle.diagrams_whole:
        steps = {node.id for document in bundle.documents for p in document.processes for node in p.scope.all_nodes()}
        _clocks(reader, steps, config)
        _counted(reader, steps, config)
        _messages(reader, awaited_messages(bundle), config)
        check_compared(reader, bundle, config)
    yield from reader.problems


def _identity(reader: Reader, config: ProcessConfig, house: Surroundings) -> None:
    folder = PurePosixPath(reader.file).parent.name
    if config.key and config.key != folder:
        reader.wrong("key", f"says {config.key}, but the file stands in bpmn/{folder}/", f'Write key = "{folder}".')
    for name in config.types if house.types else ():
        if name not in house.types:
            reader.wrong("types", f"claims {name}, which intake never gives", meant(name, house.types),
                         code="type-unknown")  # fmt: skip
    team = config.default_team
    if team is not None and team not in house.teams:
        reader.wrong("default_team", f"is {team}, which is no team", meant(team, house.teams))
    for name in config.protection.teams:
        if name not in house.teams:
            reader.wrong("protection.teams", f"names {name}, which is no team", meant(name, house.teams))


def _tables(reader: Reader, bundle: Bundle, config: ProcessConfig) -> None:
    for number, use in enumerate(config.tables):
        at, decision = f"tables[{number}]", bundle.tables.get(use.decision)
        if decision is None:
            if use.decision and use.decision not in bundle.decisions:
                reader.wrong(f"{at}.decision", f"names the decision {use.decision}, which no table of the bundle has",
                             meant(use.decision, bundle.decisions), name=use.decision)  # fmt: skip
            continue
        outputs = {output.name or decision.name for output in decision.outputs}
        for fact in sorted(set(use.writes) - outputs):
            if fact in config.facts:
                reader.wrong(f"{at}.writes", f"names {fact}, which is no output of the table {use.decision}",
                             meant(fact, outputs), name=use.decision)  # fmt: skip


def _clocks(reader: Reader, steps: Collection[str], config: ProcessConfig) -> None:
    for clock in config.clocks.values():
        at = f"clocks.{clock.name}"
        for key, elements in (("starts", clock.starts - {OPENING}), ("met_by", clock.met_by),
                              ("dropped_by", clock.dropped_by)):  # fmt: skip
            for element in sorted(elements.difference(steps)):
                reader.wrong(f"{at}.{key}", f"names {element}, which no diagram has",
                             meant(element, steps, otherwise="Use the id of a step, an event or a subprocess."),
                             name=clock.name)  # fmt: skip
        if not clock.starts:
            reader.wrong(f"{at}.starts", "is empty, so the clock never runs",
                         'Name the step that starts it, or "@open".', name=clock.name)  # fmt: skip
        if not clock.met_by:
            reader.wrong(f"{at}.met_by", "is empty, so the clock is never met",
                         "Name the step by which the duty is done.", name=clock.name)  # fmt: skip


def _counted(reader: Reader, steps: Collection[str], config: ProcessConfig) -> None:
    for name, spec in config.facts.items():
        for step in spec.counts_as:
            if step not in steps:
                reader.wrong(f"facts.{name}.counts_as", f"names {step}, which no diagram has",
                             meant(step, steps, otherwise="Use the id of a step."), name=name)  # fmt: skip


def _recipients(reader: Reader, config: ProcessConfig, house: Surroundings) -> None:
    known = {"post": house.posts, "deputy": house.posts, "team": house.teams, "fact": config.facts}
    ladders = (
        (f"clocks.{clock.name}.rungs[{number}].to", rung.to, rung.name, ANYBODY)
        for clock in config.clocks.values()
        for number, rung in enumerate(clock.rungs)
    )
    late = ((f"late.{kind}.to", notice.to, kind, (*ANYBODY, *STANDINGS)) for kind, notice in config.late.items())
    tells = ((f"tells[{n}].to", notice.to, notice.template, STAFF) for n, notice in enumerate(config.tells))
    for place, recipients, name, words in (*ladders, *late, *tells):
        for to in recipients:
            kind, _, code = to.partition(":")
            if to in words or code in known.get(kind, ()):
                continue
            advice = f"Write {', '.join(words)}, post:<code>, deputy:<post>, team:<code> or fact:<name>."
            reader.wrong(place, f"names {to}, whom nobody knows", meant(code, known.get(kind, ()), otherwise=advice),
                         name=name)  # fmt: skip


def _messages(reader: Reader, awaited: Collection[str], config: ProcessConfig) -> None:
    nobody = "which nothing in the diagrams waits for"
    for number, throw in enumerate(config.throws):
        if throw.message and throw.message not in awaited:
            reader.wrong(f"throws[{number}].message", f"is {throw.message}, {nobody}", meant(throw.message, awaited))
    for clock in config.clocks.values():
        for number, rung in enumerate(clock.rungs):
            if rung.message and rung.message not in awaited:
                reader.wrong(f"clocks.{clock.name}.rungs[{number}].message", f"is {rung.message}, {nobody}",
                             meant(rung.message, awaited), name=rung.name)  # fmt: skip
    for name, messages in config.messages.items():
        for message in messages:
            if message not in awaited:
                reader.wrong(f"messages.{name}", f"may become {message}, {nobody}", meant(message, awaited),
                             severity="warning")  # fmt: skip
