"""A bundle: the files of one process, from a folder or a zip."""

from __future__ import annotations

import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from engine.errors import Unfit

Files = Mapping[str, bytes]
"""Path inside the bundle (`bpmn/<key>/...`, `forms/definitions/<key>/...`) -> content."""

PARTS = {".bpmn", ".dmn", ".toml", ".json"}
_PROCESS_FILE = re.compile("bpmn/([^/]+)/process[.]toml")
MAX_FILES = 400
MAX_BYTES = 16_000_000
"""Unpacked."""


_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, ValueError, OSError,
)  # fmt: skip
"""What reading a damaged zip raises."""


class UnreadableBundle(Unfit):
    """The bundle cannot be read; nothing was stored."""

    code = "unreadable-bundle"


def read_folders(bpmn: Path, forms: Path, key: str) -> dict[str, bytes]:
    """Return the files of process `key` below the two top folders. Raises UnreadableBundle when there are none."""
    files: dict[str, bytes] = {}
    for top, folder in ((f"bpmn/{key}", bpmn / key), (f"forms/definitions/{key}", forms / key)):
        for path in sorted(folder.glob("*")):
            if path.is_file() and path.suffix in PARTS:
                files[f"{top}/{path.name}"] = path.read_bytes()
    if f"bpmn/{key}/process.toml" not in files:
        raise UnreadableBundle(f"There is no bpmn/{key}/process.toml.", folder=str(bpmn / key))
    return files


def pack(files: Files) -> bytes:
    """Return the files as a zip whose bytes depend on nothing but the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip. Raises UnreadableBundle: no zip, odd paths, a path twice, too many or too large files.

    Paths that differ in case or composition alone are one: on many disks they are the same file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir()]
            if len(entries) > MAX_FILES:
                raise UnreadableBundle(f"The bundle has more than {MAX_FILES} files.")
            files: dict[str, bytes] = {}
            seen: set[str] = set()
            left = MAX_BYTES
            for entry in entries:
                name = _safe_name(entry.filename)
                one = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
                if one in seen:
                    raise UnreadableBundle(f"The bundle holds this file twice: {name[:100]!r}")
                seen.add(one)
                with archive.open(entry) as stream:
                    # Never trust the size that the archive states.
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise UnreadableBundle(f"The bundle unpacks to more than {MAX_BYTES // 1_000_000} MB.")
                if PurePosixPath(name).suffix in PARTS and "/scenarios/" not in name:
                    files[name] = content
            return files
    except _BROKEN as error:
        raise UnreadableBundle(f"The bundle is no readable zip: {error}") from None


def _safe_name(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or len(name) > 200:
        raise UnreadableBundle(f"The bundle holds a file with an odd path: {name[:100]!r}")
    return str(path)


def process_key(files: Files) -> str:
    """Return the key of the one process in the bundle. Raises UnreadableBundle when there is none or more than one."""
    keys = [found[1] for found in map(_PROCESS_FILE.fullmatch, files) if found]
    if len(keys) != 1:
        raise UnreadableBundle("A bundle holds one process: exactly one bpmn/<key>/process.toml.")
    return keys[0]


def process_file(files: Files) -> tuple[str, bytes]:
    """Return the path of the bundle's `process.toml`, and what it says. Raises UnreadableBundle as `process_key`."""
    path = f"bpmn/{process_key(files)}/process.toml"
    return path, files[path]
