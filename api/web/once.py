"""A form that is sent twice - a double click, a page loaded again - is carried out once and answers the same."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection

from api.web.posted import Posted
from api.web.visit import Visit
from complaints.intake.filing import Filed
from complaints.intake.follow_up import Continued
from engine.case_work import Actor
from engine.errors import Conflict
from storage import idempotency
from storage.errors import KeyReused

FIELD = "_once"
"""The hidden field with the one-time token of a form."""
LENGTH = 26
"""Characters of 5 bits."""


class SentBefore(Conflict):
    """This form was sent before, with other words."""


def new_token(here: Visit) -> str:
    """Return the token of a new form."""
    return here.site.house.ids.code(LENGTH)


def has_token(sent: Posted) -> bool:
    """Say whether a form carries a token that can be ours."""
    return len(sent.text(FIELD)) == LENGTH and sent.text(FIELD).isascii() and sent.text(FIELD).isalnum()


def file_once(here: Visit, sent: Posted, command: Any, *, actor: Actor, scope: str) -> dict[str, str]:
    """File, or return the answer that the same form was given before: `{"id", "number", "tracking_code"}`.

    Without `tracking_code` where nothing was filed: the letter went to the open case that is named.

    Raises SentBefore when the token came with another form, StoreBusy while the same form is being carried out, and
    whatever filing raises. The answer is kept for 24 hours, sealed under the token.
    """
    try:
        return _file_once(here, sent, command, actor=actor, scope=scope)
    except KeyReused:
        raise SentBefore(
            "This form was sent before, with other words. If what stands here now is to be a complaint of its own, "
            "send it again."
        ) from None


def _file_once(here: Visit, sent: Posted, command: Any, *, actor: Actor, scope: str) -> dict[str, str]:
    key, request, now = sent.text(FIELD), repr(command).encode(), here.now
    with here.site.house.database.read() as connection:
        kept = idempotency.recall(connection, key=key, scope=scope, request=request, now=now)
    if kept is not None:
        return dict(orjson.loads(kept))

    def keep(connection: Connection, filed: Filed | Continued) -> None:
        response = orjson.dumps(_answer(filed))
        idempotency.remember(connection, key=key, scope=scope, request=request, response=response, now=now)

    return _answer(here.site.house.pipeline.run(command, actor, before_commit=keep))


def _answer(filed: Filed | Continued) -> dict[str, str]:
    code = {"tracking_code": filed.tracking_code} if isinstance(filed, Filed) else {}
    return {"id": filed.id, "number": filed.number, **code}
