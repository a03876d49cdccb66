"""One change of people, teams or posts from the command line, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.assembly import application_for
from app.existing import require_schema
from app.settings import Settings
from complaints.notices.new_readers import after_people_changed
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk


def change_people(act: Callable[[Desk], Any]) -> Any:
    """Do something with people and return its answer. Raises what it refuses with; then nothing has changed."""
    settings = Settings()
    require_schema(settings)
    application = application_for(settings)
    try:
        return application.pipeline.run(HouseWork(lambda desk: _done(desk, act(desk))), SYSTEM)
    finally:
        application.database.close()


def _done(desk: Desk, answer: Any) -> Any:
    """After every change of people: who is there to do what is open, or to be told, may be others."""
    after_people_changed(desk)
    return answer
