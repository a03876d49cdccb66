"""`redress outbox`: what could not be delivered and was given up, and how it is sent again."""

from __future__ import annotations

from typing import Annotated

import typer

from app.as_operator import carry_out, opened
from app.printed import as_json as printed_json
from app.printed import instant
from complaints.outward.replay import DiscardMessage, ReplayMessages
from engine.errors import Unfit
from storage.dead_letters import DeadLetter, dead_letters

app = typer.Typer(no_args_is_help=True)

Of = Annotated[str, typer.Option("--channel", help="Those of one channel: house, mail, webhook:ID")]
OfDemo = Annotated[bool, typer.Option("--demo", help="Look into the demo's database")]


@app.command("list")
def list_(
    channel: Of = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="No more than so many")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
    demo: OfDemo = False,
) -> None:
    """Print what was given up, the oldest first: ids and reasons, no address and nothing of what it says."""
    with opened(demo=demo) as application, application.database.read() as connection:
        found = dead_letters(connection, limit=limit + 1, channel=channel or None)
    if as_json:
        typer.echo(printed_json(found[:limit]))
        return
    for each in found[:limit]:
        typer.echo(_line(each))
    if len(found) > limit:
        typer.echo(f"There are more than {limit}: name a higher --limit.")
    elif not found:
        typer.echo("There are none.")


@app.command()
def replay(
    by: Annotated[str, typer.Option("--by", help="Your login: who acts stands on the record of the case")],
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="As `redress outbox list` prints them")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were given up")] = False,
    channel: Of = "",
    demo: OfDemo = False,
) -> None:
    """Have messages that were given up tried again, with the same keys; name them, or say --all."""
    if bool(ids) == everything:
        raise Unfit("Name the messages to send again, or say --all.")
    done = carry_out(ReplayMessages(tuple(ids or ()), everything, channel or None), by, demo=demo)
    count = len(done["messages"])
    typer.echo(f"{count} {'message is' if count == 1 else 'messages are'} tried again.")


@app.command("discard")
def discard_(
    message: Annotated[str, typer.Argument(metavar="ID", help="As `redress outbox list` prints it")],
    by: Annotated[str, typer.Option("--by", help="Your login: who acts stands on the record of the case")],
    reason: Annotated[str, typer.Option("--reason", help="Why; on the record of the case")],
    demo: OfDemo = False,
) -> None:
    """Take a message off the list: it need not go out any more, for this reason."""
    carry_out(DiscardMessage(message, reason), by, demo=demo)
    typer.echo("Discarded.")


def _line(each: DeadLetter) -> str:
    times = "once" if each.attempts == 1 else f"{each.attempts} times"
    again = f", replayed {each.replays} times" if each.replays else ""
    whose = each.case_id or "the house"
    until = f"{times} until {instant(each.given_up_at)}{again}"
    return f"{each.id}  {whose}  {each.kind} to {each.recipient}: {until}: {each.error}"
