"""`redress check` and `redress publish`: files, folders and zips, with the same verdict as the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.container import build, house
from app.serve import application_for
from app.settings import Settings
from engine.bundle import UnreadableBundle, process_key, read_folders, unpack
from engine.case_work import SYSTEM
from engine.commands.publish import PublishBundle
from engine.compile_bundle import check
from engine.model.problem import Problem
from engine.publication import CheckContext, check_bundle
from escalation.posts import load_posts


def check_paths(paths: list[Path], settings: Settings) -> list[Problem]:
    """Return the findings about files: a folder with `process.toml` or a zip as a bundle, anything else by itself.

    Several single files are checked together, so that calls between them are found.
    """
    posts = load_posts(settings.bpmn_folder / "posts.toml")
    problems: list[Problem] = []
    single: dict[str, bytes] = {}
    for path in paths:
        if not path.exists():
            raise UnreadableBundle(f"There is no file {path}.")
        if path.is_dir() and (path / "process.toml").exists():
            forms = (
                settings.forms_folder
                if path.resolve().parent == settings.bpmn_folder.resolve()
                else (path.resolve().parent.parent / "forms" / "definitions")
            )
            problems += check(read_folders(path.resolve().parent, forms, path.resolve().name), house(posts))
        elif path.is_dir():
            single.update({str(p): p.read_bytes() for p in sorted(path.rglob("*")) if p.suffix in (".bpmn", ".dmn")})
        elif path.suffix == ".zip":
            files = unpack(path.read_bytes())
            process_key(files)
            problems += check(files, house(posts))
        else:
            single[str(path)] = path.read_bytes()
    known = {name: data for name, data in single.items() if name.lower().endswith((".bpmn", ".dmn"))}
    if single.keys() - known.keys():
        raise UnreadableBundle(f"This is no diagram and no table: {', '.join(sorted(single.keys() - known.keys()))}.")
    if not single and not any(path.suffix == ".zip" or (path / "process.toml").exists() for path in paths):
        raise UnreadableBundle("There is nothing to check: name diagrams (.bpmn), tables (.dmn), or a bundle.")
    if single:
        problems += check_bundle(single, context=CheckContext(mode="file"))
    return problems


def publish_path(path: Path | None, note: str, settings: Settings) -> Iterator[str]:
    """Publish a zip, or everything below `bpmn/`; yield what came of each. Raises NotPublishable."""
    application = build(settings) if not settings.demo else application_for(settings)
    if path is None:
        done = application.publish_folder(note=note)
    else:
        done = [application.pipeline.run(PublishBundle(unpack(path.read_bytes()), note), SYSTEM)]
    application.database.close()
    for publication in done:
        version = publication.version
        yield f"{version.process_key} {version.number}: {publication.outcome}, {len(publication.problems)} warnings"
