"""Where the server's key comes from: a file, the environment, or a command that asks a key store."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import select

from access.errors import AccessError
from access.keys.cipher import new_secret_bytes
from access.keys.keyring import KeyAbsent, Keyring, UnfitKeyring, new_line, parse_keyring
from access.keys.tables import sealed_key
from app.backup.file_made import file_made, file_replaced
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


class KeyIsElsewhere(AccessError):
    """The server's key does not come from a file that this command could change."""


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


def add_version(settings: Settings, known: int) -> int:
    """Add a version behind `known` to the key's file and return its number; one that is there already is that one.

    Raises KeyIsElsewhere where the key does not come from a file, KeyAbsent, UnfitKeyring, OSError.
    """
    with _file_changed(settings, f"Add a line `{known + 1} SECRET` to it") as (file, place):
        text = _read(file)
        newest = parse_keyring(text).newest
        if newest > known:
            return newest
        place.write_text(f"{text.rstrip()}\n{new_line(known + 1, new_secret_bytes())}", encoding="ascii")
    return known + 1


def drop_version(settings: Settings, number: int) -> bool:
    """Take a version that is needed no more out of the key's file; False where it does not stand there (any more).

    Raises KeyIsElsewhere where the key does not come from a file, UnfitKeyring for the last one, OSError.
    """
    with _file_changed(settings, f"Take the line of version {number} out of it") as (file, place):
        lines = _read(file).splitlines()
        kept = [line for line in lines if line.strip().partition(" ")[0] != str(number)]
        text = "\n".join(kept) + "\n"
        parse_keyring(text)
        place.write_text(text, encoding="ascii")
    return len(kept) < len(lines)


@contextmanager
def _file_changed(settings: Settings, what: str) -> Iterator[tuple[Path, Path]]:
    """Give the key's file and where to write what takes its place."""
    if settings.key.get_secret_value() or settings.key_command:
        setting = "REDRESS_KEY" if settings.key.get_secret_value() else "REDRESS_KEY_COMMAND"
        raise KeyIsElsewhere(
            f"The server's key comes from {setting}. {what}, for every server and worker (SECRET:"
            " `openssl rand -base64 32`), start those anew that have it from the environment,"
            " and then run `redress keys rotate` again."
        )
    file = key_file(settings)
    if not file.exists():
        raise _absent(file)
    with file_replaced(file) as place:
        yield file, place


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
