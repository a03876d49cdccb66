"""Writes `docs/cases/*.md`: plays each story beside it and prints its case file, in the language of the complaint.

`python -m tests.docs.case_files` refreshes the files; a test compares them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.case_file_text import case_text
from app.scenarios.file import Scenario, read_scenario
from app.scenarios.play import play_on
from app.scenarios.stage import Stage, stage
from app.settings import ROOT, Settings
from engine.tables import instance
from engine.versions import Versions
from storage.outbox import outbox
from tests.support.delivery import deliver_all

FOLDER = ROOT / "docs" / "cases"
HEAD = """<!-- Written by tests/docs/case_files.py from {story}; a test keeps it current. -->

*{title}. The story is [{story}]({story}); `redress scenario docs/cases/{story}` plays it, and this is
what `redress export` prints of it afterwards. The people are made up.*

"""


BY_HAND = timedelta(minutes=2)


class ToldStage(Stage):
    """A stage on which letters and notices go out too, each at its own instant."""

    def run(self, command: Any, login: str | None) -> Any:
        """Carry out a command, what is due by then, and what is to be told; people take two minutes for each."""
        if self.case_id:
            self.move_to(self.clock.now() + BY_HAND)
        answer = super().run(command, login)
        deliver_all(self.application)
        return answer

    def move_to(self, at: datetime) -> None:
        """Move the clock from one due instant or delivery to the next."""
        while (following := self._following(at)) is not None:
            super().move_to(following)
            deliver_all(self.application)
        super().move_to(at)
        deliver_all(self.application)

    def _following(self, at: datetime) -> datetime | None:
        now = self.clock.now()
        waiting = (outbox.c.delivered_at.is_(None), outbox.c.cancelled_at.is_(None), outbox.c.given_up_at.is_(None))
        with self.application.database.read() as connection:
            instants = [
                connection.execute(select(func.min(column)).where(column > now, column <= at, *conditions)).scalar()
                for column, conditions in (
                    (instance.c.next_due, ()), (outbox.c.held_until, waiting), (outbox.c.deliver_after, waiting),
                )
            ]  # fmt: skip
        return min((each for each in instants if each is not None), default=None)


def stories() -> list[Path]:
    """Return the stories that are told."""
    return sorted(FOLDER.glob("*.yaml"))


def told(story: Scenario, versions: Versions | None = None) -> str:
    """Return the case file of a story, in the language of its complaint."""
    on = stage(story, Settings(), versions=versions)
    on = ToldStage(on.scenario, on.application, on.clock)
    play_on(on)
    try:
        language = str(story.complaint["language"])
        head = HEAD.format(story=f"{story.name}.yaml", title=story.title["en"])
        return head + case_text(on.application, on.case_id, language)
    finally:
        on.application.database.close()


if __name__ == "__main__":
    for file in stories():
        file.with_suffix(".md").write_text(told(read_scenario(file)), encoding="utf-8")
