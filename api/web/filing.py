"""From the answers of the intake form to the command that files a complaint, and back to the faults of the form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from complaints.intake.filing import Complainant, FileComplaint, Respondent
from engine.errors import NotFound, Refusal, Unfit
from engine.model.config import ProcessConfig
from forms.field_problem import FieldProblem
from forms.form import Form
from forms.messages import MESSAGES
from queries.reader import Reader

FORM_CODES: Mapping[str, str] = {"required": "required", "unknown": "choice", "out-of-range": "choice"}
"""Codes of the command's faults -> codes of the form's."""


def intake_form(reader: Reader) -> tuple[Form, ProcessConfig]:
    """Return the form that complainants fill in, and what its process says of itself.

    Raises NotFound where no process in force has one (`form` of [intake]).
    """
    for version in reader.library.versions.in_force(reader.connection):
        process = reader.process(version.id)
        if process.config.intake.form is not None:
            return process.forms[process.config.intake.form], process.config
    raise NotFound("No process that is published has a form for complainants (`form` of [intake]).")


def first_answers(form: Form, config: ProcessConfig, language: str) -> dict[str, Any]:
    """Return what the form begins with: the process's own type, named, in the language of the page."""
    known = {field.name for field in form.fields}
    types = {"type": config.types[0]} if config.types else {}
    wanted = {**types, "identity_mode": "identified", "language": language}
    return {name: value for name, value in wanted.items() if name in known}


def command_from(
    data: Mapping[str, Any],
    *,
    flags: Iterable[str],
    language: str,
    channel: str = "web",
    campus: str = "main",
    received_at: datetime | None = None,
) -> FileComplaint:
    """Return the command for answers that `forms.validate` has found in order."""
    refund = data.get("refund") or {}
    given = {name: data[name] for name in ("type", "category", "people", "identity_mode") if name in data}
    return FileComplaint(
        **given,
        subject=data["subject"],
        text=data["text"],
        channel=channel,
        campus=campus,
        received_at=received_at,
        refund_amount=refund.get("amount"),
        refund_currency=refund.get("currency"),
        language=data.get("language", language),
        complainant=Complainant(
            **{name: data.get(name) for name in ("name", "email", "phone", "learner_id", "relation")}
        ),
        on_behalf_of=data.get("on_behalf_of"),
        respondents=tuple(Respondent(row["name"], row.get("role")) for row in data.get("respondents", ())),
        desired_outcome=data.get("desired_outcome"),
        location=data.get("location"),
        preferred_contact=data.get("preferred_contact"),
        flags={name: True for name in flags if data.get(name) is True},
    )


def form_faults(refusal: Refusal) -> tuple[FieldProblem, ...]:
    """Return the faults that a command has found as the form shows them, each beside its field."""
    fields: Iterable[Mapping[str, Any]] = refusal.details.get("fields", ()) if isinstance(refusal, Unfit) else ()
    found = []
    for field in fields:
        pointer = str(field["field"])
        code = str(field["code"])
        place = pointer if pointer.startswith("/") else f"/{pointer}"
        # Faults of `forms.validate` come through with their own codes.
        if code in MESSAGES:
            found.append(FieldProblem(place, code, field.get("values", {})))
        else:
            found.append(FieldProblem(place, FORM_CODES.get(code, "const")))
    return tuple(found)
