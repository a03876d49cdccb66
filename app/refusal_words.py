"""What the command line says where it cannot go on: one sentence, and an exit code that says whose turn it is."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from access.errors import AccessError
from api.finding_words import finding_words
from app.existing import NoDatabase
from app.finding_lines import finding_lines
from app.listening import CannotListen
from app.settings import Settings
from app.terminal_language import terminal_language
from engine.errors import NotFound, Refusal, Unfit
from engine.model.problem import Problem
from storage.errors import UnknownStore

REFUSED, MISUSED = 1, 2
"""Exit codes: it was looked at and refused, or found wrong; what was named is not there, or does not fit."""
OF_FILES: Mapping[int, str] = {
    errno.ENOENT: "There is no file or folder {name}.",
    errno.EISDIR: "{name} is a folder; name a file.",
    errno.ENOTDIR: "{name} lies below something that is no folder.",
    errno.EACCES: "{name} may not be read or written by this user.",
    errno.EPERM: "{name} may not be read or written by this user.",
    errno.EROFS: "{name} cannot be written: the disk is read-only.",
    errno.ENOSPC: "{name} cannot be written: the disk is full.",
    errno.ELOOP: "{name} is a link that leads back to itself.",
    errno.ENAMETOOLONG: "The name {name} is too long.",
}
SHORT = {"file", "key", "reason", "folder", "fields", "problems", "severity"}
"""Details that the sentence says already, or that are for programs."""


def said(error: Exception) -> tuple[list[str], int]:
    """Return the lines to print for a failure that was foreseen, and the exit code. Never raises."""
    if isinstance(error, Refusal):
        misused = isinstance(error, NotFound | Unfit)
        return [*_problems(error), _with_details(error), *_fields(error)], MISUSED if misused else REFUSED
    if isinstance(error, ValidationError):
        return list(_settings(error)), MISUSED
    if isinstance(error, SQLAlchemyError):
        return [f"The database cannot be used: {getattr(error, 'orig', None) or type(error).__name__}."], REFUSED
    if isinstance(error, OSError) and not isinstance(error, CannotListen):
        return [of_file(error)], MISUSED
    return [str(error)], MISUSED if isinstance(error, ValueError | NoDatabase | UnknownStore | AccessError) else REFUSED


def of_file(error: OSError) -> str:
    """Return the sentence for a file or folder that cannot be used."""
    name = error.filename2 or error.filename
    sentence = OF_FILES.get(error.errno or 0)
    if name is None:
        return str(error.strerror or error)
    return sentence.format(name=name) if sentence else f"{name} cannot be used: {error.strerror}."


def _problems(refusal: Refusal) -> Iterator[str]:
    found = [Problem(**each) for each in refusal.details.get("problems", ())]
    if found:
        yield from finding_lines(found, finding_words(Settings().locale_folder), terminal_language(""))


def _fields(refusal: Refusal) -> Iterator[str]:
    """Yield a line for each field that does not fit, as far as the sentence has not named it."""
    for each in refusal.details.get("fields", ()) if isinstance(refusal, Unfit) else ():
        limits = "".join(f", {name} {value}" for name, value in each.get("values", {}).items())
        yield f"  {each['field']}: {each['code']}{limits}"


def _with_details(refusal: Refusal) -> str:
    told = [
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list | tuple) else value}"
        for name, value in refusal.details.items()
        if name not in SHORT and str(value) not in refusal.message
    ]
    return refusal.message + (f" ({'; '.join(told)})" if told else "")


def _settings(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_input=False):
        reason = str(fault["msg"]).removeprefix("Value error, ").rstrip(".")
        if not fault["loc"]:
            yield f"The settings do not fit together: {reason}."
            continue
        name = _variable(fault["loc"])
        yield f"The setting {name} does not fit: {reason[:1].lower()}{reason[1:]}."


def _variable(place: tuple[Any, ...]) -> str:
    name = str(place[0]) if place else ""
    return name if name.isupper() else f"REDRESS_{name.upper()}"
