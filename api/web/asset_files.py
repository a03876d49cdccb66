"""Scripts, styles and pictures of the pages: where they lie, and the address that changes when one of them does."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

ASSETS: Final = Path(__file__).parent / "assets"
PREFIX: Final = "/assets/"
EDITION: Final = re.compile(r"[0-9a-f]{16}")
"""What stands between the prefix and the name of a file: which edition of all files together."""


@lru_cache(maxsize=1)
def edition() -> str:
    """Return the name of these files as they are, 16 hexadecimal digits; read once in the life of a process.

    It is that of all together, so that a style sheet finds the others beside it whatever is changed.
    """
    found = hashlib.sha256()
    for each in sorted(path for path in ASSETS.rglob("*") if path.is_file()):
        name = each.relative_to(ASSETS).as_posix().encode()
        content = each.read_bytes()
        found.update(b"%d %s %d " % (len(name), name, len(content)) + content)
    return found.hexdigest()[:16]


def asset_address(name: str) -> str:
    """Return the address of a file, by its name below the folder: good for ever, as another file has another."""
    return f"{PREFIX}{edition()}/{name}"


def split_address(path: str) -> tuple[str | None, str]:
    """Return the edition that an address below the prefix asks for, None where it names none, and the file's name."""
    first, slash, rest = path.partition("/")
    return (first, rest) if slash and EDITION.fullmatch(first) else (None, path)
