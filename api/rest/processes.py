"""Processes: which versions there are, publishing a bundle, and the same verdict without storing anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from access.policy import may_publish
from api.answers import answer
from api.arrival import ApiRoute
from api.authentication import Staff
from api.context import RequestContext
from api.finding_words import finding_words
from api.publishing import LONGEST_NOTE, published
from api.rest.documents import CHANGES, Responses, problems
from engine.bundles.bundle import unpack
from engine.errors import Forbidden, Unfit
from engine.model.problem import Problem
from engine.versions import Version

router = APIRouter(prefix="/api/processes", tags=["processes"], route_class=ApiRoute)

BUNDLE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A zip with `bpmn/<key>/` and `forms/definitions/<key>/`.",
        "content": {
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["bundle"],
                    "properties": {
                        "bundle": {"type": "string", "format": "binary"},
                        "note": {"type": "string", "maxLength": LONGEST_NOTE},
                    },
                }
            },
        },
    }
}


@dataclass(frozen=True)
class VersionLine:
    """A published version."""

    id: str
    key: str
    version: int
    digest: str
    active: bool
    """True: published and not taken out of use; of several, one is in force."""
    in_force: bool
    """True for the one version of a process that new cases take: the active one that was published last, be it again.
    Running cases keep the version in which they began."""
    published_at: datetime
    published_by: str | None
    note: str


@dataclass(frozen=True)
class VersionList:
    """All versions, the newest first within each process."""

    items: list[VersionLine]
    next: str | None = None


@dataclass(frozen=True)
class ProblemLine:
    """A finding about a bundle."""

    file: str
    line: int | None
    severity: str
    code: str
    element: str | None
    name: str | None
    message: str
    advice: str


@dataclass(frozen=True)
class PublishedAnswer:
    """What publishing came to."""

    outcome: str
    """`published`, `reinstated` (an earlier version is in force again), `drawing` (same process, new layout), or
    `unchanged`."""
    process: VersionLine
    problems: list[ProblemLine]
    """Warnings; errors refuse."""


@dataclass(frozen=True)
class Verdict:
    """What publishing would come to."""

    publishable: bool
    problems: list[ProblemLine]


@dataclass(frozen=True)
class Upload:
    """A bundle as it was sent, not looked at yet: whoever sent it signs in first."""

    sent: bytes | None
    """None: a form without it."""
    note: str

    @property
    def content(self) -> bytes:
        """The zip. Raises Unfit where none was sent."""
        if self.sent is None:
            raise Unfit("Send the zip as the part `bundle`.", fields=[{"field": "bundle", "code": "required"}])
        return self.sent


async def upload(
    request: Request,
    bundle_note: Annotated[str, Header(max_length=LONGEST_NOTE, description="Why; with a plain zip.")] = "",
) -> Upload:
    """Return the bundle of a request: a zip as the body, or the part `bundle` of a form."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return Upload(await request.body(), bundle_note)
    async with request.form(max_files=1, max_fields=4) as form:
        part, note = form.get("bundle"), form.get("note", "")
        sent = await part.read() if isinstance(part, UploadFile) else None
        return Upload(sent, note if isinstance(note, str) else "")


AGAIN: Responses = {
    200: {"model": PublishedAnswer, "description": "Nothing new is in force: see `outcome`."},
}
Bundle = Annotated[Upload, Depends(upload)]


@router.get("", response_model=VersionList, responses=problems(401, 422))
def list_processes(context: Staff) -> Response:
    """List every published version."""
    with context.reading() as reader:
        versions = context.application.versions.all(reader.connection)
        in_force = {each.id for each in context.application.versions.in_force(reader.connection)}
    return answer(VersionList([_line(version, in_force=version.id in in_force) for version in versions]))


@router.post("", status_code=201, response_model=PublishedAnswer, responses=CHANGES | AGAIN, openapi_extra=BUNDLE_BODY)
def publish(context: Staff, bundle: Bundle) -> Response:
    """Publish a bundle; new cases take it at once, running ones keep their version. 422 lists every error."""
    _require_publisher(context)
    done = published(context, unpack(bundle.content), bundle.note)
    found = _told(context, done.problems)
    return answer(
        PublishedAnswer(done.outcome, _line(done.version, in_force=True), found),
        status=201 if done.outcome == "published" else 200,
    )


@router.post("/check", response_model=Verdict, responses=CHANGES, openapi_extra=BUNDLE_BODY)
def check(context: Staff, bundle: Bundle) -> Response:
    """Check a bundle as publishing would; nothing is stored."""
    _require_publisher(context)
    files = unpack(bundle.content)
    with context.reading() as reader:
        found = context.application.versions.check(reader.connection, files)
    lines = _told(context, found)
    return answer(Verdict(not any(each.severity == "error" for each in found), lines))


def _told(context: RequestContext, problems: Iterable[Problem]) -> list[ProblemLine]:
    """Return findings in the caller's language."""
    words = finding_words(context.application.settings.locale_folder)
    return [ProblemLine(**words.told(each, context.language).as_dict()) for each in problems]


def _require_publisher(context: RequestContext) -> None:
    if not may_publish(context.who):
        raise Forbidden("Only a process owner publishes processes.")


def _line(version: Version, *, in_force: bool) -> VersionLine:
    return VersionLine(
        id=version.id,
        key=version.process_key,
        version=version.number,
        digest=version.digest,
        active=version.active,
        in_force=in_force,
        published_at=version.published_at,
        published_by=version.published_by,
        note=version.note,
    )
