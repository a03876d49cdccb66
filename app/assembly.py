"""Puts an installation together from its settings: its folder and schema, and the application with the right clock.

Every command begins here; only what serves loads the web (`app/serve.py`).
"""

from __future__ import annotations

from pathlib import Path

from app.container import Application, build
from app.demo_clock import DemoClock
from app.key_noted import note_key
from app.server_key import make_key_file
from app.settings import Settings
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork


def application_for(settings: Settings) -> Application:
    """Return the application of these settings, in the demo with its movable clock."""
    clock = DemoClock(settings.var_folder / "demo-clock.json") if settings.demo else None
    return build(settings, clock=clock)


def prepare(settings: Settings) -> None:
    """Make the folder of the installation, and its key, and bring the schema up to date. Repeating is safe.

    Raises UnfitKeyring where the key is not that of the database, KeyAbsent where it is not there any more.
    """
    from storage import migrate  # costly to load, and who only asks for the application needs it not

    Path(settings.var_folder).mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
    make_key_file(settings)
    application = application_for(settings)
    try:
        application.pipeline.run(HouseWork(note_key), SYSTEM)
    finally:
        application.database.close()
