"""Reads a scenario: the process owner's test, in YAML, beside the diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

UNITS = {"min": 1, "minute": 1, "minutes": 1, "h": 60, "hour": 60, "hours": 60, "d": 1440, "day": 1440, "days": 1440}
VERBS = (
    "expect", "do", "claim", "advance", "advance_to", "message", "facts", "affected", "pause", "resume", "extend",
    "withdraw", "hand_over", "accept", "decline", "action_done", "remedies_done", "retype", "send_back", "absence",
    "promise_kept", "respondent", "publish", "refused",
)  # fmt: skip


class _Loader(yaml.SafeLoader):
    """YAML without dates: its own reading of an instant would drop the zone."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class ScenarioInvalid(ValueError):
    """The scenario cannot be read; the message says file, step and why."""


@dataclass(frozen=True)
class Scenario:
    """One scenario."""

    name: str
    title: Mapping[str, str]
    covers: tuple[str, ...]
    at: datetime
    process: str | None
    """Only where somebody chooses it; else the process that takes cases of the type."""
    complaint: Mapping[str, Any]
    recorded_by: str | None
    steps: Sequence[Mapping[str, Any]]
    earlier: Mapping[str, Any] | None = None
    """Another complaint, filed just before; in the data of a form `$earlier` stands for its number."""


def instant(value: Any, where: str) -> datetime:
    """Return an aware instant. Raises ScenarioInvalid."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise ScenarioInvalid(f"{where}: {value!r} is no instant; write 2026-03-03T20:50:00+08:00") from None
    if found.tzinfo is None:
        raise ScenarioInvalid(f"{where}: {value!r} has no zone; write 2026-03-03T20:50:00+08:00")
    return found


def length(text: str, where: str) -> timedelta:
    """Return a length of time such as `45 min`, `2 h`, `3 days`. Raises ScenarioInvalid."""
    number, _, unit = str(text).strip().partition(" ")
    if not number.replace(".", "", 1).isdigit() or unit.strip() not in UNITS:
        raise ScenarioInvalid(f"{where}: {text!r} is no length of time; write 45 min, 2 h or 3 days")
    return timedelta(minutes=float(number) * UNITS[unit.strip()])


def read_scenario(path: Path) -> Scenario:
    """Return the scenario in a file. Raises ScenarioInvalid naming what is wrong."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or "it cannot be read"
        raise ScenarioInvalid(f"{path.name}{where}: this is no YAML: {why}.") from None
    except UnicodeDecodeError:
        raise ScenarioInvalid(f"{path.name}: this is no text in UTF-8.") from None
    if not isinstance(content, dict) or not isinstance(content.get("steps"), list):
        raise ScenarioInvalid(f"{path.name}: a scenario has title, at, complaint and steps")
    for number, step in enumerate(content["steps"], start=1):
        if not isinstance(step, dict) or not any(verb in step for verb in VERBS):
            raise ScenarioInvalid(f"{path.name}, step {number}: says none of {', '.join(VERBS)}")
    title = content.get("title") or path.stem
    return Scenario(
        name=path.stem,
        title=title if isinstance(title, dict) else {"en": str(title)},
        covers=tuple(str(c) for c in content.get("covers") or ()),
        at=instant(content.get("at"), path.name),
        process=None if content.get("process") is None else str(content["process"]),
        complaint=content.get("complaint") or {},
        recorded_by=content.get("recorded_by"),
        earlier=content.get("earlier"),
        steps=content["steps"],
    )
