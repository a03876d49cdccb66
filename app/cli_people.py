"""`redress user`: people, teams, posts and roles."""

from __future__ import annotations

from typing import Annotated

import typer

from access import people, posts, teams
from app import cli_ways_in
from app.absences import come_back, go_away
from app.assembly import application_for
from app.leaving import leave as close_account
from app.leaving import told
from app.people_changes import change_people
from app.settings import Settings
from complaints.outward.mail_text import mail_address
from engine.errors import Unfit
from engine.pipeline import Desk
from trail.house import Kind

app = typer.Typer(no_args_is_help=True)


for _each in (cli_ways_in.token, cli_ways_in.invite, cli_ways_in.password):
    app.command()(_each)
app.add_typer(cli_ways_in.second_factor_app, name="second-factor")
app.add_typer(cli_ways_in.sessions_app, name="sessions")
app.add_typer(cli_ways_in.tokens_app, name="tokens")


@app.command()
def add(
    login: str,
    name: str,
    team: Annotated[list[str] | None, typer.Option(help="May be given several times")] = None,
    role: Annotated[list[str] | None, typer.Option(help="supervisor, process_owner, operator, auditor")] = None,
    language: str = "zh-CN",
    email: Annotated[str, typer.Option(help="Where notices are mailed, as subject lines alone")] = "",
    service: Annotated[bool, typer.Option("--service", help="A program: it has tokens, and signs in nowhere")] = False,
    scope: cli_ways_in.Scopes = None,
    with_token: Annotated[bool, typer.Option("--token", help="Print a token too; a service always has one")] = False,
) -> None:
    """Add a person and print a one-time code for their password, or a service and print its token; each once."""
    address = _address(email)

    def act(desk: Desk) -> list[str]:
        _known_teams(team or [])
        people.add(
            desk.connection,
            login=login,
            name=name,
            language=language,
            email=address or None,
            ids=desk.ids,
            now=desk.now,
            kind=people.SERVICE if service else people.PERSON,
        )
        desk.note(Kind.PERSON_ADDED, person=login, service=service or None)
        for each in team or []:
            teams.join(desk.connection, login, each)
            desk.note(Kind.TEAM_JOINED, person=login, team=each)
        for each in role or []:
            teams.give_role(desk.connection, login, each)
            desk.note(Kind.ROLE_GIVEN, person=login, role=each)
        told = []
        if service or with_token:
            secret = cli_ways_in.issue(desk, login, name="first", scopes=scope)
            told.append(f"Token of {login}, shown once: {secret}")
        if not service:
            told.append(cli_ways_in.said_of_code(login, cli_ways_in.new_invitation(desk, login), Settings()))
        return told

    typer.echo("\n".join(change_people(act)))


@app.command()
def email(login: str, address: Annotated[str, typer.Argument(help="Empty takes it away")]) -> None:
    """Say where notices to somebody are mailed, as subject lines alone."""
    given = _address(address)

    def act(desk: Desk) -> None:
        people.change(desk.connection, login, email=given)
        desk.note(Kind.PERSON_CHANGED, person=login, what="email")

    change_people(act)
    typer.echo(f"{login} gets mail at {given}." if given else f"{login} gets no mail.")


@app.command()
def appoint(post: str, login: str, deputy: Annotated[str | None, typer.Option()] = None) -> None:
    """Give a post to a person, with who stands in; replaces the present holder."""
    application = application_for(Settings())
    application.posts.post(post)

    def act(desk: Desk) -> None:
        posts.appoint(desk.connection, post, person_id=login, deputy=deputy, replace=True)
        desk.note(Kind.POST_FILLED, post=post, person=login, deputy=deputy)

    change_people(act)
    typer.echo(f"{login} holds {post}.")


@app.command()
def leave(login: str) -> None:
    """Close an account: tokens and sessions end at once, tasks go back to their pools; says what stays with it."""
    for line in told(change_people(lambda desk: close_account(desk, login))):
        typer.echo(line)


@app.command()
def away(
    login: str,
    until: Annotated[str, typer.Option(help="First instant back, such as 2026-03-05T10:00+08:00")],
    since: Annotated[str, typer.Option("--from", help="First instant away; now without it")] = "",
    note: Annotated[str, typer.Option(help="For colleagues: whom to ask. Not the reason")] = "",
) -> None:
    """Say that somebody is away: who stands in acts for their posts, and no case can be offered to them."""
    typer.echo(change_people(lambda desk: go_away(desk, login, until=until, since=since, note=note)))


@app.command()
def back(login: str) -> None:
    """Say that somebody is back before their time; ends the absence that runs now."""
    typer.echo(change_people(lambda desk: come_back(desk, login)))


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
