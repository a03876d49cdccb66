"""`redress worker`: the loops alone, beside servers that share a PostgreSQL database."""

from __future__ import annotations

import signal
import threading

from app.assembly import application_for
from app.beating import beating
from app.existing import require_schema
from app.interpreter import ready_to_serve
from app.log import configure
from app.serve import loops, read_processes
from app.settings import Settings
from storage.errors import StoreHeld


def work(settings: Settings) -> None:
    """Fire what is due until SIGTERM or SIGINT.

    Raises StoreHeld on SQLite, where the server does it itself, StoreError before `migrate`.
    """
    configure(settings.log_level)
    application = application_for(settings)
    if application.database.is_sqlite:
        raise StoreHeld("On SQLite the server fires what is due itself; a worker needs PostgreSQL.")
    require_schema(settings)
    read_processes(application)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    ready_to_serve()
    with beating(application, "worker", loops(application)):
        stop.wait()
    application.database.close()
