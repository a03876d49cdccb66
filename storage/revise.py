"""Writes the next migration from what the tables say: `python -m storage.revise "what changes"`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from storage import engines, migrate


def revise(message: str) -> Path:
    """Write a migration from the newest revision to the tables of this program, and return its file.

    The comparison is made with a fresh SQLite file brought to the newest revision; read the file before you commit it.
    """
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/schema.db"
        migrate.upgrade(url)
        engine = engines.sqlite_writer(engines.store_url(url), foreign_keys=False)
        try:
            with engine.connect() as connection:
                engines.begin(connection)
                script = command.revision(migrate.config(connection), message=message, autogenerate=True)
        finally:
            engine.dispose()
    if script is None or isinstance(script, list):
        raise RuntimeError("exactly one migration was to be written")
    return Path(script.path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m storage.revise "what changes"')
    sys.stdout.write(f"{revise(sys.argv[1])}\n")
