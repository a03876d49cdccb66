"""`redress keys`: the versions of the server's key, and moving to a new one. No key is ever printed."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from app import key_rotation
from app.as_operator import opened

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]
OfDemo = Annotated[bool, typer.Option("--demo", help="Look into the demo's database")]


@app.command()
def status(as_json: AsJson = False, demo: OfDemo = False) -> None:
    """Say which versions of the server's key there are, which one seals, and how much older ones still hold."""
    with opened(demo=demo) as application:
        found, here = key_rotation.stored(application), sorted(application.keys.keyring.versions)
    numbers = sorted({*here, *found.sealed})
    if as_json:
        told = [{"version": n, "here": n in here, "sealed": found.sealed.get(n, 0)} for n in numbers]
        typer.echo(json.dumps({"in_force": found.in_force, "behind": found.behind, "versions": told}))
        return
    for number in numbers:
        place = "" if number in here else ", NOT among the keys that are here"
        role = " (in force)" if number == found.in_force else " (waits to be put in force)" * (number > found.in_force)
        typer.echo(f"Version {number}{role}: {found.sealed.get(number, 0)} keys sealed with it{place}.")
    typer.echo(f"{found.behind} behind." if found.behind else "Nothing is behind.")


@app.command()
def new(demo: OfDemo = False) -> None:
    """Make a version that waits: to be brought to every machine that has a key file of its own, before `rotate`."""
    with opened(demo=demo) as application:
        number = key_rotation.new_version(application)
    typer.echo(
        f"Version {number} stands in the key's file; nothing is sealed with it yet. Copy the file to every server and"
        " worker, keep a copy elsewhere, then `redress keys rotate`."
    )


@app.command()
def rotate(demo: OfDemo = False) -> None:
    """Seal every key with the newest version of the server's key, a new one where none waits; servers go on.

    Broken off, it goes on where it was.
    """
    with opened(demo=demo) as application:
        done = key_rotation.rotate(application)
        old = [number for number in sorted(application.keys.keyring.versions) if number < done.version]
    typer.echo(f"Version {done.version} seals; {done.count} {'key' if done.count == 1 else 'keys'} sealed again.")
    for name in done.unreadable:
        typer.echo(f"The key {name} was altered in the database and cannot be opened.", err=True)
    if done.unreadable:
        raise typer.Exit(1)
    if old:
        typer.echo(
            "Keep a copy of the key elsewhere, and take a new backup. A backup taken before still needs version"
            f" {', '.join(map(str, old))}: `redress keys retire {old[0]}` once none of them is wanted any more."
        )


@app.command()
def retire(
    version: Annotated[int, typer.Argument(help="As `redress keys status` prints it")],
    demo: OfDemo = False,
) -> None:
    """Forget an old version: what was erased, and backups taken before the rotation, can be read by nobody then."""
    with opened(demo=demo) as application:
        dropped = key_rotation.retire(application, version)
    if not dropped:
        typer.echo(f"Version {version} does not stand in the key's file.")
        raise typer.Exit(1)
    typer.echo(
        f"Version {version} is out of the key's file. Destroy it wherever else a copy is kept, and on other machines:"
        " while one is left, old backups can be read with it. Backups taken before the rotation are of no use now."
    )
