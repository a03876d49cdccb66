"""`redress worker`: the loops alone, beside servers that share a PostgreSQL database."""

from __future__ import annotations

import threading
from contextlib import ExitStack

from api.app import create_watch
from app.assembly import application_for
from app.beating import beating
from app.existing import require_schema
from app.http_server import HttpServer, http_server
from app.interpreter import ready_to_serve
from app.key_noted import require_key
from app.listening import listening
from app.log import configure
from app.serve import loops, read_processes
from app.settings import Settings
from app.stopping import stopping
from storage.errors import StoreHeld

LOOK_SECONDS = 0.5
"""How soon a process hears of a signal that the system has handed to another of its threads."""


def wait_for(stop: threading.Event) -> None:
    """Wait in the main thread until a handler of signals has said stop.

    What the system hands to another thread wakes nobody here: the handler runs when this thread looks.
    """
    while not stop.wait(LOOK_SECONDS):
        pass


def work(settings: Settings) -> None:
    """Fire what is due until SIGTERM or SIGINT; what is being done then is finished, unless a second one comes.

    With a port of its own it answers how it is, and its figures, to whoever may read a server's. Raises CannotListen
    where that is taken, StoreHeld on SQLite, where the server does it itself, StoreError before `migrate`.
    """
    configure(settings.log_level)
    application = application_for(settings)
    if application.database.is_sqlite:
        raise StoreHeld("On SQLite the server fires what is due itself; a worker needs PostgreSQL.")
    require_schema(settings)
    require_key(application)
    read_processes(application)
    stop = threading.Event()
    with ExitStack() as stack:
        server: HttpServer | None = None
        if settings.worker_port:
            sockets = stack.enter_context(listening(settings.host, settings.worker_port, setting="REDRESS_WORKER_PORT"))
            server = http_server(create_watch(application), settings)
        ready_to_serve()
        stack.enter_context(stopping(stop.set if server is None else server.drain))
        stack.enter_context(beating(application, "worker", loops(application)))
        if server is None:
            wait_for(stop)
        else:
            server.run(sockets)
    application.database.close()
