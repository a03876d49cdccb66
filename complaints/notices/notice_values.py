"""What fills the placeholders of a notice, looked up when it goes out; how each is meant stands in `notices.toml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from sqlalchemy import Connection, bindparam, func, select

from access.keys.cipher import DataKey
from access.keys.sealed_rows import open_sealed, opened_row
from access.keys.stored_keys import StoredKeys, with_key
from access.people import names
from complaints.notices.change_words import change_in_words, entry_in_words
from complaints.notices.notices import Template, clock_of
from complaints.tables import action_item, complaint, promise
from engine.process import CompiledProcess
from engine.process_words import ProcessWords
from engine.tables import case_clock, deadline, instance, work_item
from forms.display import shown_fact, zone_name
from forms.languages import LANGUAGES, pick

_INSTANTS = {"zh-CN": "y年M月d日EEE HH:mm", "ko": "y년 M월 d일 (EEE) HH:mm", "en": "EEE d MMM y, HH:mm"}
_LOCALES = {tag: Locale.parse(tag, sep="-") for tag in _INSTANTS}


@dataclass(frozen=True)
class Surroundings:
    """What the installation knows of itself."""

    public_url: str = ""
    """Where complainants see the status; empty: the line is left out."""
    case_url: Callable[[str], str] | None = None
    """Case id -> its address inside the house."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Campus -> IANA zone."""

    def zone(self, facts: Mapping[str, Any]) -> ZoneInfo:
        """Return the zone in which the people of a case live: of its campus, of the main one, UTC."""
        return ZoneInfo(self.zones.get(str(facts.get("campus") or "main")) or self.zones.get("main") or "UTC")


@dataclass(frozen=True)
class Telling:
    """One notice about one case, to be put into words."""

    connection: Connection
    key: DataKey | None
    """The key of the case; None where it was destroyed."""
    process: CompiledProcess
    case: Any
    """The case's instance and complaint."""
    given: Mapping[str, Any]
    """The values that whoever caused the notice gave: texts, instants as ISO 8601, ids of records and people."""
    language: str
    surroundings: Surroundings

    @property
    def words(self) -> ProcessWords:
        """How the process calls things."""
        return ProcessWords(self.process)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the campus."""
        return self.surroundings.zone(self.case.facts)

    def instant(self, at: datetime | None) -> str:
        """Return an instant in words, in the reader's language and the zone of the campus; empty for None."""
        if at is None:
            return ""
        zone, tag = self.zone, self.language
        said = format_datetime(at.astimezone(zone), _INSTANTS[tag], locale=_LOCALES[tag])
        return f"{said} ({zone_name(zone, tag)})"

    def name(self, person: str | None) -> str:
        """Return a colleague's name; empty for nobody."""
        return "" if person is None else names(self.connection, [person]).get(person, "")

    def label(self, section: str, key: str | None) -> str:
        """Return a word of `labels.toml` in the reader's language; empty where there is none."""
        return self.words.label(section, key, self.language)


def case_to_tell(connection: Connection, keys: StoredKeys, case_id: str) -> Any | None:
    """Return the row, opened, that every notice of a case may need, its key along.

    None for a case that is no complaint, or that is erased.
    """
    row = connection.execute(_CASE, {"the_case": case_id}).first()
    return None if row is None or row.key_wrapped is None else opened_row(keys.along(row), row)


_CASE = with_key(
    select(
        complaint.c.number, complaint.c.language, instance.c.case_id, instance.c.version_id, instance.c.facts,
        instance.c.case_owner, instance.c.status, instance.c.closure, instance.c.ended_at,
    )
    .join_from(complaint, instance, instance.c.case_id == complaint.c.case_id)
    .where(complaint.c.case_id == bindparam("the_case")),
    instance.c.case_id,
)  # fmt: skip


def notice_values(telling: Telling, template: Template) -> dict[str, str]:
    """Return a value for each placeholder of the template; empty where there is nothing to say. Reads only."""
    return {name: _value(telling, name) for name in sorted(template.placeholders)}


