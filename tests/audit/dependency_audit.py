"""`python -m tests.audit.dependency_audit`: whether what the locks name is known to have a hole.

Asks the advisory services of pip-audit and npm. Ends with 0 where each package was looked up and none has one, 1 where
one has, 69 where some could not be looked up: then nothing is known of them, and it says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
PYTHON_LOCKS: Final = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")
NOT_LOOKED_UP: Final = 69
"""The exit code of what is not available (sysexits.h)."""
PATIENCE_SECONDS: Final = 300


@dataclass
class Audit:
    """What was found out about one lock."""

    lock: str
    looked_up: int = 0
    holes: list[str] = field(default_factory=list)
    """Package, version and the advisories."""
    unknown: list[str] = field(default_factory=list)
    """What could not be looked up, and why."""


def of_pip(lock: str, answered: str, said: str) -> Audit:
    """Return what pip-audit's JSON tells; where it is none, what it said instead. Never raises."""
    found = Audit(lock)
    try:
        packages: list[dict[str, Any]] = json.loads(answered)["dependencies"]
        for each in packages:
            if "skip_reason" in each:
                found.unknown.append(str(each["skip_reason"]))
                continue
            found.looked_up += 1
            if each["vulns"]:
                advisories = ", ".join(str(hole["id"]) for hole in each["vulns"])
                found.holes.append(f"{each['name']} {each['version']}: {advisories}")
    except (ValueError, KeyError, TypeError):
        return Audit(lock, unknown=[_last_line(said)])
    if not packages:
        found.unknown.append("no package was named")
    return found


def of_npm(lock: str, answered: str, said: str) -> Audit:
    """Return what npm's JSON tells; where that is not of an audit, what it said instead. Never raises."""
    found = Audit(lock)
    try:
        read: dict[str, Any] = json.loads(answered)
        if "vulnerabilities" not in read:
            return Audit(lock, unknown=[str(read.get("message") or read.get("error") or _last_line(said))])
        found.looked_up = int(read["metadata"]["dependencies"]["total"])
        for name, hole in read["vulnerabilities"].items():
            found.holes.append(f"{name} {hole['range']}: {hole['severity']}")
    except (ValueError, KeyError, TypeError, AttributeError):
        return Audit(lock, unknown=[_last_line(said)])
    if not found.looked_up:
        found.unknown.append("no package was named")
    return found


def verdict(audits: Sequence[Audit]) -> int:
    """Return the exit code: a hole before what is not known, and that before all is well."""
    if any(each.holes for each in audits):
        return 1
    return NOT_LOOKED_UP if any(each.unknown for each in audits) or not audits else 0


def told(audit: Audit) -> str:
    """Return what was found out, in lines; the first three of what could not be looked up stand for all."""
    lines = [f"{audit.lock}: {audit.looked_up} looked up, {len(audit.holes)} with a known hole"]
    lines += [f"  HOLE {each}" for each in audit.holes]
    if audit.unknown:
        lines.append(f"  NOT LOOKED UP: {len(audit.unknown)}; nothing is known of them")
        lines += [f"    {each}" for each in audit.unknown[:3]]
    return "\n".join(lines)


def _last_line(said: str) -> str:
    return (said.strip().splitlines() or ["it said nothing"])[-1]


def _run(command: Sequence[str]) -> tuple[str, str]:
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", f"{command[0]}: {error}"
    return done.stdout, done.stderr


def _audited() -> list[Audit]:
    pip_audit = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    audits = [of_pip(lock, *_run([*pip_audit, "-f", "json", "-r", lock])) for lock in PYTHON_LOCKS]
    npm = shutil.which("npm") or str(Path(sys.executable).with_name("npm"))
    return [*audits, of_npm("package-lock.json", *_run([npm, "audit", "--package-lock-only", "--json"]))]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    """Audit every lock, say what was found out, and return the exit code."""
    audits = _audited()
    for each in audits:
        _say(told(each))
    code = verdict(audits)
    if code == NOT_LOOKED_UP:
        _say(f"The advisories could not all be read: this is NOT a clean audit (exit {NOT_LOOKED_UP}).")
    return code


if __name__ == "__main__":
    sys.exit(main())
