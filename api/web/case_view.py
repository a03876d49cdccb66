"""Everything the page of a case shows, gathered in one snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from access.people import names
from access.policy import Duty
from complaints.change_facts import OVERRIDES
from queries.affected import AffectedPage, affected_people
from queries.case_file import CaseFile, case_file
from queries.colleagues import Colleague, colleagues
from queries.reader import Reader
from queries.rules_behind import RuleLine, rules_behind
from queries.timeline import TimelineItem, timeline

MOST_LINES = 2000
"""Lines of a timeline on one page; a case with more shows its latest."""
FLAGS = ("safety", "injury", "fraud", "legal_dispute", "public_risk", "fault")
"""Facts that can be ticked by hand."""


@dataclass(frozen=True)
class Choice:
    """An answer that can be chosen, with its words."""

    value: str
    label: str


@dataclass(frozen=True)
class CaseView:
    """A case, for its page."""

    case: CaseFile
    zone: ZoneInfo
    letters: tuple[TimelineItem, ...]
    """Between the house and the complainant."""
    notes: tuple[TimelineItem, ...]
    """Among staff; never sent."""
    events: tuple[TimelineItem, ...]
    """Everything, the newest first."""
    rules: Mapping[str, Sequence[RuleLine]]
    """`priority` and `impact` -> the rules behind."""
    grades: Mapping[str, str]
    """`priority` and `impact` in words."""
    affected: AffectedPage
    owners: tuple[Colleague, ...]
    """Who could be offered the case."""
    people: Mapping[str, str]
    """Person id -> name, of everybody the page mentions."""
    flags: tuple[tuple[str, str, bool], ...]
    """Fact, its name, whether it holds."""
    overrides: Mapping[str, tuple[Choice, ...]]
    categories: tuple[Choice, ...]


def case_view(reader: Reader, case_id: str) -> CaseView:
    """Return what the page of a case shows. Raises NotFound when there is none, or when it is not to be seen."""
    case = case_file(reader, case_id)
    version = reader.library.versions.get(reader.connection, case.process.key, case.process.version)
    process = reader.process(version.id)
    words, language = reader.library.words.of(process), reader.language
    lines = timeline(reader, case_id, limit=MOST_LINES).items
    tree = reader.library.categories
    flags = [name for name in FLAGS if name in process.config.facts]
    return CaseView(
        case=case,
        zone=ZoneInfo(case.zone),
        letters=tuple(line for line in lines if line.source == "message"),
        notes=tuple(line for line in lines if line.source == "note"),
        events=tuple(reversed(lines)),
        rules={fact: rules_behind(reader, process, case.facts, fact) for fact in ("priority", "impact")},
        grades={
            fact: words.value(fact, value, language)
            for fact, value in (("priority", case.priority), ("impact", case.impact))
            if value
        },
        affected=affected_people(reader, case_id, limit=500),
        owners=_owners(reader, case),
        people=names(reader.connection, _mentioned(case)),
        flags=tuple((name, words.fact(name, language), bool(case.facts.get(name))) for name in flags),
        overrides={
            name: tuple(
                Choice(code, words.value(name.removesuffix("_override"), code, language)) for code in codes if code
            )
            for name, codes in OVERRIDES.items()
            if name in process.config.facts
        },
        categories=tuple(Choice(each.code, tree.path(each.code, language)) for each in tree.offered()),
    )


def _owners(reader: Reader, case: CaseFile) -> tuple[Colleague, ...]:
    """Return who can own the case: members of the teams that take complaints in, and of those of its owner."""
    everybody = colleagues(reader)
    teams = set(reader.library.posts.rules.teams_with(Duty.TAKES_IN)).union(
        *(each.teams for each in everybody if each.id == case.case_owner)
    )
    return tuple(each for each in everybody if teams & set(each.teams) and each.id != case.case_owner)


def _mentioned(case: CaseFile) -> set[str]:
    found = {case.recorded_by, case.hand_over.from_person if case.hand_over else None}
    found |= {each.done_by for each in case.actions} | {each.done_by for each in case.remedies}
    found |= {each.made_by for each in case.promises} | {each.reviewed_by for each in case.refunds}
    return {each for each in found if each}
