"""`redress incidents`: what has failed, and what is done about it. Nothing of what is in a complaint is printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from app.as_operator import carry_out, opened
from app.printed import as_json as printed_json
from app.printed import instant
from complaints.incidents.dismiss import DismissIncident
from complaints.incidents.move import MoveCase
from complaints.incidents.repair_facts import RepairFacts
from complaints.incidents.reroute import RerouteStep
from complaints.incidents.retry import RetryIncident
from engine.errors import Unfit
from queries.incidents import IncidentDetail, IncidentItem, incidents, one_incident

app = typer.Typer(no_args_is_help=True)

Which = Annotated[str, typer.Argument(metavar="ID", help="As `redress incidents list` prints it")]
By = Annotated[str, typer.Option("--by", help="Your login: who acts stands on the record of the case")]
Why = Annotated[str, typer.Option("--reason", help="Why; on the record of the case")]
OfDemo = Annotated[bool, typer.Option("--demo", help="Look into the demo's database")]
AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@app.command("list")
def list_(
    resolved: Annotated[bool, typer.Option("--resolved", help="Those that are over")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="No more than so many")] = 200,
    as_json: AsJson = False,
    demo: OfDemo = False,
) -> None:
    """Print what has failed and is not over, newest first."""
    with opened(demo=demo) as application, application.database.read() as connection:
        found, now = incidents(connection, None, resolved=resolved, limit=limit), application.now()
    if as_json:
        typer.echo(printed_json(list(found.items)))
        return
    for each in found.items:
        typer.echo(_line(each, now))
    if found.next is not None:
        typer.echo(f"There are more than {limit}: name a higher --limit.")
    elif not found.items:
        typer.echo("There are none.")


@app.command()
def show(incident: Which, as_json: AsJson = False, demo: OfDemo = False) -> None:
    """Print one, with the open steps of its case."""
    with opened(demo=demo) as application, application.database.read() as connection:
        found = one_incident(connection, None, incident, services=application.pipeline.services, now=application.now())
    if as_json:
        typer.echo(printed_json(found))
        return
    for line in _lines(found, application.now()):
        typer.echo(line)


@app.command()
def retry(incident: Which, by: By, demo: OfDemo = False) -> None:
    """Try again at once; exit 1 where it fails again."""
    done = carry_out(RetryIncident(incident), by, demo=demo)
    if done["outcome"] != "failed":
        queued = "The message goes out next; the incident is over once it has."
        typer.echo("It went well; the incident is over." if done["outcome"] == "done" else queued)
        return
    typer.echo("It failed again; `redress incidents show` says why.")
    raise typer.Exit(1)


@app.command()
def dismiss(incident: Which, by: By, reason: Why, demo: OfDemo = False) -> None:
    """Decide that it need not happen: it does not come back by itself; `retry` opens it again."""
    carry_out(DismissIncident(incident, reason), by, demo=demo)
    typer.echo("Dismissed.")


@app.command()
def repair(
    incident: Which,
    by: By,
    reason: Why,
    fact: Annotated[
        list[str] | None, typer.Option("--fact", metavar="NAME=VALUE", help="A fact, its value as JSON; repeatable")
    ] = None,
    version: Annotated[int | None, typer.Option("--facts-version", help="As `show` prints it; with --fact")] = None,
    to: Annotated[
        str,
        typer.Option(
            "--to", help="team:KEY, post:KEY or person:LOGIN gets an open step; element:ID is where a token goes"
        ),
    ] = "",
    step: Annotated[str, typer.Option("--step", help="Which step or token, as `show` prints it; with --to")] = "",
    demo: OfDemo = False,
) -> None:
    """Change facts of the case, give an open step to others, or move a token to another element; then `retry`."""
    if bool(fact) == bool(to):
        raise Unfit("Name what to repair: facts (--fact), or who gets a step or where a token goes (--to).")
    if fact and version is None:
        raise Unfit("Name the version of the facts that you saw (--facts-version).")
    changes = dict(map(_fact, fact or ()))
    kind, _, element = to.partition(":")
    command: RepairFacts | MoveCase | RerouteStep = RerouteStep(incident, to, reason, step or None)
    if changes:
        command = RepairFacts(incident, changes, version or 0, reason)
    elif kind == "element":
        command = MoveCase(incident, element, reason, step or None)
    carry_out(command, by, demo=demo)
    typer.echo("Repaired.")


def _fact(text: str) -> tuple[str, Any]:
    name, separator, value = text.partition("=")
    if not separator:
        raise Unfit(f"--fact {text}: write NAME=VALUE.")
    try:
        return name, json.loads(value)
    except ValueError:
        # A word without quotation marks, as one types it.
        return name, value


def _line(each: IncidentItem, now: datetime) -> str:
    whose = each.number or each.complaint_id or "the house"
    where = f" at {each.element}" if each.element else ""
    times = "once" if each.attempts == 1 else f"{each.attempts} times"
    state = each.state
    if each.next_try_at is not None:
        # What is due and was not tried waits behind something: another message, or a server that does not answer.
        state += f", next {instant(each.next_try_at)}" if each.next_try_at > now else ", next as soon as it can"
    return f"{each.id}  {whose}  {each.doing}{where}: {times} since {instant(each.at)} ({state}): {each.reason}"


def _lines(found: IncidentDetail, now: datetime) -> Iterator[str]:
    yield _line(found.incident, now)
    if found.incident.dismissed_by is not None:
        yield f"Dismissed by {found.incident.dismissed_by}: {found.incident.dismissed_reason}"
    if found.facts_version is not None:
        yield f"Version of the facts: {found.facts_version}"
    for task in found.tasks:
        waits = f"post:{task.post}" if task.post else f"team:{task.team}"
        yield f"Open step {task.id} {task.element}: {f'person:{task.assignee}' if task.assignee else waits}"
    for place in found.places:
        yield f"Stands at {place.token} {place.element}: may go to {', '.join(way.element for way in place.ways)}"
