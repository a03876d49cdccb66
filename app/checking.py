"""`redress check` and `redress publish`: files, folders and zips, with the same verdict as the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from api.finding_words import finding_words
from app.assembly import application_for
from app.container import house, process_keys
from app.existing import chosen, require_schema
from app.finding_lines import finding_lines
from app.settings import Settings
from app.terminal_language import terminal_language
from engine.bundles.bundle import UnreadableBundle, pack, process_key, read_folders, unpack
from engine.bundles.examine_bundle import check, unknown_names
from engine.bundles.house import House
from engine.configuration.toml_places import line_of, toml_places
from engine.missing_names import missing_in_force
from engine.model.problem import Problem
from engine.publication import CheckContext, check_bundle
from engine.versions import Versions
from escalation.posts import load_posts, parse_posts
from escalation.refusals import ConfigProblem
from storage.database import Database
from storage.errors import StoreError

POSTS = "posts.toml"


def check_paths(paths: list[Path], settings: Settings) -> list[Problem]:
    """Return the findings about files: a folder with `process.toml` or a zip as a bundle, anything else by itself.

    Several single files are checked together, so that calls between them are found. A file of teams and posts is
    checked against the processes that lie beside it, the installation's own also against those in force. Where teams
    and posts of the installation cannot be read, that is the only finding: nothing else can be judged without them.
    Raises UnreadableBundle where a path is nothing that can be checked.
    """
    problems: list[Problem] = []
    single: dict[str, bytes] = {}
    bundles: list[dict[str, bytes]] = []
    for path in paths:
        if not path.exists():
            raise UnreadableBundle(f"There is no file or folder {path}.")
        if path.is_dir():
            next(path.iterdir(), None)  # a folder that may not be read would look empty below
        if path.is_dir() and (path / "process.toml").exists():
            bundles.append(read_folders(path.resolve().parent, forms_beside(path, settings), path.resolve().name))
        elif path.is_dir():
            single.update({str(p): p.read_bytes() for p in sorted(path.rglob("*")) if p.suffix in (".bpmn", ".dmn")})
        elif path.suffix == ".zip":
            bundles.append(_unpacked(path))
            process_key(bundles[-1])
        elif path.name == POSTS:
            problems += check_posts(path.read_bytes(), str(path)) or _missing_names(path, settings)
        else:
            single[str(path)] = path.read_bytes()
    known = {name: data for name, data in single.items() if name.lower().endswith((".bpmn", ".dmn"))}
    if single.keys() - known.keys():
        raise UnreadableBundle(f"This is no diagram and no table: {', '.join(sorted(single.keys() - known.keys()))}.")
    if not single and not bundles and all(path.name != POSTS for path in paths):
        raise UnreadableBundle("There is nothing to check: name diagrams (.bpmn), tables (.dmn), or a bundle.")
    if single or bundles:
        problems += _with_house(bundles, single, settings.bpmn_folder / POSTS)
    return list(dict.fromkeys(problems))


def forms_beside(folder: Path, settings: Settings) -> Path:
    """Return where the forms of a process are: the installation's for its own folder, else those beside the copy."""
    beside = folder.resolve().parent
    if beside == settings.bpmn_folder.resolve():
        return settings.forms_folder
    return beside.parent / "forms" / "definitions"


def pack_named(named: str, settings: Settings) -> tuple[bytes, str]:
    """Return the zip of a process, and a sentence that says from which folders it was packed.

    `named` is a folder with `process.toml`, as for `check`, or the key of a process of the installation where there is
    no such folder. Raises UnreadableBundle where it is neither.
    """
    folder, own_key = Path(named), (settings.bpmn_folder / named / "process.toml").is_file()
    if not (folder / "process.toml").is_file():
        if folder.is_dir() and not own_key:
            raise UnreadableBundle(f"There is no process.toml in {named}; name the folder of one process.")
        if folder.exists() and not own_key:
            raise UnreadableBundle(f"{named} is a file; name the folder of one process, or its key.")
        if folder.name != named:
            raise UnreadableBundle(f"There is no file or folder {named}.")
        folder = settings.bpmn_folder / named
    forms, key = forms_beside(folder, settings), folder.resolve().name
    files = read_folders(folder.resolve().parent, forms, key)
    own = forms / key
    with_forms = f"and {own.resolve()}" if own.is_dir() else f"without forms: there is no folder {own}"
    return pack(files), f"Packed from {folder.resolve()} {with_forms}."


