"""Everything that is wrong with the files of a bundle, in one list: read, checked, compiled and walked through."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from engine.bundles.bundle import Files, pack, process_file
from engine.bundles.compile_bundle import compile_bundle
from engine.bundles.house import House
from engine.bundles.unused_files import check_files_used
from engine.bundles.value_context import fact_words, fact_writers, options
from engine.configuration.labels_file import read_labels
from engine.configuration.process_file import read_config
from engine.configuration.references import Surroundings, check_config
from engine.configuration.toml_places import Places, line_of, toml_places
from engine.model.config import ProcessConfig
from engine.model.problem import Problem
from engine.process import CompiledProcess
from engine.publication import CheckContext, check_read, read_bundle
from engine.rehearsal import rehearse
from forms.catalogue import check_files
from forms.file_names import SCHEMA_SUFFIX, UI_SUFFIX

MOST_WALKED = 16
"""Bundles whose walks are remembered."""
_WALKED: dict[bytes, list[Problem]] = {}


def check(files: Files, house: House, *, previous: Mapping[str, str] | None = None) -> list[Problem]:
    """Return every finding about a bundle, errors and warnings, sorted. Never raises for what the files hold.

    `previous` maps element ids of the version in force to their tags: an id may not change its meaning. A process that
    could run is walked through (`engine.rehearsal`).
    """
    return examine(files, house, previous=previous)[0]


def examine(
    files: Files, house: House, *, previous: Mapping[str, str] | None = None
) -> tuple[list[Problem], CompiledProcess | None]:
    """Return what `check` does, and the process ready to run; None where an error keeps it from that."""
    problems = _found(files, house, previous)
    process = None
    if not any(problem.severity == "error" for problem in problems):
        try:
            process = compile_bundle(files, house)
        except Exception as error:  # noqa: BLE001 - whatever the library cannot parse is the owner's to mend
            problems.append(_unreadable(process_file(files)[0], error))
        else:
            told = {problem.element for problem in problems if problem.element}
            problems += _rehearsed(process, files, told, house.filed)
    if any(problem.severity == "error" for problem in problems):
        process = None
    return _sorted(problems, files), process


def unknown_names(files: Files, house: House) -> list[Problem]:
    """Return what the files of a bundle name of teams and posts that the house does not have, as warnings, sorted.

    Whatever a check judges by the house's teams and posts: it finds the same with every name known, or it is told here.
    Walks through nothing. Never raises for what the files hold.
    """
    house = replace(house, checks=())
    found = _found(files, house, None)
    if not found:
        return []
    otherwise = frozenset(_found(files, replace(house, teams=_Everything(), posts=_Everything()), None))
    return _sorted((replace(each, severity="warning") for each in found if each not in otherwise), files)


class _Everything(Collection[str]):
    """Holds every name, and lists none."""

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _rehearsed(process: CompiledProcess, files: Files, told: set[str], filed: Mapping[str, Any]) -> list[Problem]:
    """Return what walking through the process finds; the same files are walked once."""
    house = repr((sorted(process.operations), sorted(told), sorted(filed.items())))
    key = hashlib.sha256(pack(files) + house.encode()).digest()
    found = _WALKED.get(key)
    if found is None:
        found = rehearse(process, file=process_file(files)[0], known=told, filed=filed)
        _WALKED[key] = found
        for oldest in list(_WALKED)[:-MOST_WALKED]:  # a list of one moment: other threads check bundles, too
            _WALKED.pop(oldest, None)
    return list(found)


def _unreadable(file: str, error: Exception) -> Problem:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return Problem(
        file, None, "error", "not-runnable", None, None,
        f"The engine cannot make the process ready to run: {reason.rstrip('.')}.",
        "Take back what was changed last, and check again.",
    )  # fmt: skip


def _sorted(problems: Iterable[Problem], files: Files) -> list[Problem]:
    return sorted(
        set(_placed(problems, files)),
        key=lambda p: (p.severity != "error", p.file, p.line or 0, p.code, p.element or ""),
    )


def _found(files: Files, house: House, previous: Mapping[str, str] | None) -> list[Problem]:
    file, content = process_file(files)
    config, problems = read_config(content, file)
    forms = {name: data for name, data in files.items() if name.startswith("forms/")}
    for found in check_files(forms):
        problems.append(
            Problem(
                found.file, found.line, found.severity, found.code, found.pointer, None, found.message, found.advice
            )
        )
    beside = str(PurePosixPath(file).with_name("labels.toml"))
    labels, misread = read_labels(files.get(beside, b""), beside)
    problems += misread
    bundle, unread = read_bundle(files, replace(_context(files, config, house, previous), labels=labels))
    problems += unread
    if config is not None:
        surroundings = Surroundings(teams=house.teams, posts=house.posts, types=house.types)
        problems += check_config(bundle, config, (file, content), surroundings)
    problems += check_files_used(files)
    for more in house.checks:
        problems += more(files, config)
    problems += check_read(bundle)
    return list(_without_echoes(problems))


def _without_echoes(problems: list[Problem]) -> Iterator[Problem]:
    """Yield the findings without those about answers whose form is missing or broken: that is one finding already."""
    forms = any(p.code == "form-missing" or (p.file.startswith("forms/") and p.severity == "error") for p in problems)
    for problem in problems:
        if not (forms and (problem.element or "").startswith("answers.")):
            yield problem


def _placed(problems: Iterable[Problem], files: Files) -> Iterator[Problem]:
    """Yield the findings, those that name a key of a TOML file with the line where it stands."""
    known: dict[str, Places] = {}
    for problem in problems:
        if problem.line is None and problem.element and problem.file.endswith(".toml") and problem.file in files:
            if problem.file not in known:
                known[problem.file] = toml_places(files[problem.file].decode("utf-8-sig", "replace"))
            places = known[problem.file]
            line = line_of(places, problem.element) or places.get(f"templates.{problem.element}")
            problem = replace(problem, line=line)
        yield problem


def _context(
    files: Files, config: ProcessConfig | None, house: House, previous: Mapping[str, str] | None
) -> CheckContext:
    return CheckContext(
        mode="bundle",
        known_teams=house.teams,
        known_posts=house.posts,
        known_operations=house.operations,
        known_facts=None if config is None else frozenset(config.facts) | {n for n, _ in config.derived},
        fact_tables=frozenset() if config is None else frozenset(use.decision for use in config.tables),
        fact_words={} if config is None else fact_words(config),
        fact_writers={} if config is None else fact_writers(config),
        derived={} if config is None else {name: expression.source for name, expression in config.derived},
        options=options(files),
        forms=form_names(files),
        fact_types=None if config is None else {fact.name: fact.type for fact in config.facts.values()},
        clocks=None if config is None else {clock.name: clock.starts for clock in config.clocks.values()},
        clock_ends={} if config is None else {c.name: c.met_by | c.dropped_by for c in config.clocks.values()},
        pause_reasons=None if config is None else _reasons(config),
        default_team=None if config is None else config.default_team,
        engine_messages=None if config is None else _thrown(config),
        previous_elements=previous,
        main_process=None if config is None else config.process,
    )


def _thrown(config: ProcessConfig) -> frozenset[str]:
    rungs = {rung.message for clock in config.clocks.values() for rung in clock.rungs if rung.message}
    return frozenset({*rungs, *(throw.message for throw in config.throws)})


def _reasons(config: ProcessConfig) -> frozenset[str]:
    return frozenset(reason for clock in config.clocks.values() for reason in clock.pause_reasons)


def form_names(files: Files) -> dict[str, Mapping[str, str] | None]:
    """Return the files of forms that diagrams may name -> their fields with types, None where they cannot be read.

    A form is two files; where one of them is missing, that is told beside the other one, so it counts as named.
    """
    found: dict[str, Mapping[str, str] | None] = {}
    for path, data in files.items():
        name = PurePosixPath(path).name
        if path.startswith("forms/") and name.endswith(SCHEMA_SUFFIX):
            found[name] = _properties(data)
            found.setdefault(name.removesuffix(SCHEMA_SUFFIX) + UI_SUFFIX, {})
        elif path.startswith("forms/"):
            found[name] = {}
            found.setdefault(name.removesuffix(UI_SUFFIX) + SCHEMA_SUFFIX, None)
    return found


def _properties(schema: bytes) -> Mapping[str, str] | None:
    try:
        read = json.loads(schema)
        found = read["properties"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return {name: _type(read, each) for name, each in found.items()} if isinstance(found, dict) else None


def _type(schema: dict[str, Any], field: object) -> str:
    """Return the type of a field, behind one reference to a definition; empty where it says none."""
    if isinstance(field, dict) and isinstance(field.get("$ref"), str):
        definitions = schema.get("$defs")
        field = definitions.get(field["$ref"].removeprefix("#/$defs/")) if isinstance(definitions, dict) else None
    return str(field.get("type", "")) if isinstance(field, dict) else ""
