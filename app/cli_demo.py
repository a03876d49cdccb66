"""`redress demo`: run the demo, start it anew, move its clock."""

from __future__ import annotations

import json
import re
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated, Any

import typer

from app.assembly import application_for, prepare
from app.existing import DEMO_FILE, demo_settings
from app.listening import listening
from app.settings import Settings
from engine.clock import SystemClock
from storage.lock import lock_path, serving

app = typer.Typer(no_args_is_help=True)
LENGTH = re.compile(r"^\+?(\d{1,5})\s*(m|min|h|d|w)$")


@app.command()
def run(
    fresh: Annotated[bool, typer.Option(help="Throw away what the last demo left")] = False,
    quiet: Annotated[bool, typer.Option(help="Do not print the sign-ins")] = False,
) -> None:
    """Serve the demo; the first time with people and complaints made up for it."""
    from app.serve import serve_on

    settings = demo_settings(Settings())
    # First of all: a start that is refused has printed no token and left every file as it was.
    with serving(settings.database_url), listening(settings.host, settings.port) as sockets:
        _ready(settings, fresh=fresh, quiet=quiet)
        serve_on(settings, application_for(settings), sockets)


def _ready(settings: Settings, *, fresh: bool, quiet: bool) -> None:
    """Make the demo's files where there are none or others are wanted, and print where and how to sign in."""
    from app.demo import seed, write_card

    card, database = settings.var_folder / "demo.json", settings.var_folder / DEMO_FILE
    if fresh or not (card.exists() and database.exists()):
        _clear(settings)
        prepare(settings)
        typer.echo("Seeding the demo ...")
        write_card(settings, seed(settings, present=SystemClock().now()))
    else:
        prepare(settings)
    content = _card(card)
    content["url"] = f"http://127.0.0.1:{settings.port}"
    card.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
    if not quiet:
        typer.echo(f"\nRedress demo: {content['url']}\nSign in with one of these tokens (also in {card}):")
        for person in content["people"]:
            duties = ", ".join([*person["teams"], *person["posts"], *person["roles"]])
            typer.echo(f"  {person['name']:<12} {duties:<60} {person['token']}")


def _clear(settings: Settings) -> None:
    """Throw away what an earlier demo left, but for the lock: it is ours, and nobody may lock another in its place."""
    kept = lock_path(settings.database_url)
    for path in settings.var_folder.glob("demo*"):
        if path.is_dir():
            shutil.rmtree(path)
        elif kept is None or path.resolve() != kept:
            path.unlink()


@app.command()
def clock(by: Annotated[str, typer.Argument(help="+45m, +2h, +3d or +1w")]) -> None:
    """Move the running demo's clock forward; what falls due on the way fires at its own time."""
    match = LENGTH.match(by.strip())
    if match is None:
        raise ValueError(f"{by!r} is no length of time: write +45m, +2h, +3d or +1w.")
    settings = demo_settings(Settings())
    content = _card(settings.var_folder / "demo.json")
    operator = next(p for p in content["people"] if "operator" in p["roles"])
    answer = _post(f"{content['url']}/api/demo/clock", {"by": f"{match[1]}{match[2]}"}, operator["token"])
    typer.echo(f"It is now {answer['now']} in the demo.")


def _card(file: Path) -> dict[str, Any]:
    """Return who can sign in to the demo, and where. Raises ValueError, saying what to do, where nobody wrote it."""
    if not file.is_file():
        raise ValueError(f"No demo was started here: there is no {file}. Start it with `redress demo run`.")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        content = None
    if not isinstance(content, dict) or not isinstance(content.get("people"), list) or "url" not in content:
        raise ValueError(f"{file} is not what the demo wrote. Start it anew with `redress demo run --fresh`.")
    return content


def _post(url: str, body: dict[str, Any], token: str) -> Any:
    request = urllib.request.Request(  # noqa: S310 - an address of this machine, from our own file
        url,
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise ValueError(f"The demo refused: {error.read().decode(errors='replace')}") from None
    except urllib.error.URLError as error:
        raise ValueError(f"No demo answers at {url}: start it with make run. ({error.reason})") from None