def _with_house(bundles: list[dict[str, bytes]], single: dict[str, bytes], posts: Path) -> list[Problem]:
    broken = check_posts(posts.read_bytes(), str(posts)) if posts.is_file() else []
    if broken:
        return broken
    around = house(load_posts(posts))
    problems = [problem for files in bundles for problem in check(files, around)]
    return problems + (check_bundle(single, context=_alone(around)) if single else [])


def _alone(around: House) -> CheckContext:
    """Return what is known of a diagram without its bundle: the house, and nothing of its facts, forms and clocks."""
    return CheckContext(
        mode="file",
        known_teams=around.teams,
        known_posts=around.posts,
        known_operations=around.operations,
    )


def check_posts(content: bytes, file: str) -> list[Problem]:
    """Return what keeps a file of teams and posts from being read, with its line; at most one finding."""
    try:
        parse_posts(content, file=Path(file).name)
    except ConfigProblem as fault:
        # There the first entry of a list is `#1`, here it is `[0]`.
        key = re.sub(r"#(\d+)", lambda found: f"[{int(found[1]) - 1}]", fault.key)
        line = line_of(toml_places(content.decode("utf-8-sig", "replace")), key)
        told = re.search(r"\(at line (\d+),", fault.reason)
        reason = fault.reason.removesuffix(".")
        return [
            Problem(
                file=file,
                line=line or (int(told[1]) if told else None),
                severity="error",
                code=fault.code,
                element=fault.key or None,
                name=None,
                message=f"`{fault.key}` {reason}." if fault.key else f"The file {reason}.",
                advice="Correct this line; what may stand there is in docs/process-owner/posts.md.",
            )
        ]
    return []


def _missing_names(path: Path, settings: Settings) -> list[Problem]:
    """Return a warning for each place where a process names a team or post that a sound file does not have.

    The processes are those that lie beside the file. Of the installation's own file also those in force, where there is
    a database of this program's: their findings begin with process and version, and are left out where the process
    beside it has the same. A process that cannot be read is not judged here.
    """
    around, folder = house(load_posts(path)), path.resolve().parent
    found: list[Problem] = []
    for key in process_keys(folder):
        with suppress(UnreadableBundle):
            found += unknown_names(read_folders(folder, forms_beside(folder / key, settings), key), around)
    if folder != settings.bpmn_folder.resolve():
        return found
    settings = chosen(settings)
    with suppress(StoreError, SQLAlchemyError):
        require_schema(settings)
        database = Database(settings.database_url)
        try:
            with database.read() as connection:
                for version, problem in missing_in_force(Versions(around), connection, around):
                    if problem not in found:
                        place = f"{version.process_key} {version.number}: {problem.file}"
                        found.append(replace(problem, file=place))
        finally:
            database.close()
    return found


def publish_path(path: Path | None, note: str, settings: Settings) -> Iterator[str]:
    """Publish a zip, or everything below `bpmn/`; yield what came of each, its warnings first.

    Raises NotPublishable, UnreadableBundle, OSError for a file that cannot be read, NoDatabase where there is none.
    """
    files = _unpacked(path) if path is not None else None
    require_schema(settings)
    words = finding_words(settings.locale_folder)
    application = application_for(settings)
    try:
        if files is None:
            done = application.publish_folder(note=note)
        else:
            done = [application.publish(files, note=note)]
    finally:
        application.database.close()
    for publication in done:
        version = publication.version
        yield from finding_lines(publication.problems, words, terminal_language(""))
        warnings = "1 warning" if len(publication.problems) == 1 else f"{len(publication.problems)} warnings"
        yield f"{version.process_key} {version.number}: {publication.outcome}, {warnings}"


def _unpacked(path: Path) -> dict[str, bytes]:
    """Return the files of a zip. Raises UnreadableBundle naming it, OSError where it cannot be read."""
    if path.is_dir():
        raise UnreadableBundle(f"{path} is a folder; pack it with `redress bundle` first.")
    try:
        return unpack(path.read_bytes())
    except UnreadableBundle as refusal:
        raise UnreadableBundle(f"{path}: {refusal.message}") from None
