"""`redress user`: with what people sign in - one-time codes, passwords, second factors, sessions - and tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import structlog
import typer

from access import people, sessions, tokens
from access.policy import Scope
from access.sign_in import invitations, passwords, second_factors
from access.sign_in.invitations import Invitation
from access.sign_in.password_rules import require_fit
from app.log import configure
from app.people_changes import change_people
from app.settings import Settings
from engine.errors import Unfit
from engine.pipeline import Desk
from trail.house import Kind

log = structlog.get_logger(__name__)
second_factor_app = typer.Typer(no_args_is_help=True, help="The second factor of somebody.")
sessions_app = typer.Typer(no_args_is_help=True, help="Where somebody is signed in.")
tokens_app = typer.Typer(no_args_is_help=True, help="The tokens that somebody has.")

Scopes = Annotated[list[str] | None, typer.Option("--scope", help="read, work, supervise, publish, administer, audit")]
Days = Annotated[int, typer.Option(help="How long it lasts, at most 365 days")]
NoEnd = Annotated[bool, typer.Option("--no-end", help="It never ends, until it is revoked")]


def token(
    login: str,
    name: str = "command line",
    scope: Scopes = None,
    days: Days = tokens.LASTS_FOR.days,
    no_end: NoEnd = False,
) -> None:
    """Issue another token and print it, once: for everything that its person may, unless scopes are named."""
    secret = change_people(lambda desk: issue(desk, login, name=name, scopes=scope, days=days, no_end=no_end))
    typer.echo(f"Token of {login}, shown once: {secret}")


def issue(
    desk: Desk, login: str, *, name: str, scopes: list[str] | None, days: int = tokens.LASTS_FOR.days,
    no_end: bool = False,
) -> str:  # fmt: skip
    """Issue a token and return its secret. Raises Unfit for unknown scopes and a time that is too long."""
    if not 1 <= days <= tokens.LASTS_AT_MOST.days:
        raise Unfit(f"A token lasts 1 to {tokens.LASTS_AT_MOST.days} days, or, with --no-end, until it is revoked.")
    unknown = sorted(set(scopes or ()) - {each.value for each in Scope})
    if unknown:
        raise Unfit(f"There is no scope {', '.join(unknown)}, only {', '.join(Scope)}.")
    ends = None if no_end else desk.now + timedelta(days=days)
    given = frozenset(Scope(each) for each in scopes) if scopes else None
    issued = tokens.issue(desk.connection, login, name=name, ids=desk.ids, now=desk.now, expires_at=ends, scopes=given)
    desk.note(Kind.TOKEN_ISSUED, person=login, token=issued.id, scopes=sorted(scopes or ()))
    return issued.secret


def invite(login: str) -> None:
    """Print a one-time code with which somebody chooses a password; an older one is void."""
    typer.echo(said_of_code(login, change_people(lambda desk: new_invitation(desk, login)), Settings()))


def new_invitation(desk: Desk, login: str) -> Invitation:
    """Give somebody a one-time code. Raises UnknownPerson."""
    invitation = invitations.invite(desk.connection, login, ids=desk.ids, now=desk.now)
    desk.note(Kind.INVITED, person=login)
    return invitation


def said_of_code(login: str, given: Invitation, settings: Settings) -> str:
    """Return what to print of a one-time code: the code, where it is typed, until when."""
    where = f"{settings.public_url.rstrip('/')}/invitation"
    until = given.expires_at.isoformat(timespec="minutes")
    return f"One-time code of {login}, shown once: {given.code}\nTo be typed at {where} until {until}."


def password(login: str) -> None:
    """Set somebody's password, typed at the prompt; every session of theirs ends."""
    owner = change_people(lambda desk: passwords.owner_of(desk.connection, login))
    typed = typer.prompt(f"New password of {login}", hide_input=True, confirmation_prompt=True)
    # Slow, so outside the transaction.
    made = passwords.hashed(require_fit(typed, owner))

    def keep(desk: Desk) -> None:
        passwords.keep(desk.connection, login, made, now=desk.now)
        invitations.withdraw(desk.connection, login)
        sessions.end_all(desk.connection, login)
        desk.note(Kind.PASSWORD_SET, person=login)

    change_people(keep)
    typer.echo(f"The password of {login} is set; every session of theirs is ended.")


@second_factor_app.command()
def off(login: str) -> None:
    """Turn the second factor of somebody off who has lost it; every session of theirs ends, and the log says so."""

    def act(desk: Desk) -> bool:
        people.get(desk.connection, login)
        sessions.end_all(desk.connection, login)
        turned_off = second_factors.turn_off(desk.connection, login)
        if turned_off:
            desk.note(Kind.SECOND_FACTOR_OFF, person=login)
        return turned_off

    if not change_people(act):
        typer.echo(f"{login} has no second factor; nothing was changed.")
        return
    configure("INFO")
    log.info("second-factor-off", person=login, by="command line")
    typer.echo(f"The second factor of {login} is off; every session of theirs is ended.")


@sessions_app.command("end")
def end_sessions(login: str) -> None:
    """Sign somebody out everywhere."""

    def act(desk: Desk) -> int:
        people.get(desk.connection, login)
        return sessions.end_all(desk.connection, login)

    ended = change_people(act)
    typer.echo(f"{ended} {'session' if ended == 1 else 'sessions'} of {login} ended.")


@tokens_app.command("list")
def list_tokens(login: str) -> None:
    """List somebody's tokens: id, name, scopes, end, last use. Nothing that opens anything is printed."""

    def act(desk: Desk) -> list[str]:
        people.get(desk.connection, login)
        return [_line(each, desk.now) for each in tokens.tokens_of(desk.connection, login)]

    typer.echo("\n".join(change_people(act)) or f"{login} has no token.")


@tokens_app.command("revoke")
def revoke_token(token_id: Annotated[str, typer.Argument(help="As `tokens list` prints it")]) -> None:
    """Revoke a token: nothing works with it from now on."""

    def act(desk: Desk) -> bool:
        revoked = tokens.revoke(desk.connection, token_id, now=desk.now)
        if revoked:
            desk.note(Kind.TOKEN_REVOKED, token=token_id)
        return revoked

    if not change_people(act):
        raise Unfit("There is no such token, or it is revoked already.")
    typer.echo("The token is revoked.")


def _line(each: tokens.Token, now: datetime) -> str:
    if each.revoked_at is not None:
        state = "revoked"
    elif each.expires_at is None:
        state = "never ends"
    else:
        state = f"{'ended' if each.expires_at <= now else 'ends'} {each.expires_at.isoformat(timespec='minutes')}"
    used = f"used last on {each.last_used_on}" if each.last_used_on else "never used"
    return f"{each.id}  {each.name}  {' '.join(sorted(each.scopes))}  {state}  {used}"
