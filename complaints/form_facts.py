"""Facts that a form says and the record keeps too: how many people, and what it is about."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from complaints.case_now import keep_facts
from complaints.overwritten import write_complaint
from complaints.people.people_concerned import people_facts
from engine.case_work import CaseWork


def note_form_facts(work: CaseWork, element: str, data: Mapping[str, Any]) -> None:
    """Keep the number of people and the category of a form whose step names them as facts.

    What a form calls `people` is the number stated. The step that follows takes the larger of stated and listed
    (R-004-18): it is put into `data` itself, the very object that the step gets. Sent back, the record says again what
    it said before.
    """
    named = work.process.diagram.elements[element].listed("facts")
    if "category" in named and data.get("category"):
        write_complaint(work, category=data["category"])
    if "people" in named and data.get("people") is not None:
        facts = people_facts(work, stated=int(data["people"]))
        if isinstance(data, MutableMapping):
            data["people"] = facts.pop("people")
        write_complaint(work, stated_people=facts["stated_people"])
        keep_facts(work, {name: facts[name] for name in ("stated_people", "listed_people")})
