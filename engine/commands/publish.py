"""Publish a bundle as the next version of its process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from access.policy import may_publish
from engine.errors import Forbidden
from engine.pipeline import Desk
from engine.versions import Publication
from trail.house import Kind


@dataclass(frozen=True)
class PublishBundle:
    """Put these files in force for new cases; running ones keep their version."""

    files: Mapping[str, bytes]
    note: str = ""


def publish_bundle(desk: Desk, command: PublishBundle) -> Publication:
    """Publish. Raises Forbidden, NotPublishable with the whole list. The same bundle again changes nothing."""
    principal = desk.actor.principal
    if desk.actor.kind != "system" and (principal is None or not may_publish(principal)):
        raise Forbidden("Only a process owner publishes processes.")
    done = desk.services.versions.publish(
        desk.connection,
        command.files,
        version_id=desk.ids.new(),
        now=desk.now,
        by=principal.person_id if principal else None,
        note=command.note,
    )
    if done.outcome != "unchanged":
        version = done.version
        desk.note(
            Kind.PROCESS_PUBLISHED, process=version.process_key, version=version.number, outcome=done.outcome,
            digest=version.digest,
        )  # fmt: skip
    return done
