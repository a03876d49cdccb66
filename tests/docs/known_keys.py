"""Which keys the reader of `process.toml` asks for: it is given tables that remember what was asked of them."""

from __future__ import annotations

import re
import tomllib
from typing import Any
from unittest.mock import patch

from engine.configuration.process_file import read_config

NAMED = re.compile(r"^(facts|clocks|derived|messages|late|answers)\.[^.\[]+")
PLAIN_LANGUAGES = re.compile(r"(^|\.)(label|title|duty)\.(zh-CN|ko|en)$")


class Remembering(dict[str, Any]):
    """A table that notes each key it is asked for, with the way to it."""

    def __init__(self, content: dict[str, Any], at: str, asked: set[str]) -> None:
        super().__init__({key: _wrapped(value, f"{at}{key}", asked) for key, value in content.items()})
        self._at, self._asked = at, asked

    def get(self, key: str, default: Any = None) -> Any:
        """Note the key, then answer like any table."""
        self._asked.add(f"{self._at}{key}")
        return super().get(key, default)


def _wrapped(value: Any, at: str, asked: set[str]) -> Any:
    if isinstance(value, dict):
        return Remembering(value, f"{at}.", asked)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [Remembering(each, f"{at}[].", asked) for each in value]
    return value


def known_keys(*texts: str) -> set[str]:
    """Return every key that the reader looks for in these texts, such as `clocks.<name>.budget[].mode`."""
    asked: set[str] = set()
    original = tomllib.loads

    def loads(text: str) -> Remembering:
        return Remembering(original(text), "", asked)

    with patch.object(tomllib, "loads", loads):
        for text in texts:
            read_config(text.encode(), "process.toml")
    plain = {NAMED.sub(r"\1.<name>", key) for key in asked if not PLAIN_LANGUAGES.search(key)}
    holders = {"facts", "clocks", "derived", "messages", "undo", "intake", "tables", "throws", "tells", "late"}
    holders |= {"answers", "archive", "protection"}
    holders |= {"clocks.<name>.budget", "clocks.<name>.rungs", "clocks.<name>.extend_at_most"}
    return plain - holders
