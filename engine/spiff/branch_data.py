"""What a branch has said: the data that differs from what it began with, name by name, each as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def news(data: Mapping[str, Any], since: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `data` says otherwise than `since`; what is equal but of another type, at any depth, is news too."""
    return {k: v for k, v in data.items() if k not in since or not _same(since[k], v)}


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if type(one) is not type(other) or one != other:
        return False
    if isinstance(one, dict):
        return all(_same(one[k], v) for k, v in other.items())
    if isinstance(one, list):
        return all(map(_same, one, other))
    return True


def take_over(into: dict[str, Any], data: Mapping[str, Any], *, since: Mapping[str, Any]) -> None:
    """Put the news of `data` into `into`, and take out of it what `data` says no more."""
    into.update(news(data, since))
    for gone in since.keys() - data.keys():
        into.pop(gone, None)
