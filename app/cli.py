"""The command line. Every command says what went wrong and what to do; a stack trace is a fault of ours."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.exc import SQLAlchemyError

from access.errors import AccessError
from app import cli_backup, cli_demo, cli_incidents, cli_keys, cli_outbox, cli_people, cli_trail, cli_webhooks
from app.existing import chosen
from app.log import configure
from app.refusal_words import said
from app.settings import Settings
from engine.errors import Refusal
from storage.errors import StoreError

app = typer.Typer(
    help="Redress: complaint handling run by the institution's own diagram.",
    no_args_is_help=True,
    # Typer's own traces print local variables: tokens and people's words.
    pretty_exceptions_enable=False,
)
app.add_typer(cli_demo.app, name="demo", help="The demo: people and complaints made up, a clock that can be moved.")
app.add_typer(cli_incidents.app, name="incidents", help="What has failed: list, retry, dismiss, repair.")
app.add_typer(cli_keys.app, name="keys", help="The versions of the server's key: rotate, retire.")
app.add_typer(cli_outbox.app, name="outbox", help="What could not be delivered and was given up.")
app.add_typer(cli_people.app, name="user", help="People, teams, posts, and with what they sign in.")
app.add_typer(cli_trail.app, name="trail", help="Whether the record still is what was recorded.")
app.add_typer(cli_webhooks.app, name="webhook", help="Which other systems are told of what happens.")

OfDemo = Annotated[bool, typer.Option("--demo", help="Look into the demo's database")]
AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@app.command()
def serve() -> None:
    """Serve pages and API, and fire what is due, until stopped."""
    from app.serve import serve as run

    run(Settings())


@app.command()
def worker() -> None:
    """Fire what is due, beside servers on PostgreSQL; SQLite has one server, which does it itself."""
    from app.work import work

    work(Settings())


@app.command()
def alive() -> None:
    """Say whether a server or worker of this machine is at work; exit 0 when one is, 1 when not."""
    from app.alive import alive as who

    found = who(Settings())
    typer.echo(found or "Nobody on this machine has said lately that it is at work.")
    raise typer.Exit(0 if found else 1)


@app.command()
def migrate() -> None:
    """Bring the database to this release's schema. Repeating is safe."""
    from app.assembly import prepare

    prepare(Settings())
    typer.echo("The schema is up to date.")


@app.command()
def init(
    administrator: Annotated[str, typer.Option(prompt="Login of the administrator")],
    name: Annotated[str, typer.Option(prompt="Name of the administrator")],
    with_token: Annotated[bool, typer.Option("--token", help="Print a token of the administrator too")] = False,
) -> None:
    """Set up a real installation: schema, processes, an administrator with a one-time code; no demo people."""
    from app.installation import set_up

    typer.echo(set_up(Settings(), login=administrator, name=name, with_token=with_token))


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(help="Diagrams, tables, or a bundle (folder or zip)")],
    as_json: AsJson = False,
    language: Annotated[str, typer.Option(help="zh-CN, ko or en; without it the one of the terminal")] = "",
) -> None:
    """Say whether diagrams can be published; exit 0 when they can, 1 when not."""
    from api.finding_words import finding_words
    from app.checking import check_paths
    from app.finding_lines import counted, finding_lines
    from app.terminal_language import terminal_language

    settings, language = Settings(), terminal_language(language)
    words = finding_words(settings.locale_folder)
    problems = check_paths(paths, settings)
    if as_json:
        told = [words.told(problem, language).as_dict() for problem in problems]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for line in finding_lines(problems, words, language):
            typer.echo(line)
        errors = sum(p.severity == "error" for p in problems)
        typer.echo(counted(errors, len(problems) - errors, words, language))
    raise typer.Exit(1 if any(p.severity == "error" for p in problems) else 0)


@app.command()
def bundle(
    process: Annotated[str, typer.Argument(help="Folder of a process; or a key, for the installation's own")],
    out: Annotated[Path, typer.Argument(help="The zip to write")],
) -> None:
    """Pack a process's folders into a bundle that can be published elsewhere; says which folders."""
    from app.checking import pack_named

    if not out.absolute().parent.is_dir():
        raise ValueError(f"There is no folder {out.absolute().parent} to write into.")
    content, told = pack_named(process, Settings())
    out.write_bytes(content)
    typer.echo(f"{told}\n{out} written.")


@app.command()
def publish(
    path: Annotated[Path | None, typer.Argument(help="A bundle (zip); without one every process below bpmn/")] = None,
    note: Annotated[str, typer.Option(help="What changed and why")] = "",
) -> None:
    """Put processes in force for new cases; running cases keep their version."""
    from app.checking import publish_path

    for line in publish_path(path, note, Settings()):
        typer.echo(line)


@app.command()
def scenario(
    paths: Annotated[list[Path] | None, typer.Argument(help="Scenario files or folders; all of bpmn/ without")] = None,
) -> None:
    """Play scenarios on a virtual clock; exit 1 when one does not hold."""
    from app.scenarios.run import run_scenarios

    raise typer.Exit(run_scenarios(paths or [], Settings(), typer.echo))


@app.command()
def doctor(as_json: AsJson = False, demo: OfDemo = False) -> None:
    """Check what is stored: every state loads, projections equal their states, nothing due is forgotten."""
    from app.doctor import examine

    findings = examine(chosen(Settings(), demo=demo))
    typer.echo(json.dumps(findings, ensure_ascii=False) if as_json else "\n".join(findings) or "All is sound.")
    raise typer.Exit(1 if findings else 0)


@app.command()
def archive(demo: OfDemo = False) -> None:
    """Archive now what servers and workers archive by themselves: cases that ended long ago, as their process says."""
    from app.archiving import archiving
    from app.as_operator import opened

    with opened(demo=demo) as application:
        count = archiving(application).run()
    typer.echo(f"{count} {'case' if count == 1 else 'cases'} archived.")


@app.command()
def export(
    case: Annotated[str, typer.Argument(help="Number or id of a case")],
    language: Annotated[str, typer.Option(help="zh-CN, ko or en")] = "en",
    demo: OfDemo = False,
) -> None:
    """Print the file of a case as text: what was said, what was done, by whom and when."""
    from app.case_file_text import case_file_text

    typer.echo(case_file_text(chosen(Settings(), demo=demo), case, language))


app.command()(cli_backup.backup)
app.command()(cli_backup.restore)


def _guarded(run: Callable[[], Any]) -> int:
    try:
        run()
    except (Refusal, StoreError, AccessError, SQLAlchemyError, OSError, ValueError) as error:
        lines, code = said(error)
        print(*lines, sep="\n", file=sys.stderr)
        return code
    return 0


def main() -> None:
    """Run the command line; exit codes are those of each command, else 1 or 2 (`app.refusal_words`)."""
    configure("WARNING")
    sys.exit(_guarded(app))


if __name__ == "__main__":
    main()
