"""The form of a task as HTML: its facts in words, its answers so far, its faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup

from api.web.posted import Posted
from api.web.visit import Visit
from complaints.plan.refund_figures import LINE_IN_HAND
from forms.clean import clean
from forms.controls import Candidate
from forms.decode import decode, rows_wanted
from forms.display import showable
from forms.field_problem import FieldProblem
from forms.formats import instant_of
from forms.languages import LANGUAGES
from forms.render import render_form
from queries.colleagues import Colleague
from queries.task import CURRENCY_OF, TaskDesk, facts_to_say


@dataclass(frozen=True)
class Drawn:
    """A form on its page."""

    html: Markup
    title: str


def answers_of(desk: TaskDesk, sent: Posted) -> dict[str, Any]:
    """Return what a posted form answers, in its canonical form; nothing for a task without a form."""
    if desk.form is None:
        return {}
    before = desk.view.draft or {}
    cleaned: dict[str, Any] = clean(desk.form, decode(desk.form, sent.pairs, zone=desk.zone, kept=before))
    return cleaned


def draw(
    here: Visit,
    desk: TaskDesk,
    people: Sequence[Colleague],
    *,
    data: Mapping[str, Any] | None,
    sent: Posted | None = None,
    problems: Sequence[FieldProblem] = (),
) -> Markup:
    """Return the inside of the task's form, `` for a task without one. `data` None begins from draft or scripts.

    Where the step is about one refund of several, which one stands above it.
    """
    if desk.form is None:
        return Markup("")
    addressed = _complainants_language(desk) or here.language
    return _refund_in_hand(desk) + render_form(
        desk.form,
        desk.view.draft if data is None else data,
        problems,
        here.language,
        id_prefix="task",
        addressed=addressed,
        facts=_facts_in_words(here, desk),
        told=_told(here, desk, addressed),
        zone=desk.zone,
        candidates={"people": [Candidate(each.id, each.name) for each in people if not each.away]},
        rows=rows_wanted(sent.pairs) if sent is not None else None,
    )


def _complainants_language(desk: TaskDesk) -> str | None:
    said = desk.case_facts.get("language")
    return said if said in LANGUAGES else None


def _told(here: Visit, desk: TaskDesk, addressed: str) -> dict[str, str]:
    """Return the facts in the words of whoever is told what is prepared: never a code, in their own language."""
    there = replace(here, language=addressed)
    with there.reading() as reader:
        said = facts_to_say(reader, desk)
    return {**said, **_instants(there, desk), **_titles(desk)}


def _refund_in_hand(desk: TaskDesk) -> Markup:
    refund = desk.view.context.get(LINE_IN_HAND)
    if not isinstance(refund, Mapping):
        return Markup("")
    return Markup('<div class="notice"><p><strong>{}</strong></p></div>').format(showable(refund["text"]))


def _facts_in_words(here: Visit, desk: TaskDesk) -> dict[str, Any]:
    """Return the facts of the case as a form shows them: instants in the zone of the place, amounts with currency."""
    facts = {**desk.case_facts, **_instants(here, desk), **_titles(desk)}
    for name, currency in CURRENCY_OF.items():
        amount = facts.get(name)
        facts[name] = {"amount": str(amount), "currency": str(facts.get(currency) or "")} if amount else None
    for each in desk.view.facts:
        # Codes that the process words (labels.toml); what the form words itself it finds by the code.
        if isinstance(facts.get(each.name), str) and each.text and not _worded_by_form(desk, each.name):
            facts[each.name] = each.text
    return facts


def _instants(here: Visit, desk: TaskDesk) -> dict[str, str]:
    moments, found = here.moments_in(desk.zone), {}
    for name, value in desk.case_facts.items():
        instant = instant_of(value) if isinstance(value, str) and name.endswith("_at") else None
        if isinstance(instant, datetime):
            found[name] = moments.instant(instant)
    return found


def _titles(desk: TaskDesk) -> dict[str, str]:
    return {"number": desk.view.task.number, "subject": desk.view.task.subject}


def _worded_by_form(desk: TaskDesk, fact: str) -> bool:
    return desk.form is None or any(s.fact == fact and s.options for s in desk.form.shows) or fact.endswith("_at")
