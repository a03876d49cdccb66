"""Publishing a bundle, by whichever way it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from engine.commands.publish import PublishBundle
from engine.versions import Publication
from queries.reader import Reader

LONGEST_NOTE = 500
"""Characters that are kept of why something is published."""


class Asking(Protocol):
    """Who publishes: a request of the API, or a visit to the pages."""

    def reading(self) -> AbstractContextManager[Reader]:
        """Give one snapshot to read from."""
        ...

    def run(self, command: Any) -> Any:
        """Carry out a command as them. Raises its Refusal."""
        ...


def published(asking: Asking, files: Mapping[str, bytes], note: str) -> Publication:
    """Publish, and return what came of it; nobody waits for the writer while the bundle is judged.

    Raises NotPublishable, Forbidden. The same bundle again changes nothing.
    """
    with asking.reading() as reader:
        reader.library.versions.judge(reader.connection, files)
    kept = "".join(c for c in note if c.isprintable())[:LONGEST_NOTE]
    done: Publication = asking.run(PublishBundle(files, kept))
    return done
