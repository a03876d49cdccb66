"""`redress trail`: whether the record still is what was recorded, and the anchors that prove it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.anchor_file import read_kept
from app.anchoring import anchor_heads
from app.as_operator import opened
from engine.anchors import public_key, signing_key
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from queries.trail_check import check_trail
from trail.checking import WORDS

app = typer.Typer(no_args_is_help=True)

OfDemo = Annotated[bool, typer.Option("--demo", help="Look into the demo's database")]


@app.command()
def verify(
    heads: Annotated[Path | None, typer.Option("--heads", help="The file of anchors that was kept elsewhere")] = None,
    demo: OfDemo = False,
) -> None:
    """Check every record of every case and of the house; exit 1 when one does not hold, and say which. Reads only."""
    count = 0
    with opened(demo=demo) as application, application.database.read() as connection:
        key = public_key(application.keys, connection)
        for each in check_trail(connection, key=key, kept=() if heads is None else read_kept(heads)):
            typer.echo(WORDS[each.harm].format(chain=each.chain, number=each.number))
            count += 1
    if not count:
        typer.echo("The trail holds." if heads else "The trail holds. Name the file of anchors (--heads) to be sure.")
    raise typer.Exit(1 if count else 0)


@app.command()
def anchor(demo: OfDemo = False) -> None:
    """Anchor now what is anchored once an hour, and add the anchors to their file."""
    with opened(demo=demo) as application:
        made = anchor_heads(application)
    typer.echo("Nothing has moved since the last anchor." if not made else f"{made} made.")


@app.command()
def key(demo: OfDemo = False) -> None:
    """Print the public key by which others check what this installation has signed; publish it."""
    with opened(demo=demo) as application:
        application.pipeline.run(HouseWork(lambda desk: signing_key(desk.services.keys, desk.connection)), SYSTEM)
        with application.database.read() as connection:
            found = public_key(application.keys, connection)
    typer.echo((found or b"").hex())
