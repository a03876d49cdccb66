"""`redress alive`: whether a server or worker of this machine gets on, for what starts it again when it does not."""

from __future__ import annotations

import socket

from app.existing import require_file
from app.settings import Settings
from engine.house_clock import house_clock
from escalation.heartbeat import heartbeats
from storage.database import Database


def alive(settings: Settings) -> str:
    """Return who of this machine has said within 20 seconds that its loops are at work; empty where nobody has.

    Reads a handful of rows, so that it may be asked every few seconds. Raises NoDatabase, StoreError.
    """
    require_file(settings)
    host = socket.gethostname()
    with Database(settings.database_url, connections=1) as database:
        now = house_clock(database).now()
        with database.read() as connection:
            found = [each for each in heartbeats(connection) if each.host == host and each.recent(now)]
    return ", ".join(f"{each.role} since {each.since.isoformat()}" for each in found)
