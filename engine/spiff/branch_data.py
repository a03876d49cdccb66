"""What a branch has said: the data that differs from what it began with, name by name, each as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def news(data: Mapping[str, Any], since: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `data` says otherwise than `since`; what is equal but of another type is news too."""
    return {k: v for k, v in data.items() if k not in since or since[k] != v or type(since[k]) is not type(v)}


def take_over(into: dict[str, Any], data: Mapping[str, Any], *, since: Mapping[str, Any]) -> None:
    """Put the news of `data` into `into`, and take out of it what `data` says no more."""
    into.update(news(data, since))
    for gone in since.keys() - data.keys():
        into.pop(gone, None)
