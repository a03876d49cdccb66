"""`redress user`: people, teams, posts, roles and tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from access import people, posts, teams, tokens
from app.absences import come_back, go_away
from app.assembly import application_for
from app.existing import require_schema
from app.leaving import leave as close_account
from app.leaving import told
from app.settings import Settings
from complaints.notices.new_readers import settle_unheard, unheard
from complaints.outward.mail_text import mail_address
from complaints.people.reach import note_nobodys_tasks_of_all
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import Unfit
from engine.pipeline import Desk

app = typer.Typer(no_args_is_help=True)


def _do(act: Callable[[Desk], Any]) -> Any:
    settings = Settings()
    require_schema(settings)
    application = application_for(settings)
    try:
        return application.pipeline.run(HouseWork(lambda desk: _done(desk, act(desk))), SYSTEM)
    finally:
        application.database.close()


def _done(desk: Desk, answer: Any) -> Any:
    """After every change of people: who is there to do what is open, or to be told, may be others."""
    note_nobodys_tasks_of_all(desk)
    settle_unheard(desk, unheard(desk.connection, desk.services.keys))
    return answer


@app.command()
def add(
    login: str,
    name: str,
    team: Annotated[list[str] | None, typer.Option(help="May be given several times")] = None,
    role: Annotated[list[str] | None, typer.Option(help="supervisor, process_owner, operator, auditor")] = None,
    language: str = "zh-CN",
    email: Annotated[str, typer.Option(help="Where notices are mailed, as subject lines alone")] = "",
) -> None:
    """Add a person and print a token, once."""
    address = _address(email)

    def act(desk: Desk) -> str:
        _known_teams(team or [])
        people.add(
            desk.connection,
            login=login,
            name=name,
            language=language,
            email=address or None,
            ids=desk.ids,
            now=desk.now,
        )
        for each in team or []:
            teams.join(desk.connection, login, each)
        for each in role or []:
            teams.give_role(desk.connection, login, each)
        return tokens.issue(desk.connection, login, name="first", ids=desk.ids, now=desk.now).secret

    typer.echo(f"Token of {login}, shown once: {_do(act)}")


@app.command()
def email(login: str, address: Annotated[str, typer.Argument(help="Empty takes it away")]) -> None:
    """Say where notices to somebody are mailed, as subject lines alone."""
    given = _address(address)
    _do(lambda desk: people.change(desk.connection, login, email=given))
    typer.echo(f"{login} gets mail at {given}." if given else f"{login} gets no mail.")


@app.command()
def token(login: str, name: str = "command line") -> None:
    """Issue another token and print it, once."""
    secret = _do(lambda desk: tokens.issue(desk.connection, login, name=name, ids=desk.ids, now=desk.now).secret)
    typer.echo(f"Token of {login}, shown once: {secret}")


@app.command()
def appoint(post: str, login: str, deputy: Annotated[str | None, typer.Option()] = None) -> None:
    """Give a post to a person, with who stands in; replaces the present holder."""
    application = application_for(Settings())
    application.posts.post(post)

    def act(desk: Desk) -> None:
        posts.appoint(desk.connection, post, person_id=login, deputy=deputy, replace=True)

    _do(act)
    typer.echo(f"{login} holds {post}.")


@app.command()
def leave(login: str) -> None:
    """Close an account: tokens and sessions end at once, tasks go back to their pools; says what stays with it."""
    for line in told(_do(lambda desk: close_account(desk, login))):
        typer.echo(line)


@app.command()
def away(
    login: str,
    until: Annotated[str, typer.Option(help="First instant back, such as 2026-03-05T10:00+08:00")],
    since: Annotated[str, typer.Option("--from", help="First instant away; now without it")] = "",
    note: Annotated[str, typer.Option(help="For colleagues: whom to ask. Not the reason")] = "",
) -> None:
    """Say that somebody is away: who stands in acts for their posts, and no case can be offered to them."""
    typer.echo(_do(lambda desk: go_away(desk, login, until=until, since=since, note=note)))


@app.command()
def back(login: str) -> None:
    """Say that somebody is back before their time; ends the absence that runs now."""
    typer.echo(_do(lambda desk: come_back(desk, login)))


def _address(given: str) -> str:
    try:
        return mail_address(given) if given else ""
    except ValueError as error:
        raise Unfit(f"The address does not fit: {error}.") from None


def _known_teams(named: list[str]) -> None:
    known = application_for(Settings()).posts.teams
    unknown = sorted(set(named) - set(known))
    if unknown:
        raise Unfit(f"There is no team {', '.join(unknown)}; bpmn/posts.toml knows {', '.join(sorted(known))}.")
