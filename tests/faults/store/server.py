"""A PostgreSQL server of a test's own, which can be stopped and started again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support.postgres import PACKAGE, PostgresServer, binaries, running


class OwnServer:
    """The server, and the two things that may befall it."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        with psycopg.connect(self._address) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        self._data = Path(str(row[0]))
        options = (self._data / "postmaster.opts").read_text(encoding="utf-8")
        self._options = options.split(" ", 1)[1].replace('"', "").strip()

    @property
    def _address(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.server.port}/postgres"

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` ends every session, `immediate` is as if the power had failed."""
        self._call("-m", mode, "-w", "stop")

    def start(self) -> None:
        """Start it again; returns when it takes connections."""
        self._call("-o", self._options, "-w", "-t", "60", "-l", str(self._data.parent / "again.log"), "start")

    def runs(self) -> bool:
        """Say whether it takes connections."""
        try:
            psycopg.connect(self._address, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _call(self, *arguments: str) -> None:
        # Root runs a copy of the programs, as another user, beside the data.
        copied = self._data.parent / PACKAGE
        programs = next(copied.iterdir()) if os.geteuid() == 0 else binaries()[0]
        user = "nobody" if os.geteuid() == 0 else None
        command = [str(programs / "bin" / "pg_ctl"), "-D", str(self._data), *arguments]
        subprocess.run(command, user=user, cwd=self._data.parent, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Run a server for the block; what it has written is as durable as in production."""
    with running(fsync=True) as server:
        own = OwnServer(server)
        try:
            yield own
        finally:
            # Where a test has failed while it was stopped: whoever runs it stops it, and it must be there for that.
            if not own.runs():
                own.start()
