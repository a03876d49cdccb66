"""`redress incidents`: what has failed, and what is done about it. Nothing of what is in a complaint is printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from access.policy import may_administer
from access.principals import principal
from app.assembly import application_for
from app.container import Application
from app.existing import chosen, require_schema
from app.settings import Settings
from complaints.incidents.dismiss import DismissIncident
from complaints.incidents.retry import RetryIncident
from engine.case_work import Actor
from engine.errors import Unfit
from queries.incidents import IncidentDetail, IncidentItem, incidents, one_incident

app = typer.Typer(no_args_is_help=True)

Which = Annotated[str, typer.Argument(metavar="ID", help="As `redress incidents list` prints it")]
By = Annotated[str, typer.Option("--by", help="Your login: who acts stands on the record of the case")]
Why = Annotated[str, typer.Option("--reason", help="Why; on the record of the case")]
OfDemo = Annotated[bool, typer.Option("--demo", help="Look into the demo's database")]
AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@contextmanager
def _opened(*, demo: bool) -> Iterator[Application]:
    settings = chosen(Settings(), demo=demo)
    require_schema(settings)
    application = application_for(settings)
    try:
        yield application
    finally:
        application.database.close()


@app.command("list")
def list_(
    resolved: Annotated[bool, typer.Option("--resolved", help="Those that are over")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="No more than so many")] = 200,
    as_json: AsJson = False,
    demo: OfDemo = False,
) -> None:
    """Print what has failed and is not over, newest first."""
    with _opened(demo=demo) as application, application.database.read() as connection:
        found = incidents(connection, None, resolved=resolved, limit=limit)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found.items], ensure_ascii=False, indent=2, default=_text))
        return
    for each in found.items:
        typer.echo(_line(each))
    if found.next is not None:
        typer.echo(f"There are more than {limit}: name a higher --limit.")
    elif not found.items:
        typer.echo("There are none.")


@app.command()
def show(incident: Which, as_json: AsJson = False, demo: OfDemo = False) -> None:
    """Print one, with the open steps of its case."""
    with _opened(demo=demo) as application, application.database.read() as connection:
        found = one_incident(connection, None, incident)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2, default=_text))
        return
    for line in _lines(found):
        typer.echo(line)


@app.command()
def retry(incident: Which, by: By, demo: OfDemo = False) -> None:
    """Try again at once; exit 1 where it fails again."""
    done = _carry_out(by, demo, lambda: RetryIncident(incident))
    if done["outcome"] == "done":
        typer.echo("It went well; the incident is over.")
        return
    typer.echo("It failed again; `redress incidents show` says why.")
    raise typer.Exit(1)


@app.command()
def dismiss(incident: Which, by: By, reason: Why, demo: OfDemo = False) -> None:
    """Decide that it need not happen: it does not come back by itself; `retry` opens it again."""
    _carry_out(by, demo, lambda: DismissIncident(incident, reason))
    typer.echo("Dismissed.")


def _carry_out(by: str, demo: bool, command: Callable[[], Any]) -> Any:
    """Carry a command out as the operator who is named. Raises Unfit where they are none."""
    with _opened(demo=demo) as application:
        with application.database.read() as connection:
            who = principal(connection, by, now=application.now(), rules=application.posts.rules)
        if who is None or not may_administer(who):
            raise Unfit(f"{by} is no operator: name somebody with that role (`redress user add --role operator`).")
        return application.pipeline.run(command(), Actor("person", who))


def _line(each: IncidentItem) -> str:
    whose = each.number or each.complaint_id or "the house"
    where = f" at {each.element}" if each.element else ""
    times = "once" if each.attempts == 1 else f"{each.attempts} times"
    state = each.state if each.next_try_at is None else f"{each.state}, next {_text(each.next_try_at)}"
    return f"{each.id}  {whose}  {each.doing}{where}: {times} since {_text(each.at)} ({state}): {each.reason}"


def _lines(found: IncidentDetail) -> Iterator[str]:
    yield _line(found.incident)
    if found.incident.dismissed_by is not None:
        yield f"Dismissed by {found.incident.dismissed_by}: {found.incident.dismissed_reason}"
    if found.facts_version is not None:
        yield f"Version of the facts: {found.facts_version}"
    for task in found.tasks:
        waits = f"post:{task.post}" if task.post else f"team:{task.team}"
        yield f"Open step {task.id} {task.element}: {f'person:{task.assignee}' if task.assignee else waits}"


def _text(at: Any) -> str:
    return at.isoformat(timespec="seconds") if isinstance(at, datetime) else str(at)
