"""The publication check of what notices quote: nothing that only staff may read goes out to a complainant."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from lxml import etree

from complaints.notices.chosen_texts import chosen_texts
from complaints.notices.notices import NoticeBook, NoticesInvalid, Template, parse_notices
from engine.bundles.bundle import Files
from engine.bundles.examine_bundle import form_names
from engine.diagram_index import index_diagrams
from engine.model.config import ProcessConfig
from engine.model.elements import Diagram, Element
from engine.model.problem import Problem
from forms.file_names import SCHEMA_SUFFIX, UI_SUFFIX, form_called

SAID_WITH_THE_COMMAND = {"paused": "why", "extended": "why"}
"""Templates that a command sends together with what a person wrote for the complainant, and what that is called."""
EXPLAINED = frozenset({"extend_clock", "pause_clocks"})
"""Operations whose `why` explains the due time on the tracking page, word for word."""
_ADDRESS = frozenset({"to", "template"})


def check_quoted(files: Files, config: ProcessConfig | None) -> Iterator[Problem]:
    """Yield every way in which a notice to a complainant would quote what only staff may read.

    A notice quotes the field that `text_from` names, the amount, and what a service task passes with it; a script or a
    changed fact may have carried another field there. Bundles whose notices, forms or diagrams cannot be read have
    errors of their own and yield nothing here.
    """
    path = next((name for name in files if PurePosixPath(name).name == "notices.toml"), None)
    try:
        book = parse_notices(files[path], file=path) if path is not None else NoticeBook({})
        diagram = index_diagrams({name: data for name, data in files.items() if name.endswith(".bpmn")})
        forms = form_names(files)
        fields = _fields(files, forms)
    except (NoticesInvalid, etree.XMLSyntaxError, ValueError):
        return
    steps = _forms_of_steps(diagram)
    there = {form_called(name) for name, asks in forms.items() if name.endswith(SCHEMA_SUFFIX) and asks is not None}
    if not set[str]().union(*steps.values()) <= there | {""}:
        return  # A form that is missing is one finding already.
    asked = _Asked(fields, steps, _senders(diagram))
    carried = _carried([*_scripts(diagram), *_changed_facts(diagram, config), *_derived(config)], asked)
    for template in book.templates.values():
        yield from _of_template(path or "", book, template, asked)
    quoted = {field: each.name for each in book.templates.values() for field in _quoted(book, each)}
    for name in sorted(carried.keys() & quoted.keys()):
        made, source = carried[name]
        element = diagram.elements.get(made.element)
        yield Problem(
            element.file if element else path or "", element.line if element else None, "error", "quotes-internal",
            made.element, element.name if element else None,
            f"{quoted[name]} sends {name} to the complainant, but {name} is made from {source}, which only staff "
            "may read.",
            "Make it from nothing that only staff may read, or give it another name.",
        )  # fmt: skip
    yield from _of_services(diagram, asked, carried)


@dataclass(frozen=True)
class _Field:
    """A field of a form, at its top."""

    form: str
    public: bool
    text: bool
    """False: its answer is no text, so no notice can quote it."""


@dataclass(frozen=True)
class _Asked:
    """Which forms ask a field: those of the steps of one process, or any of the bundle."""

    everywhere: Mapping[str, list[_Field]]
    used: Mapping[str, set[str]]
    """Process -> the forms of its steps."""
    senders: Mapping[str, set[str]]
    """Template -> the processes whose service tasks may send it."""

    def fields(self, name: str, process: str | None) -> list[_Field]:
        """Return the fields of this name that a step of the process may have filled.

        What a process asks itself stands before what the processes that call it have asked.
        """
        everywhere = self.everywhere.get(name, [])
        return [each for each in everywhere if each.form in self.used.get(process or "", ())] or everywhere

    def internal(self, name: str, process: str | None) -> _Field | None:
        """Return a field of this name that only staff may read; None where there is none."""
        return next((each for each in self.fields(name, process) if not each.public), None)


def _fields(files: Files, forms: Mapping[str, Mapping[str, str] | None]) -> dict[str, list[_Field]]:
    """Return the fields of all forms by their names. Raises ValueError where a form cannot be read."""
    found: dict[str, list[_Field]] = {}
    for path in files:
        form = form_called(PurePosixPath(path).name)
        if path.startswith("forms/") and path.endswith(SCHEMA_SUFFIX):
            public = _public(files.get(path.removesuffix(SCHEMA_SUFFIX) + UI_SUFFIX, b""))
            schema = forms[PurePosixPath(path).name]
            if schema is None:
                raise ValueError(path)
            for name, kind in schema.items():
                found.setdefault(name, []).append(_Field(form, name in public, kind == "string"))
    return found


def _public(ui: bytes) -> set[str]:
    """Return the fields whose audience is public. Raises ValueError for what cannot be read."""
    try:
        fields = json.loads(ui)["fields"]
        return {name for name, field in fields.items() if field.get("audience") == "public"}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def _forms_of_steps(diagram: Diagram) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    for element in diagram.elements.values():
        used.setdefault(element.process, set()).add(element.form or "")
    return used


@dataclass(frozen=True)
class _Made:
    """A name that gets a value from an expression, somewhere in a process."""

    name: str
    source: ast.expr
    element: str
    process: str | None


def _of_template(path: str, book: NoticeBook, template: Template, asked: _Asked) -> Iterator[Problem]:
    name, field, place = template.name, template.text_from, f"templates.{template.name}.text_from"
    if field is not None and not asked.fields(field, None) and not _said(template):
        yield Problem(
            path, None, "error", "text-from", place, None,
            f"{name} takes its text from {field}, which no form asks, so it would never be sent.",
            "Name the field of a form that is filled in before the notice goes out.",
        )  # fmt: skip
    senders: list[str | None] = [*sorted(asked.senders.get(name, ()))] or [None]
    for each, where in _quoted(book, template).items():
        for hidden in [found for sender in senders if (found := asked.internal(each, sender)) is not None][:1]:
            yield Problem(
                path, None, "error", "quotes-internal", where, None,
                f"{name} would send {each} to the complainant, but the form {hidden.form} asks it for staff alone.",
                "Name a field that the complainant may read (audience public in the form's ui.json).",
            )  # fmt: skip
    filled = asked.fields(field, None) if field is not None else []
    if field is not None and filled and not any(each.text for each in filled):
        yield Problem(
            path, None, "error", "text-from", place, None,
            f"{name} takes its text from {field}, which holds no text, so it would never be sent.",
            "Name the field of a form that holds a text.",
        )  # fmt: skip


def _goes_out(book: NoticeBook, template: Template) -> bool:
    """Say whether a complainant reads the text: in this notice, or in the variant of it that is for them."""
    variant = book.templates.get(f"{template.name}_complainant")
    mine = template if template.audience == "complainant" else variant
    return mine is not None and mine.audience == "complainant" and "text" in mine.placeholders


def _quoted(book: NoticeBook, template: Template) -> dict[str, str]:
    """Return the names in the data of a case that a complainant reads because of a template, and where it says so."""
    here, text_from = f"templates.{template.name}", template.text_from
    quoted = {}
    if template.audience == "complainant" and "amount" in template.placeholders:
        quoted["amount"] = here
    if text_from is not None and _goes_out(book, template):
        quoted[text_from] = f"{here}.text_from"
    return quoted


def _said(template: Template) -> bool:
    """Say whether its text comes with a command, and from no form."""
    return template.text_from is not None and SAID_WITH_THE_COMMAND.get(template.name) == template.text_from


def _senders(diagram: Diagram) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for element in diagram.elements.values():
        for template in chosen_texts(element.parameters.get("template", "")):
            found.setdefault(template, set()).add(element.process)
    return found


def _of_services(diagram: Diagram, asked: _Asked, carried: Mapping[str, tuple[_Made, str]]) -> Iterator[Problem]:
    """Yield what service tasks pass besides: `text`, `why` and the rest stand in the notice as they are."""
    for element in diagram.elements.values():
        for parameter in _read_by_complainant(element):
            for name in sorted(_flowing(_parsed(element.parameters[parameter]))):
                if asked.internal(name, element.process) is not None or name in carried:
                    yield Problem(
                        element.file, element.line, "error", "quotes-internal", element.id, element.name,
                        f"It sends {name} to the complainant as {parameter}, but only staff may read it.",
                        "Leave it out, or send what the complainant may read.",
                    )  # fmt: skip


def _read_by_complainant(element: Element) -> list[str]:
    """Return the parameters of a service task whose values the complainant reads, in a notice or beside a due time."""
    if element.operation in EXPLAINED:
        return ["why"] if "why" in element.parameters else []
    to = element.parameters.get("to", "")
    named = "complainant" in chosen_texts(to) or bool(_flowing(_parsed(to)))
    if element.kind != "serviceTask" or not named or "template" not in element.parameters:
        return []
    return sorted(element.parameters.keys() - _ADDRESS)


def _carried(made: list[_Made], asked: _Asked) -> dict[str, tuple[_Made, str]]:
    """Return the names whose value may come from what only staff may read: where, and from which field."""
    found: dict[str, tuple[_Made, str]] = {}
    again = True
    while again:
        again = False
        for each in made:
            if each.name in found:
                continue
            for name in sorted(_flowing(each.source)):
                hidden = name if asked.internal(name, each.process) is not None else None
                source = hidden or (found[name][1] if name in found else None)
                if source is not None and name != each.name:
                    found[each.name] = (each, source)
                    again = True
                    break
    return found


def _scripts(diagram: Diagram) -> Iterator[_Made]:
    for element in diagram.elements.values():
        for statement in _statements(element.script):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield _Made(target.id, statement.value, element.id, element.process)


def _changed_facts(diagram: Diagram, config: ProcessConfig | None) -> Iterator[_Made]:
    """Yield what service tasks write into facts, which scripts may read again."""
    for element in diagram.elements.values():
        for name, source in element.parameters.items():
            if config is not None and name in config.facts:
                yield _Made(name, _parsed(source), element.id, element.process)


def _derived(config: ProcessConfig | None) -> Iterator[_Made]:
    for name, expression in config.derived if config is not None else ():
        yield _Made(name, _parsed(expression.source), f"derived.{name}", None)


def _statements(script: str) -> list[ast.Assign]:
    try:
        return [each for each in ast.parse(script.strip()).body if isinstance(each, ast.Assign)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # What is no script is another check's business.


def _parsed(source: str) -> ast.expr:
    try:
        return ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Constant(value=None)  # What is no expression is another check's business.


def _flowing(node: ast.AST) -> frozenset[str]:
    """Return the names whose value may become that of an expression, not those that it only compares."""
    match node:
        case ast.Name(id=name):
            return frozenset({name})
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Constant():
            return frozenset()
        case ast.IfExp(body=body, orelse=orelse):
            return _flowing(body) | _flowing(orelse)
    return frozenset().union(*(_flowing(each) for each in ast.iter_child_nodes(node)))
