"""The publication check of notices: whatever can be told has words for its reader, in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from lxml import etree

from complaints.answer_meanings import form_properties
from complaints.notices.chosen_texts import chosen_texts
from complaints.notices.notices import DUE_TIME, NoticeBook, check_notices, clock_of, parse_notices
from complaints.plan.late_records import KINDS
from complaints.plan.promises import FIELD as PROMISES
from engine.bundles.bundle import Files, process_file
from engine.configuration.process_file import CODE
from engine.configuration.toml_reader import Reader, meant
from engine.diagram_index import index_diagrams
from engine.errors import NotFound
from engine.model.config import ProcessConfig
from engine.model.elements import Element
from engine.model.problem import Problem
from forms.file_names import SCHEMA_SUFFIX

TOLD_BY_COMMANDS: tuple[tuple[str, str], ...] = (
    ("complainant", "paused"),
    ("complainant", "resumed"),
    ("complainant", "extended"),
    ("complainant", "new_owner"),
    ("owner", "answer_arrived"),
    ("owner", "task_assigned"),
    ("owner", "action_opened"),
    ("owner", "action_dropped"),
    ("owner", "hand_over_offered"),
    ("owner", "hand_over_accepted"),
    ("owner", "hand_over_declined"),
    ("owner", "case_yours"),
    ("owner", "case_ownerless"),
)
"""Templates that commands use whatever the diagram says: reader and name."""
OPENS_ACTIONS = frozenset({"record_plan", "open_actions"})
"""The operations that open actions."""
_LATE = {"action": "an action that is not done in time", "promise": "a promise that is not kept in time"}


def check_told(files: Files, config: ProcessConfig | None) -> Iterator[Problem]:
    """Yield what is wrong with the notices of a bundle: the file itself, and every template that is named nowhere."""
    yield from _late(files, config)
    path = next((name for name in files if PurePosixPath(name).name == "notices.toml"), None)
    if path is None:
        key = config.key if config else "?"
        yield _problem(f"bpmn/{key}/notices.toml", None, "there is no notices.toml, so nobody could be told anything.")
        return
    problems = check_notices(files[path], file=path)
    yield from problems
    if any(problem.severity == "error" for problem in problems):
        return
    book = parse_notices(files[path], file=path)
    yield from _clocks(path, book, config)
    seen: set[tuple[str, str]] = set()
    for where, to, template in (
        *_in_diagrams(files),
        *_in_ladders(config),
        *_of_what_is_late(config),
        *_of_what_is_changed(config),
        *(("", *told) for told in TOLD_BY_COMMANDS),
    ):
        reader = "complainant" if to == "complainant" else "staff"
        if (reader, template) in seen:
            continue
        seen.add((reader, template))
        if not _found(book, template, reader):
            yield _problem(path, template, f"has no notice for the {reader}{where}.")


def _clocks(path: str, book: NoticeBook, config: ProcessConfig | None) -> Iterator[Problem]:
    """Yield the notices that promise the due time of a clock which the process does not have."""
    known = sorted(config.clocks) if config else []
    for template in book.templates.values() if config else ():
        for name in sorted(template.placeholders):
            clock = clock_of(name)
            if clock is not None and clock not in known:
                yield Problem(
                    path, None, "error", "placeholder-unknown", template.name, None,
                    f"{template.name} names {{{name}}}, but the process has no clock {clock}.",
                    f"Known are: {', '.join(f'{each}{DUE_TIME}' for each in known)}.",
                )  # fmt: skip


def _found(book: NoticeBook, template: str, reader: str) -> bool:
    try:
        book.for_reader(template, "complainant" if reader == "complainant" else "staff")
    except NotFound:
        return False
    return True


def _in_ladders(config: ProcessConfig | None) -> Iterator[tuple[str, str, str]]:
    for clock in config.clocks.values() if config else ():
        for rung in clock.rungs:
            for to in rung.to:
                yield f", which the ladder of the clock {clock.name} sends", to, rung.template


def _of_what_is_late(config: ProcessConfig | None) -> Iterator[tuple[str, str, str]]:
    for kind, notice in config.late.items() if config else ():
        for to in notice.to:
            yield f", which `late.{kind}` of process.toml sends", to, notice.template


def _of_what_is_changed(config: ProcessConfig | None) -> Iterator[tuple[str, str, str]]:
    for number, notice in enumerate(config.tells if config else (), start=1):
        for to in notice.to:
            yield f", which no. {number} of `tells` of process.toml sends", to, notice.template


def _late(files: Files, config: ProcessConfig | None) -> Iterator[Problem]:
    """Yield the records with a day of their own that the bundle can make, and of whose lateness nobody would hear."""
    if config is None:
        return
    path, content = process_file(files)
    reader = Reader(path, CODE, content)
    for kind in sorted(config.late.keys() - set(KINDS)):
        reader.wrong(f"late.{kind}", "is nothing that has a day of its own", meant(kind, KINDS))
    yield from reader.problems
    for kind in sorted(_dated(files) - config.late.keys()):
        yield Problem(
            path, None, "error", "notice-missing", f"late.{kind}", None,
            f"Nobody is told when a case of this process has {_LATE[kind]}.",
            f'Add [late.{kind}] to process.toml, with `to` and `template`, for instance to = ["owner"].',
        )  # fmt: skip


def _dated(files: Files) -> set[str]:
    """Return the kinds of records with a day of their own that forms and diagrams of a bundle can make."""
    found: set[str] = set()
    for name, data in files.items():
        if name.endswith(SCHEMA_SUFFIX) and PROMISES in form_properties(data):
            found.add("promise")
    if any(element.operation in OPENS_ACTIONS for element in _elements(files)):
        found.add("action")
    return found


def _elements(files: Files) -> Iterator[Element]:
    for name in files:
        if name.endswith(".bpmn"):
            try:
                diagram = index_diagrams({name: files[name]})
            except etree.XMLSyntaxError:
                continue  # What cannot be read is another check's business.
            yield from diagram.elements.values()


def _in_diagrams(files: Files) -> Iterator[tuple[str, str, str]]:
    for element in _elements(files):
        given = element.parameters if element.operation == "notify" else {}
        for template in chosen_texts(given.get("template", "")):
            for to in chosen_texts(given.get("to", "")):
                yield ", which the diagram sends", to, template


def _problem(file: str, template: str | None, message: str) -> Problem:
    advice = "Add it to notices.toml, in zh-CN, ko and en, or correct the name."
    return Problem(file, None, "error", "notice-missing", template, None, message, advice)
