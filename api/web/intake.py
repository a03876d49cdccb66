"""Filing a complaint without an account, and staff writing one down who heard it by phone or at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.errors import NOT_STORED
from api.web.channels import CaseChannel, channels, received_at
from api.web.failures import PageRoute
from api.web.filing import command_from, first_answers, form_faults, intake_form
from api.web.once import SentBefore, file_once, has_token, new_token
from api.web.posted import Posted
from api.web.visit import Visit, from_public, from_staff, staff, visit
from complaints.intake.filing import PUBLIC_PAGE, UNSAFE_MODES
from engine.case_work import COMPLAINANT
from engine.errors import StepFailed, Unfit
from forms.clean import clean
from forms.decode import ADD_ROW, decode, rows_wanted
from forms.field_problem import FieldProblem
from forms.render import render_form
from forms.validate import validate
from queries.tracking import tracking

router = APIRouter(route_class=PageRoute)
Here = Annotated[Visit, Depends(visit)]
Staff = Annotated[Visit, Depends(staff)]
RECEIVED_AT = "/received_at"


@router.get("/complain")
def intake_page(here: Here) -> Response:
    """Show the form of complainants."""
    return _form_page(here, None)


@router.post("/complain")
def file_from_public(here: Here, sent: Annotated[Posted, Depends(from_public)]) -> Response:
    """File what was sent, and show number, tracking code and what happens next; or the form with its faults."""
    here.count_filing()
    return _file(here, sent, None)


@router.get("/cases/new")
def recording_page(here: Staff) -> Response:
    """Show the form of staff, who also say how and when the complaint came."""
    return _form_page(here, channels(here))


@router.post("/cases/new")
def file_from_staff(here: Staff, sent: Annotated[Posted, Depends(from_staff)]) -> Response:
    """File what staff have written down; who does so owns the case from then on (R-004-12)."""
    return _file(here, sent, channels(here))


def _file(here: Visit, sent: Posted, known: Sequence[CaseChannel] | None) -> Response:
    with here.reading() as reader:
        form, config = intake_form(reader)
    flags = [spec.name for spec in config.facts.values() if spec.intake]
    data = clean(form, decode(form, sent.pairs, zone=here.site.zone))
    if sent.text(ADD_ROW):
        return _form_page(here, known, data=data, sent=sent)
    if data.get("identity_mode") in UNSAFE_MODES:
        # Before anything else is asked for: what follows from this choice must not be filled in or taken out first.
        return _unsafe(here, known, data, sent)
    problems = validate(form, data)
    at, late = received_at(here, sent) if known is not None else (None, False)
    if problems or late or not has_token(sent):
        return _form_page(here, known, data=data, sent=sent, problems=problems, wrong_time=late, status=422)
    try:
        command = _command(here, sent, data, at, flags=flags, staff=known is not None)
        # Whoever fills in the public form is a complainant there, signed in or not.
        filed = file_once(here, sent, command, actor=COMPLAINANT if known is None else here.actor, scope="web-intake")
    except Unfit as refusal:
        faults = form_faults(refusal)
        # The time of receipt is asked beside the form; too old, or to come, is for the process to say.
        late = known is not None and any(each.pointer == RECEIVED_AT for each in faults)
        return _form_page(here, known, data=data, sent=sent, problems=faults, wrong_time=late, status=422)
    except SentBefore:
        return _form_page(here, known, data=data, sent=sent, sent_before=True, status=409)
    except StepFailed:
        # What was written stays on the page; the failure is on record (engine.pipeline).
        told = here.site.sentences.said(NOT_STORED, here.language)
        return _form_page(here, known, data=data, sent=sent, not_stored=told, status=500)
    if known is not None:
        return here.page("filed_by_staff.html", filed=filed)
    return confirmation(here, filed)


def _unsafe(here: Visit, known: Sequence[CaseChannel] | None, data: Mapping[str, Any], sent: Posted) -> Response:
    problem = FieldProblem("/identity_mode", "const")
    return _form_page(here, known, data=data, sent=sent, problems=(problem,), unsafe=True, status=422)


def confirmation(here: Visit, filed: Mapping[str, str], *, linked: bool = False) -> Response:
    """Return the page with the number, the code that is shown once, and what happens next by when."""
    with here.reading() as reader:
        case = tracking(reader, filed["id"])
    return here.page("confirmation.html", filed=filed, case=case, linked=linked)


def _command(
    here: Visit, sent: Posted, data: Mapping[str, Any], at: datetime | None, *, flags: Sequence[str], staff: bool
) -> Any:
    campus, _, channel = sent.text("_channel").partition("/") if staff else ("main", "", PUBLIC_PAGE)
    return command_from(data, flags=flags, language=here.language, channel=channel, campus=campus, received_at=at)


def _form_page(
    here: Visit,
    known: Sequence[CaseChannel] | None,
    *,
    data: Mapping[str, Any] | None = None,
    sent: Posted | None = None,
    problems: Sequence[FieldProblem] = (),
    unsafe: bool = False,
    sent_before: bool = False,
    not_stored: str = "",
    wrong_time: bool = False,
    status: int = 200,
) -> Response:
    with here.reading() as reader:
        form, config = intake_form(reader)
    look_back_days = config.intake.look_back_days
    answers = first_answers(form, config, here.language) if data is None else data
    drawn = render_form(
        form, answers, problems, here.language, id_prefix="intake", zone=here.site.zone,
        rows=rows_wanted(sent.pairs) if sent else None,
    )  # fmt: skip
    return here.page(
        "intake.html" if known is None else "record.html",
        status=status,
        look_back_days=look_back_days,
        form=form,
        drawn=drawn,
        channels=known or (),
        sent=sent or Posted(),
        once=new_token(here) if sent is None or sent_before or not has_token(sent) else sent.text("_once"),
        unsafe=unsafe,
        sent_before=sent_before,
        not_stored=not_stored,
        wrong_time=wrong_time,
        wrong=bool(problems or not_stored) or unsafe or wrong_time,
    )
