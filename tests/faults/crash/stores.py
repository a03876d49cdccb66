"""Databases that are kept as they are and put back, once for each kill: an SQLite file, or one on PostgreSQL."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import make_url


class CrashStore(Protocol):
    """One database, at one address for ever; nobody is connected when it is kept or put back."""

    @property
    def url(self) -> str:
        """Its address."""
        ...

    def keep(self, name: str) -> None:
        """Keep what it holds now, under a name."""
        ...

    def put_back(self, name: str) -> None:
        """Make it hold what was kept."""
        ...


class SqliteStore:
    """A file of its own in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / "redress.db"
        self.url = f"sqlite:///{self._file}"

    def keep(self, name: str) -> None:
        """Copy the file, with what its log holds that is not in the file yet."""
        for suffix in ("", "-wal"):
            self._copy(f"{self._file}{suffix}", self._folder / f"{name}.db{suffix}")

    def put_back(self, name: str) -> None:
        """Copy it back, mode included; what a killed process left beside it is gone."""
        Path(f"{self._file}-shm").unlink(missing_ok=True)
        for suffix in ("", "-wal"):
            self._copy(self._folder / f"{name}.db{suffix}", f"{self._file}{suffix}")

    @staticmethod
    def _copy(source: str | Path, target: str | Path) -> None:
        Path(target).unlink(missing_ok=True)
        if Path(source).exists():
            shutil.copy(source, target)


class PostgresStore:
    """A database of its own on a server, whose address names an empty one; what is kept are databases beside it."""

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = make_url(url)
        self._name = str(parsed.database)
        self._server = parsed.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)

    def keep(self, name: str) -> None:
        """Copy the database on the server."""
        self._run(f'CREATE DATABASE "{self._kept(name)}" TEMPLATE "{self._name}"')

    def put_back(self, name: str) -> None:
        """Copy it back; the session of a killed process is ended."""
        self._run(f'DROP DATABASE "{self._name}" WITH (FORCE)')
        self._run(f'CREATE DATABASE "{self._name}" TEMPLATE "{self._kept(name)}"')

    def _kept(self, name: str) -> str:
        return f"{self._name}_{name}".lower()

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement.encode())
