"""Reads the commands of a page of documentation, so that a test can carry them out without a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

_BLOCK = re.compile(r"^```(bash|json)\n(.*?)^```$", re.M | re.S)
_KEPT = re.compile(r"(?P<name>[A-Z]+)=\$\((?P<command>.*?) \| (?:jq -r (?P<path>\S+)|etag)\)", re.S)


@dataclass(frozen=True)
class Request:
    """One curl command."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None
    file: str | None
    """The file that is sent instead of a body."""
    keep_as: str | None
    """The variable that keeps a part of the answer."""
    keep: str | None
    """Which part: a path of jq; None for the ETag."""


@dataclass(frozen=True)
class Example:
    """The commands of one block, and the answer shown below it."""

    commands: tuple[str, ...]
    shown: str | None


def examples(page: str) -> list[Example]:
    """Return the examples of a page, in order."""
    found: list[Example] = []
    for kind, content in _BLOCK.findall(page):
        if kind == "bash":
            found.append(Example(tuple(_commands(content)), None))
        else:
            found[-1] = Example(found[-1].commands, content)
    return found


def request(command: str, variables: Mapping[str, str]) -> Request:
    """Return the request of a command. Raises KeyError for an unset variable, ValueError for odd options."""
    kept = _KEPT.fullmatch(command.strip())
    words = shlex.split(kept["command"] if kept else command)
    if words[:2] != ["curl", "-s"]:
        raise ValueError(f"no curl: {command}")
    method, url, headers, body, file = "GET", "", {}, None, None
    rest = iter(words[2:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = _filled(value, variables)
        elif word == "-d":
            body = next(rest)
        elif word == "--data-binary":
            file = next(rest).removeprefix("@")
        elif word != "-i":
            url = _filled(word, variables)
    return Request(method, url, headers, body, file, kept["name"] if kept else None, kept["path"] if kept else None)


def _commands(block: str) -> list[str]:
    joined = block.replace("\\\n", " ")
    return [part.strip() for part in re.split(r"\n(?=curl |[A-Z]+=\$\()", joined) if part.strip()]


def _filled(text: str, variables: Mapping[str, str]) -> str:
    return re.sub(r"\$([A-Z_]+)", lambda found: variables[found[1]], text)
