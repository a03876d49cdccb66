"""The notices of a process (`notices.toml`): read, checked, and filled in so that nothing unfinished is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from complaints.toml_reading import ContentInvalid, Reading
from engine.errors import NotFound, Unfit
from engine.model.problem import Problem
from forms.characters import is_blank
from forms.languages import LANGUAGES, Labels, pick
from forms.script_text import has_blanks

Audience = Literal["complainant", "staff"]

PLACEHOLDERS: Mapping[str, Audience | None] = {
    "number": None,
    "owner": None,
    "due": None,
    "text": None,
    "tracking_hint": "complainant",
    "reply_until": "complainant",
    "result": "complainant",
    "amount": "complainant",
    "task": "staff",
    "duty": "staff",
    "person": "staff",
    "change": "staff",
    "item": "staff",
    "link": "staff",
}
"""What a notice may name, and for whom alone; None: for both. Each is explained at the head of `notices.toml`."""

DUE_TIME = "_by"
"""Ends the placeholder that says when a clock of the process is due: `{resolve_by}`, for complainants."""

OPTIONAL = "? "
"""A line of a body that begins so is left out where one of its values is missing."""

MAX_SUBJECT = 120
MAX_BODY = 4000

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


class NoticesInvalid(ContentInvalid):
    """The notices cannot be used."""


@dataclass(frozen=True)
class Template:
    """One notice before it is filled in."""

    name: str
    audience: Audience
    text_from: str | None
    """The form field that fills `{text}`, or None where the notice has no such text."""
    subject: Labels
    body: Labels

    @property
    def placeholders(self) -> frozenset[str]:
        """Return every placeholder of the subject and the body, in any language."""
        texts = [*self.subject.values(), *self.body.values()]
        return frozenset(name for text in texts for name in _PLACEHOLDER.findall(text))


@dataclass(frozen=True)
class Notice:
    """A notice as it goes out."""

    subject: str
    """One line."""
    body: str
    language: str
    """BCP 47: the language asked for, or the one that stands in for it."""


@dataclass(frozen=True)
class NoticeBook:
    """The notices of one version of a process; every one is complete in three languages."""

    templates: Mapping[str, Template]

    def template(self, name: str) -> Template:
        """Return a template. Raises NotFound."""
        if name not in self.templates:
            raise NotFound(f"there is no notice {name!r}", template=name)
        return self.templates[name]

    def for_reader(self, name: str, reader: Audience) -> Template:
        """Return the template for this reader: itself, or its variant `<name>_staff` / `<name>_complainant`.

        Raises NotFound where there is none: a notice to staff never reaches a complainant by mistake.
        """
        template = self.template(name)
        if template.audience != reader:
            template = self.template(f"{name}_{reader}")
        if template.audience != reader:
            raise NotFound(f"the notice {template.name!r} is not for the {reader}", template=template.name)
        return template

    def render(self, name: str, language: str, values: Mapping[str, str]) -> Notice:
        """Return a notice filled in. Raises NotFound for its name, and Unfit as `render` does."""
        return render(self.template(name), language, values)


def render(template: Template, language: str, values: Mapping[str, str], *, gap: str = "") -> Notice:
    """Return the notice in `language` (BCP 47; Chinese for a language that we do not write). Pure; safe to repeat.

    Values stand as they are: a brace in a value is not read as a placeholder again. Raises Unfit, naming them in
    `missing`, where a value is absent or blank, and in `unfinished` where a text still has a blank to be filled in
    such as {course} (R-004-28): what is not finished is not sent. Values that the template does not name are ignored.

    `gap`: stands where a value is missing; then nothing is refused. For colleagues, who are better told of a case with
    a gap than not at all.
    """
    known = {name: value for name, value in values.items() if not is_blank(value)}
    tag = language if language in LANGUAGES else LANGUAGES[0]
    lines = [
        line.removeprefix(OPTIONAL)
        for line in pick(template.body, tag).strip("\n").split("\n")
        if not line.startswith(OPTIONAL) or all(name in known for name in _PLACEHOLDER.findall(line))
    ]
    subject, body = pick(template.subject, tag), "\n".join(lines)
    used = list(dict.fromkeys(_PLACEHOLDER.findall(subject + body)))
    missing = [name for name in used if name not in known]
    unfinished = [name for name in used if name in known and has_blanks(known[name])]
    if gap:
        known.update(dict.fromkeys(missing, gap))
    elif missing or unfinished:
        raise Unfit(
            f"the notice {template.name!r} is not finished and was not sent",
            template=template.name,
            missing=missing,
            unfinished=unfinished,
        )
    return Notice(subject=" ".join(_filled(subject, known).split()), body=_filled(body, known).strip(), language=tag)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found.group(1)].strip(), text)


def check_notices(content: bytes, *, file: str) -> list[Problem]:
    """Return everything that is wrong with a file of notices; never raises."""
    return list(_read(content, file)[1])


def parse_notices(content: bytes, *, file: str) -> NoticeBook:
    """Return the notices of a TOML document. Raises NoticesInvalid with every problem found, and nothing else."""
    templates, problems = _read(content, file)
    if problems:
        raise NoticesInvalid(list(problems))
    return NoticeBook(templates)


@lru_cache(maxsize=64)
def _read(content: bytes, file: str) -> tuple[Mapping[str, Template], tuple[Problem, ...]]:
    """The same file is read once: several checks ask for it, and so does every delivery."""
    reading = Reading(content, file)
    if reading.problems:
        return {}, tuple(reading.problems)
    reading.only(reading.top, "", ("templates",))
    tables = reading.table(reading.top.get("templates"), "templates")
    return {name: _template(reading, name, value) for name, value in tables.items()}, tuple(reading.problems)


def _template(reading: Reading, name: str, value: object) -> Template:
    key = f"templates.{name}"
    if not _NAME.fullmatch(name):
        reading.problem(key, "template-name", f"{name!r} cannot be a name.", "Small letters, digits and _.")
    table = reading.table(value, key)
    reading.only(table, key, ("audience", "text_from", "subject", "body"))
    audience: Audience = "staff" if table.get("audience") == "staff" else "complainant"
    if table.get("audience") != audience:
        reading.problem(
            key, "audience", f"{name} does not say for whom it is.", 'Write audience = "complainant" or "staff".'
        )
    text_from = table.get("text_from")
    if text_from is not None and (not isinstance(text_from, str) or not _NAME.fullmatch(text_from)):
        reading.problem(
            key, "text-from", f"`text_from` of {name} is no name of a field.", "Name the field of the form."
        )
        text_from = None
    template = Template(
        name=name,
        audience=audience,
        text_from=text_from,
        subject=reading.labels(table.get("subject"), f"{key}.subject", longest=MAX_SUBJECT),
        body=reading.labels(table.get("body"), f"{key}.body", longest=MAX_BODY, lines=True),
    )
    _check_placeholders(reading, template, key)
    return template


def clock_of(placeholder: str) -> str | None:
    """Return the clock whose due time a placeholder says, None for one that says something else."""
    name = placeholder.removesuffix(DUE_TIME)
    return name if name and name != placeholder else None


def _check_placeholders(reading: Reading, template: Template, key: str) -> None:
    for part, labels in (("subject", template.subject), ("body", template.body)):
        sets = {}
        for language, text in labels.items():
            here = f"{key}.{part}"
            names = frozenset(_PLACEHOLDER.findall(text))
            optional = [line for line in text.split("\n") if line.startswith(OPTIONAL)]
            sets[language] = names, frozenset(_PLACEHOLDER.findall("\n".join(optional)))
            if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
                message = f"A brace in {language} belongs to no placeholder."
                reading.problem(here, "brace-alone", message, "Write {name}, or leave the brace out.")
            for name in sorted(names):
                _check_placeholder(reading, template, name, here)
        if len(set(sets.values())) > 1:
            message = f"The {part} of {template.name} differs in its placeholders or optional lines."
            reading.problem(f"{key}.{part}", "languages-differ", message, "Say the same in every language.")
    if ("text" in template.placeholders) != (template.text_from is not None):
        message = f"{template.name} needs `text_from` exactly where it has {{text}}."
        reading.problem(key, "text-from", message, "Name the form field that fills {text}.")


def _check_placeholder(reading: Reading, template: Template, name: str, here: str) -> None:
    if clock_of(name) is None and name not in PLACEHOLDERS:
        message = f"{template.name} names {{{name}}}, which nothing fills."
        reading.problem(
            here, "placeholder-unknown", message, f"Known are: {', '.join(PLACEHOLDERS)}, and <clock>{DUE_TIME}."
        )
    elif PLACEHOLDERS.get(name, "complainant") not in (None, template.audience):
        message = f"{template.name} goes to the {template.audience}, but {{{name}}} is not for them."
        reading.problem(here, "placeholder-not-for-reader", message, "Leave it out.")