def _value(telling: Telling, name: str) -> str:
    clock = clock_of(name)
    if clock is not None:
        return _clock(telling, clock)
    return _FILLERS[name](telling) if name in _FILLERS else ""


def reader_language(language: str) -> str:
    """Return one of the three languages."""
    return language if language in LANGUAGES else LANGUAGES[0]


def _text(telling: Telling) -> str:
    return str(telling.given.get("text") or telling.given.get("why") or "")


def _due(telling: Telling) -> str:
    given = telling.given.get("due_at")
    if isinstance(given, str):
        return telling.instant(datetime.fromisoformat(given).astimezone(UTC))
    named = telling.given.get("clock")
    return _clock(telling, named) if isinstance(named, str) else ""


def _clock(telling: Telling, name: str) -> str:
    said = telling.given.get("clocks")
    if isinstance(said, Mapping):
        # What was promised when the notice was caused, whatever has happened since.
        return telling.instant(datetime.fromisoformat(said[name]).astimezone(UTC)) if name in said else ""
    table = case_clock.c
    due = telling.connection.execute(
        select(table.due_at)
        .where(table.case_id == telling.case.case_id, table.name == name, table.state == "running")
        .order_by(table.round.desc())
        .limit(1)
    ).scalar()
    return telling.instant(due)


def _reply_until(telling: Telling) -> str:
    """When the time of grace ends: a closed case has no clocks, and the diagram's timer is what is left."""
    if telling.case.status != "closed" or telling.case.ended_at is not None:
        return ""
    table = deadline.c
    ends = select(func.min(table.due_at)).where(table.case_id == telling.case.case_id, table.source == "timer")
    return telling.instant(telling.connection.execute(ends).scalar())


def _amount(telling: Telling) -> str:
    amount = telling.given.get("amount")
    return shown_fact(amount, telling.language) if isinstance(amount, Mapping) else str(amount or "")


def _task(telling: Telling) -> str:
    table = work_item.c
    row = telling.connection.execute(
        select(table.element, table.name).where(table.id == telling.given.get("task"))
    ).first()
    return "" if row is None else telling.label("elements", row.element) or row.name


def _duty(telling: Telling) -> str:
    """The clock that caused the notice, as process.toml names it."""
    clock = telling.process.config.clocks.get(str(telling.given.get("clock")))
    return "" if clock is None else pick(clock.labels, telling.language)


def _item(telling: Telling) -> str:
    given = telling.given
    if isinstance(given.get("item"), str):
        return str(given["item"])
    if given.get("refunds"):
        lines = (line for line in telling.case.facts.get("planned_refunds") or () if line["id"] in given["refunds"])
        return "; ".join(entry_in_words(line, telling.language) for line in lines)
    columns = {"action": (action_item.c.id, action_item.c.title), "promise": (promise.c.id, promise.c.what)}
    for kind, (key, words) in columns.items():
        if isinstance(given.get(kind), str):
            title = telling.connection.execute(select(words).where(key == given[kind])).scalar()
            return str(open_sealed(telling.key, title) or "")
    return ""


def _link(telling: Telling) -> str:
    address = telling.surroundings.case_url
    return address(telling.case.case_id) if address is not None else ""


def _change(telling: Telling) -> str:
    return change_in_words(telling.words, telling.given.get("changed"), telling.language, zone=telling.zone)


_FILLERS: Mapping[str, Callable[[Telling], str]] = {
    "number": lambda telling: str(telling.case.number),
    "owner": lambda telling: telling.name(telling.given.get("owner") or telling.case.case_owner),
    "due": _due,
    "text": _text,
    "tracking_hint": lambda telling: telling.surroundings.public_url,
    "reply_until": _reply_until,
    "result": lambda telling: telling.label("closures", telling.case.closure),
    "amount": _amount,
    "task": _task,
    "duty": _duty,
    "person": lambda telling: telling.name(telling.given.get("person")),
    "change": _change,
    "item": _item,
    "link": _link,
}
