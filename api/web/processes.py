"""For process owners: what is published, how it is drawn, and publishing a bundle with the list of what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from access.people import names
from access.policy import may_publish
from api.errors import status_of
from api.finding_words import finding_words
from api.publishing import published
from api.web.drawing import as_json, plain
from api.web.failures import PageRoute, refusal_text
from api.web.posted import Posted
from api.web.visit import Visit, from_staff, staff
from engine.bundles.bundle import UnreadableBundle, unpack
from engine.errors import Forbidden, NotPublishable
from engine.versions import Version
from queries.drawings import drawings_of

router = APIRouter(route_class=PageRoute)
Staff = Annotated[Visit, Depends(staff)]


@router.get("/processes")
def processes_page(here: Staff) -> Response:
    """Show every process with its versions, the newest first."""
    return _show(here)


@router.get("/processes/{key}/{number}")
def process_page(here: Staff, key: str, number: int) -> Response:
    """Show one version: its drawings, and its steps in words."""
    with here.reading() as reader:
        version = reader.library.versions.get(reader.connection, key, number)
        process = reader.process(version.id)
        words = reader.library.words.of(process)
        by = names(reader.connection, [version.published_by] if version.published_by else [])
    steps = [
        (words.element(each.id, here.language), here.team_name(each.team), each.documentation)
        for each in process.diagram.elements.values()
        if each.kind == "userTask"
    ]
    return here.page(
        "process.html",
        version=version,
        title=words.title(here.language),
        steps=steps,
        by=by.get(version.published_by or "", ""),
        files=sorted(process.documents),
    )


@router.get("/processes/{key}/{number}/diagram.json")
def process_drawing(here: Staff, key: str, number: int) -> Response:
    """Return the drawings of a version, for `assets/diagram.js`."""
    with here.reading() as reader:
        versions = reader.library.versions
        version = versions.get(reader.connection, key, number)
        process = reader.process(version.id)
        elements = process.diagram.elements.values()
        first = next((each.file for each in elements if each.process == process.config.process), None)
        drawings = drawings_of(versions.files(reader.connection, version.id), first)
        return as_json(plain(reader, here, process, drawings))


@router.post("/processes")
def check_or_publish(here: Staff, sent: Annotated[Posted, Depends(from_staff)]) -> Response:
    """Check a bundle, or publish it; either way every finding is shown with file, element, line and advice."""
    if not may_publish(here.who):
        raise Forbidden("Only a process owner publishes processes.")
    try:
        files = unpack(sent.files.get("bundle", b""))
        if sent.text("do") == "publish":
            done = published(here, files, sent.text("note"))
            problems = [each.as_dict() for each in done.problems]
            return _show(here, verdict=done.outcome, problems=problems, version=done.version)
        with here.reading() as reader:
            found = [each.as_dict() for each in reader.library.versions.check(reader.connection, files)]
    except UnreadableBundle as refusal:
        return _show(here, verdict="unreadable", message=refusal_text(here, refusal), status=status_of(refusal))
    except NotPublishable as refusal:
        return _show(here, verdict="refused", problems=refusal.details["problems"], status=status_of(refusal))
    fits = not any(each["severity"] == "error" for each in found)
    return _show(here, verdict="fits" if fits else "refused", problems=found, status=200 if fits else 422)


def _show(
    here: Visit,
    *,
    verdict: str = "",
    message: str = "",
    problems: list[dict[str, Any]] | None = None,
    version: Version | None = None,
    status: int = 200,
) -> Response:
    with here.reading() as reader:
        versions = reader.library.versions.all(reader.connection)
        in_force = {each.id for each in reader.library.versions.in_force(reader.connection)}
        titles = _titles(here, versions)
        by = names(reader.connection, [each.published_by for each in versions if each.published_by])
    grouped: dict[str, list[Version]] = {}
    for each in versions:
        grouped.setdefault(each.process_key, []).append(each)
    words = finding_words(here.site.house.settings.locale_folder)
    return here.page(
        "processes.html", status=status, processes=grouped, titles=titles, by=by, verdict=verdict, message=message,
        problems=[words.row(each, here.language) for each in problems or ()], published=version,
        in_force=in_force,
    )  # fmt: skip


def _titles(here: Visit, versions: list[Version]) -> Mapping[str, str]:
    titles: dict[str, str] = {}
    with here.reading() as reader:
        for each in versions:
            if each.process_key not in titles:
                titles[each.process_key] = reader.library.words.of(reader.process(each.id)).title(here.language)
    return titles
