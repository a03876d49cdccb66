"""The value of a fact as people say it: no code of a post, a team, a category or a grade, and no bare amount."""

from __future__ import annotations

from datetime import UTC, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.process import CompiledProcess
from queries.reader import Reader

BY_HAND = "_override"
"""Facts that set another one by hand are said in the words of that one."""


def fact_in_words(reader: Reader, process: CompiledProcess, fact: str, value: Any, *, zone: tzinfo = UTC) -> str:
    """Return the value of a fact in the reader's language, an instant as it is in `zone`; `` for nothing to say."""
    words, language, spec = reader.library.words.of(process), reader.language, process.config.facts.get(fact)
    tree = reader.library.categories
    if fact == "category" and isinstance(value, str) and tree.exists(value):
        return tree.path(value, language)
    if fact == "channel" and isinstance(value, str):
        return channel_in_words(reader, value)
    if fact == "campus" and isinstance(value, str):
        return campus_in_words(reader, value)
    if spec is not None and spec.type == "amount" and isinstance(value, str):
        return amount_in_words(value)
    said = words.value(fact.removesuffix(BY_HAND), value, language, zone=zone)
    return place_in_words(reader, said) if isinstance(value, str) and said == value else said


def channel_in_words(reader: Reader, channel: str, campus: str | None = None) -> str:
    """Return what a channel is called on a campus, else where any has it, else its key: it may be gone by now."""
    names = [name for name in reader.library.calendars.names if name.partition("/")[2] == channel]
    own = f"{campus}/{channel}"
    if not names:
        return channel
    found = reader.library.calendars.timeline(own if own in names else names[0])
    return found.channel.labels.said_in(reader.language)


def campus_in_words(reader: Reader, campus: str) -> str:
    """Return what a campus is called; its key where it is gone by now."""
    book = reader.library.calendars
    name = next((each for each in book.names if each.partition("/")[0] == campus), None)
    return campus if name is None else book.timeline(name).campus.labels.said_in(reader.language)


def place_in_words(reader: Reader, name: str) -> str:
    """Return what a post or a team is called in the reader's language; a word that is neither as it stands."""
    posts = reader.library.posts
    found = posts.posts.get(name) or posts.teams.get(name)
    return found.labels.said_in(reader.language) if found is not None else name


def amount_in_words(amount: str) -> str:
    """Return an amount with separators: `10000.01` as `10,000.01`. What is no amount stays as it is."""
    try:
        return f"{Decimal(amount):,}" if amount.isascii() and len(amount) < 30 else amount
    except InvalidOperation:
        return amount
