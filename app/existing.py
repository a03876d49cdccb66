"""The database that a command is told to use: it is there already, or the command says so and makes none."""

from __future__ import annotations

from app.settings import Settings
from storage.engines import sqlite_file
from storage.errors import StoreError

DEMO_FILE = "demo.db"
"""In the folder of the installation."""


class NoDatabase(StoreError):
    """There is no database where the settings say."""


def demo_settings(plain: Settings) -> Settings:
    """Return the settings of the demo: its own file, its own clock, cookies without HTTPS."""
    return plain.model_copy(
        update={
            "demo": True,
            "secure_cookies": False,
            "public_url": plain.public_url or f"http://127.0.0.1:{plain.port}",
            "database_url": f"sqlite:///{plain.var_folder / DEMO_FILE}",
        }
    )


def chosen(plain: Settings, *, demo: bool = False) -> Settings:
    """Return the settings with the database that is meant: the demo's where it is asked for.

    It is too in demo mode (`REDRESS_DEMO`), unless an address was given.
    """
    meant = demo or (plain.demo and "database_url" not in plain.model_fields_set)
    return demo_settings(plain) if meant else plain


def require_file(settings: Settings) -> None:
    """Return if there is an SQLite file where the settings say, or if they name another kind of store.

    Raises NoDatabase, saying where it was looked for and what to do; nothing is made.
    """
    file = sqlite_file(settings.database_url)
    if file is None or file.is_file():
        return
    demo = settings.var_folder / DEMO_FILE
    looking = " For the demo's own, add --demo to `doctor` or `export`." if demo.is_file() and demo != file else ""
    what = "That is a folder" if file.is_dir() else "There is no database"
    raise NoDatabase(
        f"{what}: {file}. Set REDRESS_DATABASE_URL to the one that you mean; `redress init` makes a new one.{looking}"
    )


def require_schema(settings: Settings) -> None:
    """Return if there is a database with the schema of this program.

    Raises NoDatabase where there is none, StoreError where it has another schema, saying what to do.
    """
    from storage import migrate  # costly to load, and no other look at a database needs it

    require_file(settings)
    found, wanted = migrate.current(settings.database_url), migrate.head()
    if found != wanted:
        raise StoreError(
            f"The database is at revision {found or 'none'}, this program needs {wanted}. Run `redress migrate` first."
        )
