"""A person's tokens for the API: made for something, shown once, over some day, revoked at any time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from access import tokens
from access.policy import Principal, Scope, may_administer, may_audit, may_publish, may_supervise
from api.texts import marked
from api.web.failures import PageRoute
from api.web.posted import Posted
from api.web.visit import Visit, from_staff, staff
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import NotFound
from engine.pipeline import Desk
from trail.house import Kind, note

router = APIRouter(route_class=PageRoute)
LONGEST_NAME = 60
DAYS: Mapping[str, str] = {"30": marked("30 days"), "90": marked("90 days"), "365": marked("One year")}
SCOPES: Mapping[Scope, str] = {
    Scope.READ: marked("Read: look at cases and lists"),
    Scope.WORK: marked("Work: do with cases what you may do"),
    Scope.SUPERVISE: marked("Supervise: assign, take back, pause"),
    Scope.PUBLISH: marked("Publish: put processes in force"),
    Scope.ADMINISTER: marked("Administer: what has failed, figures"),
    Scope.AUDIT: marked("Audit: verify the trail"),
}
Here = Annotated[Visit, Depends(staff)]
Sent = Annotated[Posted, Depends(from_staff)]


@router.get("/me/tokens")
def tokens_page(here: Here) -> Response:
    """List the tokens of whoever looks, and the form for a new one."""
    return _page(here, Posted())


@router.post("/me/tokens")
def issue(here: Here, sent: Sent) -> Response:
    """Make a token and show it, once."""
    name, days = sent.text("name").strip(), sent.text("days")
    scopes = frozenset(Scope(each) for each in sent.all("scope") if each in offered(here.who))
    wrong = {}
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = here.say("Say in up to 60 characters what it is for.")
    if not scopes:
        wrong["scope"] = here.say("Choose what it may do.")
    if days not in DAYS:
        wrong["days"] = here.say("Choose one of the answers listed.")
    if wrong:
        return _page(here, sent, wrong=wrong)
    ends = timedelta(days=int(days))

    def make(desk: Desk) -> tokens.Issued:
        who = here.who.person_id
        issued = tokens.issue(
            desk.connection, who, name=name, ids=desk.ids, now=desk.now, expires_at=desk.now + ends, scopes=scopes
        )
        note(
            desk.connection, Kind.TOKEN_ISSUED, at=desk.now, actor=who, person=who, token=issued.id,
            scopes=sorted(each.value for each in scopes),
        )  # fmt: skip
        return issued

    return _page(here, Posted(), issued=here.site.house.pipeline.run(HouseWork(make), SYSTEM))


@router.post("/me/tokens/{token_id}/revoke")
def revoke(here: Here, sent: Sent, token_id: str) -> Response:
    """Revoke a token. Raises NotFound where it is none of theirs, or revoked already."""
    who = here.who.person_id

    def act(desk: Desk) -> bool:
        revoked = tokens.revoke(desk.connection, token_id, now=desk.now, of=who)
        if revoked:
            note(desk.connection, Kind.TOKEN_REVOKED, at=desk.now, actor=who, person=who, token=token_id)
        return revoked

    if not here.site.house.pipeline.run(HouseWork(act), SYSTEM):
        raise NotFound
    return here.go("/me/tokens", done="token-revoked")


def offered(who: Principal) -> dict[str, str]:
    """Return the scopes that are of use to somebody -> message id: a token never does more than its person."""
    held = {
        Scope.SUPERVISE: may_supervise(who), Scope.PUBLISH: may_publish(who), Scope.ADMINISTER: may_administer(who),
        Scope.AUDIT: may_audit(who),
    }  # fmt: skip
    return {scope.value: words for scope, words in SCOPES.items() if held.get(scope, True)}


def _page(
    here: Visit, sent: Posted, *, wrong: Mapping[str, str] | None = None, issued: tokens.Issued | None = None
) -> Response:
    with here.site.house.database.read() as connection:
        mine = tokens.tokens_of(connection, here.who.person_id)
    valid = [t for t in mine if t.revoked_at is None and (t.expires_at is None or t.expires_at > here.now)]
    return here.page(
        "my_tokens.html", status=422 if wrong else 200, tokens=valid, issued=issued, wrong=wrong or {}, sent=sent,
        offered=offered(here.who), scope_words={scope.value: words for scope, words in SCOPES.items()}, days=DAYS,
    )  # fmt: skip
