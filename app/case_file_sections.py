"""The sections of a printed case file: head, what was said, rules, clocks, timeline, forms, letters, what is owed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from access import people
from app.case_file_words import word
from engine.process import CompiledProcess
from forms.display import shown_answer, zone_name
from forms.form import Field
from forms.languages import pick
from queries.case_file import CaseFile, case_file
from queries.earlier_forms import EarlierForm, earlier_forms
from queries.explain import ClockLine
from queries.fact_words import channel_in_words, fact_in_words, place_in_words
from queries.open_records import RefundLine, RemedyLine
from queries.reader import Reader
from queries.rules_behind import rules_behind
from queries.timeline import TimelineItem, timeline
from queries.visibility import case_row

EVERYTHING = 1_000_000
"""Lines of a timeline that are printed: all."""


class CaseText:
    """Writes one case in one language."""

    def __init__(self, reader: Reader, case_id: str) -> None:
        """Read the case. Raises NotFound."""
        self._reader, self._language = reader, reader.language
        self._case: CaseFile = case_file(reader, case_id)
        self._zone = reader.zone(self._case.campus)
        self._process: CompiledProcess = reader.process(case_row(reader, case_id).version_id)
        self._words = reader.library.words.of(self._process)
        self._lines = timeline(reader, case_id, limit=EVERYTHING).items

    def text(self) -> str:
        """Return the whole file."""
        parts = [self._head()]
        for title, lines in (
            ("said", _quoted(self._case.text)),
            ("rules", self._rules()),
            ("clocks", self._clocks()),
            ("tasks", self._tasks()),
            ("timeline", self._timeline()),
            ("forms", self._forms()),
            ("letters", self._letters()),
            ("notes", self._texts("note")),
            ("notices", self._notices()),
            ("actions", self._actions()),
            ("promises", self._promises()),
            ("refunds", map(self._refund, self._case.refunds)),
            ("remedies", map(self._remedy, self._case.remedies)),
            ("links", self._links()),
        ):
            body = "\n".join(lines)
            if body:
                parts.append(f"## {self._word(title)}\n\n{body}")
        return "\n\n".join(parts) + "\n"

    # --- the head ---------------------------------------------------------------------------------------------
    def _head(self) -> str:
        case, who = self._case, self._case.complainant
        values: Mapping[str, str | None] = {
            "subject": case.subject,
            "status": " · ".join(filter(None, (case.status_text, case.closure_text))),
            "owner": case.case_owner_name or self._word("nobody"),
            "process": self._word("version", title=case.process.title, number=case.process.version),
            "category": case.category_path,
            "channel": self._channel(),
            "received": self._at(case.received_at),
            "recorded": f"{self._at(case.recorded_at)}, {self._person(case.recorded_by) or self._word('by_public')}",
            "complainant": _joined(who.name, self._words.value("relation", who.relation, self._language)),
            "contact": _joined(who.phone, who.email, who.preferred_contact, who.learner_id),
            "about": "; ".join(_joined(each.name, each.role) for each in case.respondents),
            "people": str(max(int(case.facts.get("people") or 1), case.affected_count)),
            "claimed": _joined(f"{case.refund.amount} {case.refund.currency}" if case.refund else ""),
            "outcome": case.desired_outcome,
            "hold": case.retention_hold,
        }
        printed = self._word("printed", at=self._at(self._reader.now), zone=zone_name(self._zone, self._language))
        lines = [f"- {self._word(name)}{self._word('colon')}{_line(value)}" for name, value in values.items() if value]
        return f"# {self._word('file', number=case.number)}\n\n{printed}\n\n" + "\n".join(lines)

    # --- what was decided -------------------------------------------------------------------------------------
    def _rules(self) -> Iterator[str]:
        facts = self._case.facts
        for use in self._process.config.tables:
            shown = [
                f"{self._words.fact(name, self._language)} = {self._value(name, facts[name])}"
                for name in use.writes
                if facts.get(name) not in (None, "", False)
            ]
            if not shown:
                continue
            yield f"- {'; '.join(shown)}"
            for rule in rules_behind(self._reader, self._process, facts, use.writes[0]):
                colon = self._word("colon")
                asked = "; ".join(f"{each.fact}{colon}{each.test}" for each in rule.conditions)
                yield f"  - {self._word('rule', number=rule.number)}{colon}{asked or self._word('otherwise')}"

    def _clocks(self) -> Iterator[str]:
        for clock in sorted(self._case.clocks, key=lambda each: (each.started_at, each.name, each.scope, each.round)):
            yield f"- {clock.label}{self._word('colon')}{', '.join(self._clock(clock))}"
            if clock.explanation:
                yield f"  {_line(clock.explanation)}"

    def _clock(self, clock: ClockLine) -> Iterator[str]:
        yield self._word(clock.state)
        if clock.round > 1:
            yield self._word("round", number=clock.round)
        if clock.due_at:
            yield self._word("due", at=self._at(clock.due_at))
        if clock.met_at:
            yield self._word("at_met", at=self._at(clock.met_at))
        if clock.late:
            yield self._word("late")

    def _tasks(self) -> Iterator[str]:
        for task in self._case.tasks:
            due = self._word("due", at=self._at(task.due_at)) if task.due_at else ""
            who = self._person(task.assignee) or self._place(task.post) or self._place(task.team)
            yield f"- {_joined(task.name, who, due)}"

    def _links(self) -> Iterator[str]:
        for link in self._case.links:
            colon = self._word("colon")
            yield f"- {link.relation_text}{colon}{_joined(link.number, _line(link.subject), link.status_text)}"

    # --- what happened ----------------------------------------------------------------------------------------
    def _timeline(self) -> Iterator[str]:
        """Yield one entry for each minute and person, with what happened in it."""
        newest, above = (self._case.process.key, self._case.process.version), None
        for item in self._lines:
            if item.source in ("note", "notice") or item.kind == "entered":
                continue
            older = (item.process.key, item.process.version) != newest
            version = self._word("version", title=item.process.title, number=item.process.version) if older else ""
            head = f"- {_joined(self._at(item.at), self._who(item), version, between=' · ')}"
            if head != above:
                yield head
            above = head
            yield f"  - {_line(item.text if item.source == 'event' else self._letter_title(item))}"

    def _letters(self) -> Iterator[str]:
        return self._texts("message")

    def _texts(self, source: str) -> Iterator[str]:
        first = True
        for item in self._lines:
            if item.source != source:
                continue
            title = self._letter_title(item) if source == "message" else self._who(item)
            yield ("" if first else "\n") + f"**{self._at(item.at)} · {_line(title)}**\n"
            yield from _quoted(item.text)
            first = False

    def _notices(self) -> Iterator[str]:
        for item in self._lines:
            if item.source == "notice":
                held = "" if item.detail.get("delivered_at") else self._word("held")
                yield f"- {self._at(item.at)} · {_joined(_line(item.text), self._recipient(item), held)}"

    def _forms(self) -> Iterator[str]:
        found = earlier_forms(self._reader, self._case.id, self._process, whole=True, newest_only=False)
        for number, form in enumerate(found):
            yield ("\n" if number else "") + f"**{form.name}** · {form.done_by_name or ''} · {self._at(form.done_at)}\n"
            yield from self._answers(form)

    def _answers(self, form: EarlierForm) -> Iterator[str]:
        shape = next((each for each in self._process.forms.values() if each.name == form.element), None)
        for field in shape.fields if shape else ():
            if field.name in form.data:
                yield from self._answer(field, form.data[field.name], "")

    def _answer(self, field: Field, value: Any, indent: str) -> Iterator[str]:
        label = f"{indent}- {pick(field.label, self._language)}{self._word('colon')}"
        if field.kind == "group" and isinstance(value, Mapping):
            yield label.rstrip()
            for child in field.children:
                if child.name in value:
                    yield from self._answer(child, value[child.name], f"{indent}  ")
        elif field.kind == "rows" and isinstance(value, list):
            yield label.rstrip()
            for row in value:
                said = (
                    f"{pick(child.label, self._language)} {self._shown(child, row[child.name])}"
                    for child in field.children
                    if child.name in row
                )
                yield f"{indent}  - {_joined(*said)}"
        else:
            yield f"{label}{self._shown(field, value) or self._word('none')}"

    def _shown(self, field: Field, value: Any) -> str:
        return _line(shown_answer(field, value, self._language, zone=self._zone))

    # --- what is owed -----------------------------------------------------------------------------------------
    def _actions(self) -> Iterator[str]:
        for action in self._case.actions:
            state = self._word("done", at=self._at(action.done_at)) if action.done_at else self._word("open")
            kind = self._word(action.kind) if action.kind in ("condition", "interim") else ""
            due = self._word("due", at=self._at(action.due_at)) if action.due_at else ""
            late = self._word("late") if action.late else ""
            blocks = self._word("blocking") if action.blocking else ""
            team, by = self._place(action.team), self._person(action.done_by)
            yield f"- {_joined(_line(action.title), kind, team, due, blocks, state, by, late, action.done_note)}"

    def _promises(self) -> Iterator[str]:
        for each in self._case.promises:
            state = "kept" if each.kept_at else "missed" if each.missed_at else "open"
            due, by = self._word("due", at=self._at(each.due_at)), self._person(each.made_by)
            yield f"- {_joined(_line(each.what), by, due, self._word(state))}"

    def _refund(self, line: RefundLine) -> str:
        amount = f"{line.amount.amount} {line.amount.currency}" if line.amount else ""
        if line.approved is not None and line.approved != line.amount:
            amount = f"{amount} ({self._word('approved_amount', amount=line.approved.amount)})"
        paid = line.paid_on.isoformat() if line.paid_on else ""
        by = self._person(line.reviewed_by)
        return f"- {_joined(line.payee, amount, self._word(line.state), by, line.reasons, paid, line.reference)}"

    def _remedy(self, line: RemedyLine) -> str:
        state = self._word("done", at=self._at(line.done_at)) if line.done_at else self._word("open")
        state = self._word("void") if line.void_at else state
        days = self._word("days", number=line.days) if line.days else ""
        who = line.affected_name or self._case.complainant.name or ""
        return f"- {self._word('for', person=_line(who), what=_joined(line.kind_text, days, line.note, state))}"

    # --- words ------------------------------------------------------------------------------------------------
    def _word(self, name: str, **values: object) -> str:
        return word(name, self._language, **values)

    def _value(self, fact: str, value: Any) -> str:
        return fact_in_words(self._reader, self._process, fact, value)

    def _channel(self) -> str:
        return channel_in_words(self._reader, self._case.channel, self._case.campus)

    def _place(self, name: str | None) -> str:
        return place_in_words(self._reader, name) if name else ""

    def _at(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")

    def _person(self, person_id: str | None) -> str:
        return people.names(self._reader.connection, [person_id]).get(person_id, person_id) if person_id else ""

    def _who(self, item: TimelineItem) -> str:
        named = {"complainant": "complainant", "system": "system"}.get(item.actor or "system")
        return self._word(named) if named else item.actor_name or str(item.actor)

    def _letter_title(self, item: TimelineItem) -> str:
        return _joined(self._word("from" if item.kind == "in" else "to"), item.detail.get("subject"), between=" · ")

    def _recipient(self, item: TimelineItem) -> str:
        kind, _, key = str(item.detail.get("recipient")).partition(":")
        if kind == "complainant":
            return self._word("complainant")
        return self._person(key) if kind == "person" else self._place(key)


def _joined(*parts: str | None, between: str = ", ") -> str:
    return between.join(part for part in parts if part)


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _quoted(text: str) -> Iterable[str]:
    return (f"> {line}".rstrip() for line in text.strip().splitlines())
