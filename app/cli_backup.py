"""`redress backup` and `redress restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.existing import chosen
from app.settings import Settings


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there")],
    demo: Annotated[bool, typer.Option("--demo", help="Of the demo's database")] = False,
) -> None:
    """Write the whole database into one file, while servers and workers go on."""
    from app.backup.make import back_up

    typer.echo(back_up(chosen(Settings(), demo=demo), file))


def restore(
    file: Annotated[Path, typer.Argument(help="What `redress backup` wrote")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Even where there are cases; what is there is kept beside")
    ] = False,
) -> None:
    """Put a backup in the place of the database, and look whether it is sound; servers and workers are stopped."""
    from app.backup.restore import restore as run
    from app.doctor import examine
    from engine.clock import SystemClock

    settings = Settings()
    done = run(settings, file, now=SystemClock().now(), replace=replace)
    typer.echo(
        f"Restored: {done.cases} cases." + (f" What was there before is kept: {done.kept}." if done.kept else "")
    )
    findings = examine(settings)
    typer.echo("\n".join(findings) or "All is sound.")
    raise typer.Exit(1 if findings else 0)
