"""Everything the page of a case shows, gathered in one snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from access.people import names
from access.policy import Duty
from complaints.intake.filing import TYPES
from engine.process import CompiledProcess
from queries.affected import AffectedPage, affected_people
from queries.case_file import CaseFile, case_file
from queries.colleagues import Colleague, colleagues
from queries.kept_apart import KeptApart, kept_apart
from queries.reader import Reader
from queries.rules_behind import RuleLine, rules_behind
from queries.timeline import TimelineItem, timeline

MOVE = "retype"
"""What is sent to a case that turns out to be of another kind (`messages` in process.toml)."""
LATEST_LINES = 200
LATEST_LETTERS = 50
"""So many lines of the timeline, letters and notes are on the page of a case; what came before is on pages behind."""


@dataclass(frozen=True)
class Choice:
    """An answer that can be chosen, with its words."""

    value: str
    label: str


@dataclass(frozen=True)
class Override:
    """A fact that a person sets against the tables."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class CaseView:
    """A case, for its page."""

    case: CaseFile
    zone: ZoneInfo
    letters: tuple[TimelineItem, ...]
    """The latest between the house and the complainant, the oldest of them first."""
    notes: tuple[TimelineItem, ...]
    """The latest among staff, the oldest of them first; never sent."""
    events: tuple[TimelineItem, ...]
    """The latest of everything, the newest first."""
    earlier: Mapping[str, str]
    """Of `message`, `note` and `event` the cursor behind what is shown, where there is more."""
    rules: Mapping[str, Sequence[RuleLine]]
    """`priority` and `impact` -> the rules behind."""
    grades: Mapping[str, str]
    """`priority` and `impact` in words."""
    affected: AffectedPage
    owners: tuple[Colleague, ...]
    """Who could be offered the case."""
    colleagues: tuple[Colleague, ...]
    """Who could turn out to be complained about: everybody of whom that is not said yet."""
    kept_apart: tuple[KeptApart, ...]
    """Who sees nothing of the case."""
    people: Mapping[str, str]
    """Person id -> name, of everybody the page mentions."""
    flags: tuple[tuple[str, str, bool], ...]
    """Fact, its name, whether it holds."""
    overrides: tuple[Override, ...]
    currencies: tuple[str, ...]
    """In which a claim can be, the one first that it begins with."""
    categories: tuple[Choice, ...]
    moves: tuple[Choice, ...]
    """Other kinds of case that this one may turn out to be, as `process/type`; none where the diagram does not wait."""


def case_view(reader: Reader, case_id: str) -> CaseView:
    """Return what the page of a case shows. Raises NotFound when there is none, or when it is not to be seen."""
    case = case_file(reader, case_id)
    version = reader.library.versions.get(reader.connection, case.process.key, case.process.version)
    process = reader.process(version.id)
    words, language = reader.library.words.of(process), reader.language
    letters = timeline(reader, case_id, only="message", newest_first=True, limit=LATEST_LETTERS)
    notes = timeline(reader, case_id, only="note", newest_first=True, limit=LATEST_LETTERS)
    lines = timeline(reader, case_id, newest_first=True, limit=LATEST_LINES)
    tree, everybody = reader.library.categories, colleagues(reader)
    specs = process.config.facts.values()
    flags = [spec.name for spec in specs if spec.type == "boolean" and spec.changeable]
    return CaseView(
        case=case,
        zone=ZoneInfo(case.zone),
        letters=letters.items[::-1],
        notes=notes.items[::-1],
        events=lines.items,
        earlier={
            source: page.next for source, page in (("message", letters), ("note", notes), ("event", lines)) if page.next
        },
        rules={fact: rules_behind(reader, process, case.facts, fact) for fact in ("priority", "impact")},
        grades={
            fact: words.value(fact, value, language)
            for fact, value in (("priority", case.priority), ("impact", case.impact))
            if value
        },
        affected=affected_people(reader, case_id, limit=500),
        owners=_owners(reader, case, everybody),
        colleagues=tuple(each for each in everybody if each.id not in {one.person for one in case.respondents}),
        kept_apart=kept_apart(reader, case_id),
        people=names(reader.connection, _mentioned(case)),
        flags=tuple((name, words.fact(name, language), bool(case.facts.get(name))) for name in flags),
        overrides=tuple(
            Override(
                spec.name,
                words.fact(spec.name, language),
                tuple(Choice(code, words.value(spec.overrides, code, language)) for code in spec.values),
            )
            for spec in specs
            if spec.overrides and spec.changeable
        ),
        currencies=_currencies(process, case),
        categories=tuple(Choice(each.code, tree.path(each.code, language)) for each in tree.offered()),
        moves=tuple(_moves(reader, case)) if set(process.config.messages.get(MOVE, ())) & set(case.waits_for) else (),
    )


def _moves(reader: Reader, case: CaseFile) -> Iterator[Choice]:
    for kind in TYPES:
        version = reader.library.versions.taking(reader.connection, kind)
        if version is not None and version.process_key != case.process.key:
            words = reader.library.words.of(reader.process(version.id))
            label = f"{words.value('type', kind, reader.language)} · {words.title(reader.language)}"
            yield Choice(f"{version.process_key}/{kind}", label)


def _currencies(process: CompiledProcess, case: CaseFile) -> tuple[str, ...]:
    """Return the currencies of a claim: its own, the one that the fact begins with, and those of the intake form."""
    spec, form = process.config.facts.get("refund_currency"), process.forms.get(process.config.intake.form or "")
    own = [case.refund.currency] if case.refund else []
    asked = [each for field in form.fields for each in field.currencies] if form is not None else []
    return tuple(dict.fromkeys([*own, *([str(spec.default)] if spec is not None else []), *asked]))


def _owners(reader: Reader, case: CaseFile, everybody: Sequence[Colleague]) -> tuple[Colleague, ...]:
    """Return who can own the case: members of the teams that take complaints in, and of those of its owner."""
    teams = set(reader.library.posts.rules.teams_with(Duty.TAKES_IN)).union(
        *(each.teams for each in everybody if each.id == case.case_owner)
    )
    return tuple(each for each in everybody if teams & set(each.teams) and each.id != case.case_owner)


def _mentioned(case: CaseFile) -> set[str]:
    found = {case.recorded_by, case.hand_over.from_person if case.hand_over else None}
    found |= {each.done_by for each in case.actions} | {each.done_by for each in case.remedies}
    found |= {each.person for each in case.respondents}
    found |= {each.made_by for each in case.promises} | {each.reviewed_by for each in case.refunds}
    return {each for each in found if each}
