"""`python -m tests.audit.secret_scan`: whether a file of the repository holds what looks like a secret.

Looks through every file that git knows with all detectors of detect-secrets. What is no secret stands in
known_secrets.toml with the reason; what stands there and is found no more is told too. Ends with 1 where either is so.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

ROOT: Final = Path(__file__).resolve().parents[2]
KNOWN: Final = "tests/audit/known_secrets.toml"
"""Left out of the scan: the digests in it look like secrets."""
PROCESSES: Final = 2


@dataclass(frozen=True)
class Found:
    """What looks like a secret. It is never shown itself."""

    path: str
    line: int
    kind: str
    digest: str
    """SHA-1 of it, as detect-secrets gives it."""


@dataclass(frozen=True)
class Known:
    """What looks like a secret and is none."""

    path: str
    """Of the file; may have a star."""
    kind: str
    digest: str
    """Empty for whatever is of this kind in these files."""
    why: str

    def is_meant(self, found: Found) -> bool:
        """Say whether this entry is about what was found."""
        alike = fnmatchcase(found.path, self.path) and found.kind == self.kind
        return alike and self.digest in ("", found.digest)


def read_known(text: str) -> list[Known]:
    """Return the entries of a file. Raises KeyError for one without its path or kind, ValueError without a reason."""
    entries = tomllib.loads(text)["known"]
    found = [Known(each["path"], each["kind"], each.get("digest", ""), each["why"]) for each in entries]
    if silent := [each.path for each in found if not each.why.strip()]:
        raise ValueError(f"no reason is given for {silent}")
    return found


def scanned(paths: Iterable[str], *, root: Path) -> list[Found]:
    """Return what looks like a secret in some files, by paths below `root`."""
    secrets = SecretsCollection(root=str(root))
    with default_settings():
        for path in paths:
            secrets.scan_file(path)
    return [Found(path, each.line_number, each.type, each.secret_hash) for path, each in secrets]


def compared(found: Sequence[Found], known: Sequence[Known]) -> list[str]:
    """Return in lines what is found and not known, and what is known and not found.

    An entry without a digest is about a kind of names of which some look random: it may be for nothing.
    """
    new = [each for each in found if not any(entry.is_meant(each) for entry in known)]
    over = [entry for entry in known if entry.digest and not any(entry.is_meant(each) for each in found)]
    return [f"{each.path}:{each.line}: {each.kind} (digest {each.digest})" for each in new] + [
        f"{KNOWN}: {each.path} has no {each.kind} of this digest any more" for each in over
    ]


def files_of_git(root: Path) -> list[str]:
    """Return the paths of the files that git knows and that are there, without the list of what is known."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    return [each for each in listed.split("\0") if each and each != KNOWN and (root / each).is_file()]


def _share(paths: Collection[str]) -> list[Found]:
    return scanned(paths, root=ROOT)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    """Scan the repository, say what is new or gone, and return the exit code."""
    paths = files_of_git(ROOT)
    with get_context("spawn").Pool(PROCESSES) as pool:
        shares = pool.map(_share, [paths[at::PROCESSES] for at in range(PROCESSES)])
    wrong = compared([each for share in shares for each in share], read_known((ROOT / KNOWN).read_text()))
    _say(f"secrets: {len(paths)} files looked through, {len(wrong)} findings")
    for line in sorted(wrong):
        _say(line)
    if wrong:
        _say(f"A secret is taken out and exchanged; what is none goes into {KNOWN} with the reason.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
