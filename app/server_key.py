"""Where the server's key comes from: a file, the environment, or a command that asks a key store."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from pathlib import Path
from typing import Final

from sqlalchemy import select

from access.keys.cipher import new_secret_bytes
from access.keys.keyring import KeyAbsent, Keyring, UnfitKeyring, new_line, parse_keyring
from access.keys.tables import sealed_key
from app.backup.file_made import file_made
from app.settings import Settings
from storage.database import Database
from storage.engines import is_memory, store_url

MEANT: Final = (
    "# The key of this installation. Without it nobody reads what the database holds:\n"
    "# keep a copy elsewhere, and never beside the backups of the database.\n"
)
"""What stands above the key in its file."""
COMMAND_SECONDS: Final = 30.0
"""How long the command that gives the key may take."""


def server_keyring(settings: Settings) -> Keyring:
    """Return the server's key as the settings say. A database in memory has one that vanishes with it.

    Raises KeyAbsent where there is none, UnfitKeyring where it cannot be read; both say what to do.
    """
    if settings.key.get_secret_value():
        return parse_keyring(settings.key.get_secret_value())
    if settings.key_command:
        return parse_keyring(_told_by(settings.key_command))
    if is_memory(store_url(settings.database_url)) and "key_file" not in settings.model_fields_set:
        return parse_keyring(new_line(1, new_secret_bytes()))
    return parse_keyring(_read(key_file(settings)))


def key_file(settings: Settings) -> Path:
    """Return where the key's file is."""
    return settings.key_file or settings.var_folder / "redress.key"


def make_key_file(settings: Settings) -> Path | None:
    """Make the key of a new installation, for its owner alone to read; return the file, None where there is no need.

    Nothing is made where the database holds what an older key has sealed: a new one would open none of it. Raises
    KeyAbsent then. Repeating is safe.
    """
    file = key_file(settings)
    if settings.key.get_secret_value() or settings.key_command or file.exists():
        return None
    if is_memory(store_url(settings.database_url)):
        return None
    with Database(settings.database_url) as database, database.read() as connection:
        if connection.execute(select(sealed_key.c.name).limit(1)).first() is not None:
            raise _absent(file)
    with file_made(file) as place:
        place.write_text(f"{MEANT}{new_line(1, new_secret_bytes())}", encoding="ascii")
    return file


def _read(file: Path) -> str:
    try:
        open_to_others = os.name == "posix" and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        text = file.read_text(encoding="ascii")
    except FileNotFoundError:
        raise _absent(file) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UnfitKeyring(f"The server's key {file} cannot be read: {type(error).__name__}.") from None
    if open_to_others:
        raise UnfitKeyring(f"Others on this machine may read the server's key: chmod 600 {file}")
    return text


def _absent(file: Path) -> KeyAbsent:
    return KeyAbsent(
        f"The server's key is not there: {file}. Put it back from where you keep it, or name it by REDRESS_KEY_FILE,"
        " REDRESS_KEY or REDRESS_KEY_COMMAND; without it nobody can read what the database holds."
    )


def _told_by(command: str) -> str:
    try:
        # No shell: the words of the setting are the program and what it is given.
        done = subprocess.run(  # noqa: S603
            shlex.split(command), capture_output=True, timeout=COMMAND_SECONDS, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise KeyAbsent(f"REDRESS_KEY_COMMAND gives no key: {type(error).__name__}.") from None
    if done.returncode:
        raise KeyAbsent(f"REDRESS_KEY_COMMAND ended with {done.returncode} and gave no key.")
    return done.stdout
