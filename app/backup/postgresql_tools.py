"""Calls PostgreSQL's own programs, so that no password stands among the processes of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from storage.errors import StoreError
from storage.private_file import OWNER_ONLY

MAGIC = b"PGDMP"
SCHEMA = "public"
"""Where the tables are; what was put aside lies in another."""


def dump(url: URL, target: Path) -> None:
    """Write the tables at one instant into `target`. Who writes meanwhile waits for nothing. Raises StoreError."""
    _call("pg_dump", url, "--format=custom", f"--schema={SCHEMA}", "--no-owner", "--no-privileges", f"--file={target}")


def load(url: URL, file: Path) -> None:
    """Bring what `dump` wrote into a schema without tables: all or, raising StoreError, nothing."""
    _call(
        "pg_restore", url, f"--schema={SCHEMA}", "--no-owner", "--no-privileges", "--single-transaction",
        "--exit-on-error", str(file),
    )  # fmt: skip


def _call(program: str, url: URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise StoreError(
            f"{program} is not here: install the client programs of PostgreSQL, of the server's version, so"
            " that they are on the PATH; or use the means of your database service."
        )
    with tempfile.TemporaryDirectory() as folder:
        address = _address(url, Path(folder) / "password")
        done = subprocess.run(  # noqa: S603 - no shell; what is called stands above
            [found, "--no-password", f"--dbname={address}", *arguments], capture_output=True, text=True, check=False
        )
    if done.returncode:
        # Only the first line: the next ones may quote the row at which it failed.
        said = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[0]
        raise StoreError(f"{said.removesuffix('.')}.")


def _address(url: URL, passwords: Path) -> str:
    wanted: dict[str, Any] = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    password = wanted.pop("password", None)
    if password is not None:
        escaped = str(password).replace("\\", "\\\\").replace(":", "\\:")
        with os.fdopen(os.open(passwords, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY), "w") as file:
            file.write(f"*:*:*:*:{escaped}\n")
        wanted["passfile"] = str(passwords)
    return make_conninfo("", **wanted)
