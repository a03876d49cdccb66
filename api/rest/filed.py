"""What whoever has filed a complaint is told: number, tracking code, and by when somebody will acknowledge it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from api.context import RequestContext
from api.idempotency import Answered
from api.rest.case_answers import ContinuedAnswer, FiledAnswer
from complaints.intake.filing import Filed
from complaints.intake.follow_up import Continued
from queries.explain import view_explanation
from queries.reader import Reader

Present = Callable[[Any, Connection], Answered]


def filed(context: RequestContext, language: str, *, campus: str = "main") -> Present:
    """Return what makes the answer to `FileComplaint`, in the language asked for, else in the complaint's own."""

    def present(done: Filed, connection: Connection) -> Answered:
        told_in = context.language if context.language_asked else language
        reader = Reader(connection, context.shared.library, context.now, told_in)
        zone = reader.zone(campus)
        explanation = view_explanation(reader, done.version_id, done.clock, zone) if done.clock else ""
        body = FiledAnswer(done.id, done.number, done.tracking_code, done.acknowledge_by, explanation)
        return Answered(body, 201, {"Location": f"/api/complaints/{done.id}"})

    return present


def followed(context: RequestContext, language: str) -> Present:
    """Return what makes the answer to a letter after the end: that of filing, or the case that took the letter."""
    of_filed = filed(context, language)

    def present(done: Filed | Continued, connection: Connection) -> Answered:
        if isinstance(done, Filed):
            return of_filed(done, connection)
        body = ContinuedAnswer(done.message, done.delivered, done.id, done.number)
        return Answered(body, 201, {"Location": f"/api/complaints/{done.id}"})

    return present
