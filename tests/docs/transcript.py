"""Keeps the transcript in README.md true: runs its commands against an installation in memory and writes the answers.

`python -m tests.docs.transcript` refreshes it; a test compares it. It understands what the transcript uses: `curl` with
-s, -X, -H, -d and a path below $URL; `jq -c` and `jq -r` with a way and a list of fields; `head`; and `NAME=$(...)`.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from engine.clock import MovableClock
from escalation.fast_forward import fast_forward
from tests.support.application import House, house
from tests.support.shared import ROOT

PAGE = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- transcript -->\n```console\n)(.*?)(```)", re.DOTALL)
ASSIGNED = re.compile(r"^([A-Z]+)=\$\((.*)\)$", re.DOTALL)


def commands(block: str) -> Iterator[str]:
    """Yield the commands of a transcript: from a `$ ` on, with the lines that a backslash or an open quote adds."""
    lines = iter(block.splitlines())
    for line in lines:
        if line.startswith("$ "):
            while line.endswith("\\") or line.count("'") % 2:
                line += "\n" + next(lines)
            yield line[2:]


class Shell:
    """Runs the commands, with variables, in one installation."""

    def __init__(self, redress: House) -> None:
        self._redress = redress
        self._variables = {"URL": "", "TOKEN": redress.person("li.na").headers["Authorization"].split()[1]}

    def run(self, command: str) -> str:
        """Return what a command prints."""
        assigned = ASSIGNED.match(command)
        if assigned:
            self._variables[assigned[1]] = self._answer(assigned[2])
            return ""
        return self._answer(command) + "\n"

    def _answer(self, command: str) -> str:
        call, _, chosen = re.sub(r"\\\n\s*", " ", command).partition(" | jq ")
        call, _, lines = call.partition(" | head -")
        words = [self._filled(word) for word in shlex.split(call)]
        if words[0] == "redress":
            return self._moved(timedelta(hours=int(words[-1].strip("+h"))))
        text = self._curl(words[1:])
        self._redress.deliver()
        if not chosen:
            return "\n".join(text.strip().splitlines()[: int(lines) if lines else None])
        return _picked(json.loads(text), shlex.split(chosen))

    def _moved(self, by: timedelta) -> str:
        application = self._redress.application
        assert isinstance(application.clock, MovableClock)
        to = application.now() + by
        fast_forward(
            database=application.database, clock=application.clock, sweep=application.sweep,
            deliver=application.deliver, to=to,
        )  # fmt: skip
        return f"It is now {application.now().isoformat()} in the demo."

    def _filled(self, word: str) -> str:
        return re.sub(r"\$([A-Z]+)", lambda found: self._variables[found[1]], word)

    def _curl(self, words: list[str]) -> str:
        method, headers, body, path = None, {}, None, ""
        rest = iter(words)
        for word in rest:
            if word == "-X":
                method = next(rest)
            elif word == "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            elif word == "-d":
                body = next(rest)
            elif word != "-s":
                path = word
        answer = self._redress.http.request(method or ("POST" if body else "GET"), path, headers=headers, content=body)
        return str(answer.text)


def _picked(value: Any, words: list[str]) -> str:
    """Return what jq gives for `{a, b}`, `.a[0].b`, and `.items[] | {a, b}`."""
    raw, chosen = "-r" in words, words[-1]
    path, _, fields = chosen.partition(" | ") if chosen.startswith(".") else (".", "", chosen)
    found = list(_followed(value, path))
    if fields:
        names = re.findall(r"\w+", fields)
        found = [{name: each[name] for name in names} for each in found]
    return "\n".join(
        each if raw and isinstance(each, str) else json.dumps(each, ensure_ascii=False, separators=(",", ":"))
        for each in found
    )


def _followed(value: Any, path: str) -> Iterator[Any]:
    values = [value]
    for name, index in re.findall(r"(\w+)|\[(\d*)\]", path):
        if name:
            values = [each[name] for each in values]
        elif index:
            values = [each[int(index)] for each in values]
        else:
            values = [one for each in values for one in each]
    yield from values


def refreshed(page: str, redress: House) -> str:
    """Return the page with every answer as the program gives it."""
    shell = Shell(redress)

    def block(found: re.Match[str]) -> str:
        said = "".join(f"$ {command}\n{shell.run(command)}" for command in commands(found[2]))
        return found[1] + said + found[3]

    return BLOCK.sub(block, page)


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8"), house(demo=True)), encoding="utf-8")
