"""Runs the server: pages, API and, in the same process, the loops that fire what is due."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from api.app import create_app
from app.container import Application, build
from app.demo_clock import DemoClock
from app.log import configure
from app.settings import Settings
from escalation.metronome import Loop, Metronome
from storage import migrate
from storage.lock import serving


def application_for(settings: Settings) -> Application:
    """Return the application of these settings, in the demo with its movable clock."""
    clock = DemoClock(settings.var_folder / "demo-clock.json") if settings.demo else None
    return build(settings, clock=clock)


def loops(application: Application) -> list[Loop]:
    """Return what the metronome calls: due deadlines, and delivery of what is to be told."""
    return [
        Loop("deadlines", lambda going_on: application.sweep.run_once(going_on=going_on)),
        Loop("outbox", application.deliver),
    ]


def serve(settings: Settings, application: Application | None = None) -> None:
    """Serve until stopped. Raises StoreHeld when another server has the SQLite file, SchemaMissing before `migrate`."""
    configure(settings.log_level)
    with serving(settings.database_url):
        application = application or application_for(settings)
        metronome = Metronome(loops(application))
        metronome.start()
        try:
            server = uvicorn.Server(
                uvicorn.Config(
                    create_app(application), host=settings.host, port=settings.port, log_config=None,
                    access_log=False, server_header=False, timeout_graceful_shutdown=10,
                )
            )  # fmt: skip
            server.run()
        finally:
            metronome.stop()
            application.database.close()


def prepare(settings: Settings) -> None:
    """Make the folder of the installation and bring the schema up to date. Repeating is safe."""
    Path(settings.var_folder).mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
