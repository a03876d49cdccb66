"""Reads `posts.toml` again when it has changed: checked first, in force as a whole, and never when it is broken."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from platform import node

import structlog
from sqlalchemy import select

from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import StepFailed
from engine.incidents import note_failure, settle_house, stands
from engine.missing_names import missing_in_force
from engine.pipeline import Desk, Pipeline
from engine.tables import house_state
from escalation.posts import Posts, parse_posts, read_posts
from escalation.refusals import ConfigProblem
from storage.insert import upsert_many
from trail.house import Kind

log = structlog.get_logger(__name__)

NOTED = "posts."
"""What the keys in `house_state` begin with that say which posts a machine was noted with."""
DOING = "read posts.toml"
"""What the incident of a file that cannot be used says was being done."""


class PostsWatch:
    """Keeps the posts of one process at what its file says. Every process has its own; they need not know each other.

    `take` puts new posts into force. `machine` names this one in what goes on record.
    """

    def __init__(
        self,
        *,
        file: Path,
        pipeline: Pipeline,
        take: Callable[[Posts], None],
        read: bytes,
        machine: str | None = None,
    ) -> None:
        """Begin with the bytes that the posts in force were read from."""
        self._machine = machine or node()
        self._about = f"{self._machine}:{file.resolve()}"
        self._file, self._pipeline, self._take = file, pipeline, take
        self._in_force: bytes | str = read
        self._seen: bytes | str = read
        self._refused: tuple[bytes | str, ConfigProblem] | None = None
        self._begun = self._sound = False

    def run_once(self, going_on: Callable[[], bool] = lambda: True) -> bool:
        """Look at the file, and take what is new in it; say whether something was taken. Repeating is safe.

        New content counts when two looks in a row find the same: a file that is being written is let be. Content that
        cannot be used leaves in force what was, is told once by the log, and stays on record (`redress doctor`) until
        this file can be used again. Of a team or post that a process in force names and the file has no more, the log
        warns (`posts-name-missing`). Raises StoreError when that cannot be written down; then it is tried again.
        """
        content = self._content()
        settled, self._seen = content == self._seen, content
        if not settled:
            return False
        if content == self._in_force:
            self._well()
            return False
        if self._refused is not None and content == self._refused[0]:
            self._stay_on_record(self._refused[1])
            return False
        try:
            posts = self._parsed(content)
        except ConfigProblem as problem:
            log.error("posts-refused", file=problem.file, key=problem.key, reason=problem.reason)
            self._ill(problem)
            self._refused = (content, problem)
            return False
        self._take(posts)
        self._in_force, self._sound = content, False
        log.info("posts-taken", teams=len(posts.teams), posts=len(posts.posts))
        self._well()
        self._warn()
        return True

    def _note_taken(self, desk: Desk) -> None:
        """Put on record which posts are in force on this machine, where they are others than were noted last."""
        held = self._in_force if isinstance(self._in_force, bytes) else self._in_force.encode()
        key, found = f"{NOTED}{self._about}", hashlib.sha256(held).hexdigest()
        table = house_state.c
        if desk.connection.scalar(select(table.value).where(table.key == key)) != found:
            upsert_many(desk.connection, house_state, [{"key": key, "value": found}], unique=("key",))
            desk.note(Kind.POSTS_TAKEN, digest=found)

    def _warn(self) -> None:
        """Say by the log what the processes in force name and the file does not have any more."""
        versions = self._pipeline.services.versions
        with self._pipeline.database.read() as connection:
            for version, problem in missing_in_force(versions, connection, versions.house):
                log.warning(
                    "posts-name-missing", process=version.process_key, version=version.number, file=problem.file,
                    element=problem.element, code=problem.code, reason=problem.message,
                )  # fmt: skip

    def _content(self) -> bytes | str:
        """Return what the file holds, or why it cannot be read."""
        try:
            return read_posts(self._file)
        except ConfigProblem as problem:
            return problem.reason

    def _parsed(self, content: bytes | str) -> Posts:
        if isinstance(content, str):
            raise ConfigProblem(file=self._file.name, key="", reason=content)
        return parse_posts(content, file=self._file.name)

    def _ill(self, problem: ConfigProblem) -> None:
        self._sound = False
        failed = StepFailed(f"{problem.message} (on {self._machine}); what was read before stays in force.")

        def note(desk: Desk) -> None:
            note_failure(desk.connection, None, failed, doing=DOING, about=self._about, now=desk.now, ids=desk.ids)

        self._pipeline.run(HouseWork(note), SYSTEM)

    def _stay_on_record(self, problem: ConfigProblem) -> None:
        """A process that begins elsewhere closes all incidents of the posts; the one of this file still stands."""
        with self._pipeline.database.read() as connection:
            known = stands(connection, DOING, about=self._about)
        if not known:
            self._ill(problem)

    def _well(self) -> None:
        """The file can be used: its incident is over. Once after the start, and after each failure.

        At the start all of them are closed: the machine of one may be gone for good. Who still has a file that cannot
        be used notes it again at the next look.
        """
        self._refused = None
        if self._sound:
            return
        about = self._about if self._begun else None

        def act(desk: Desk) -> None:
            settle_house(desk.connection, DOING, now=desk.now, about=about)
            self._note_taken(desk)

        self._pipeline.run(HouseWork(act), SYSTEM)
        self._begun = self._sound = True
