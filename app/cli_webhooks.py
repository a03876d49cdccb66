"""`redress webhook`: which other systems are told of what happens, and a test whether they hear it."""

from __future__ import annotations

from typing import Annotated

import typer

from app.as_operator import carry_out, opened
from app.ways_out import private_hosts, webhook_channel
from complaints.outward.channel import Failure, NoLonger
from complaints.outward.web_address import allowed, is_private, parse_web_address
from complaints.outward.webhook_channel import TEST
from complaints.outward.webhooks import WEBHOOK, AddWebhook, RemoveWebhook, Webhook, webhooks
from engine.errors import NotFound
from storage.outbox import Message

app = typer.Typer(no_args_is_help=True)

Which = Annotated[str, typer.Argument(metavar="ID", help="As `redress webhook list` prints it")]
By = Annotated[str, typer.Option("--by", help="Your login: who acts stands on record")]
OfDemo = Annotated[bool, typer.Option("--demo", help="Look into the demo's database")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="https://...")],
    by: By,
    kind: Annotated[list[str] | None, typer.Option(help="May be given several times; all without it")] = None,
    demo: OfDemo = False,
) -> None:
    """Tell an address from now on; prints the secret with which it knows that we are it, once."""
    added = carry_out(AddWebhook(url, tuple(kind or ())), by, demo=demo)
    typer.echo(f"Webhook {added['webhook']}; its secret, shown once: {added['secret']}")
    host = parse_web_address(url).host
    with opened(demo=demo) as application:
        settings = application.settings
    if is_private(host) and not allowed(host, private_hosts(settings), this_machine=settings.demo):
        typer.echo(
            f"{host} is a private address: nothing is sent there unless servers and workers run with it in"
            " REDRESS_WEBHOOK_PRIVATE_HOSTS.",
            err=True,
        )


@app.command("list")
def list_(demo: OfDemo = False) -> None:
    """Print who is told of what, and who was."""
    with opened(demo=demo) as application, application.database.read() as connection:
        found = webhooks(connection)
    for each in found:
        typer.echo(_line(each))
    if not found:
        typer.echo("There are none.")


@app.command()
def remove(webhook: Which, by: By, demo: OfDemo = False) -> None:
    """Tell it nothing more; what waits for it goes out no more, and its secret is forgotten."""
    carry_out(RemoveWebhook(webhook), by, demo=demo)
    typer.echo(f"Webhook {webhook} is removed.")


@app.command("test")
def try_out(webhook: Which, demo: OfDemo = False) -> None:
    """Send it the event `test` now; exit 1 where it was not taken."""
    with opened(demo=demo) as application:
        channel = webhook_channel(application.settings, application.keys)
        now, name = application.now(), f"{WEBHOOK}:{webhook}"
        message = Message(
            id=application.ids.new(), case_id=None, cause=application.ids.new(), kind=TEST, recipient=name,
            channel=name, payload={"at": now.isoformat()}, created_at=now, deliver_after=now,
        )  # fmt: skip
        try:
            with application.database.read() as connection:
                parcel = channel.prepare(connection, message, now=now)
            channel.send(parcel)
        except NoLonger:
            raise NotFound(f"There is no webhook {webhook}, or it was removed.") from None
        except Failure as error:
            typer.echo(f"Not taken: {error.reason}.")
            raise typer.Exit(1) from None
    typer.echo("Taken.")


def _line(each: Webhook) -> str:
    kinds = ", ".join(each.kinds) if each.kinds else "all"
    removed = "" if each.active else " (removed)"
    return f"{each.id}  {each.url}  {kinds}  added {each.created_at:%Y-%m-%d} by {each.created_by}{removed}"
