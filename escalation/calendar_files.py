"""Loads the calendars of a folder: `<campus>.toml` and `<campus>/<year>.toml`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from escalation.calendar import Campus, Year
from escalation.calendar_reading import parse_campus, parse_year
from escalation.config_section import NAME
from escalation.refusals import ConfigProblem

YEAR_FILE = re.compile(r"[0-9]{4}\.toml", re.ASCII)


@dataclass(frozen=True)
class CalendarFiles:
    """What a folder of calendars says, and a digest that changes when any of it does."""

    campuses: Mapping[str, Campus]
    digest: str
    """SHA-256 in hex over names and contents; two equal digests give equal due times (with the same zone database)."""


def load_calendars(folder: Path) -> CalendarFiles:
    """Return all campuses of a folder, read once. Raises ConfigProblem for the first fault; changes nothing.

    A year without a file stays unknown: whoever counts it marks the result provisional.
    """
    if not folder.is_dir():
        raise ConfigProblem(file=folder.name, key="", reason="is no folder of calendars")
    contents = {path.relative_to(folder).as_posix(): _content(folder, path) for path in sorted(folder.rglob("*.toml"))}
    campus_files = {file.removesuffix(".toml"): file for file in contents if "/" not in file}
    years: dict[str, dict[int, Year]] = {name: {} for name in campus_files}
    for file, content in contents.items():
        if "/" not in file:
            continue
        campus, _, year_file = file.partition("/")
        if campus not in years:
            raise ConfigProblem(file=file, key="", reason=f"has no campus: there is no {campus}.toml beside its folder")
        if not YEAR_FILE.fullmatch(year_file):
            raise ConfigProblem(file=file, key="", reason="is not named for a year, like 2026.toml")
        year = int(year_file.removesuffix(".toml"))
        years[campus][year] = parse_year(content, year=year, file=file)
    for name, file in campus_files.items():
        if not NAME.fullmatch(name):
            raise ConfigProblem(file=file, key="", reason="must be named with small letters a-z, digits, _ and -")
    campuses = {
        name: parse_campus(contents[file], name=name, file=file, years=years[name])
        for name, file in campus_files.items()
    }
    if not campuses:
        raise ConfigProblem(file=folder.name, key="", reason="holds no calendar: add <campus>.toml")
    return CalendarFiles(campuses=campuses, digest=_digest(contents))


def _content(folder: Path, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        file = path.relative_to(folder).as_posix()
        raise ConfigProblem(file=file, key="", reason=f"cannot be read: {fault.strerror}") from fault


def _digest(contents: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for file, content in sorted(contents.items()):
        for part in (file.encode(errors="surrogateescape"), content):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()
