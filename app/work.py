"""`redress worker`: the loops alone, beside servers that share a PostgreSQL database."""

from __future__ import annotations

import threading

from app.assembly import application_for
from app.beating import beating
from app.existing import require_schema
from app.interpreter import ready_to_serve
from app.log import configure
from app.serve import loops, read_processes
from app.settings import Settings
from app.stopping import stopping
from storage.errors import StoreHeld


def work(settings: Settings) -> None:
    """Fire what is due until SIGTERM or SIGINT; what is being done then is finished, unless a second one comes.

    Raises StoreHeld on SQLite, where the server does it itself, StoreError before `migrate`.
    """
    configure(settings.log_level)
    application = application_for(settings)
    if application.database.is_sqlite:
        raise StoreHeld("On SQLite the server fires what is due itself; a worker needs PostgreSQL.")
    require_schema(settings)
    read_processes(application)
    stop = threading.Event()
    ready_to_serve()
    with stopping(stop.set), beating(application, "worker", loops(application)):
        stop.wait()
    application.database.close()
