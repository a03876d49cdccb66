"""What people have changed, in the reader's language: each fact as it was and as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from engine.process_words import ProcessWords
from forms.display import shown_fact
from forms.money import in_decimals

MOST_SHOWN = 12
"""Entries of a list that a notice names; of more it says how many."""
NOTHING = "–"


def change_in_words(words: ProcessWords, changed: object, language: str, *, zone: tzinfo) -> str:
    """Return a line for each of `changed` (`{"fact", "was", "now"}`, values as JSON); `` where there is nothing.

    Of a list it says what went and what came; a planned refund is its payee and its amount. An instant is as it is in
    `zone`.
    """
    lines = []
    for each in changed if isinstance(changed, list) else ():
        was, now = each["was"], each["now"]
        if isinstance(was, list) and isinstance(now, list):
            old, new = ([entry_in_words(one, language) for one in several] for several in (was, now))
            said = _entries(Counter(old) - Counter(new)), _entries(Counter(new) - Counter(old))
        else:
            old_value, new_value = (
                words.value(each["fact"], one, language, zone=zone) or NOTHING for one in (was, now)
            )
            said = old_value, new_value
        lines.append(f"{words.fact(each['fact'], language)}: {said[0]} → {said[1]}")
    return "\n".join(lines)


def entry_in_words(one: Any, language: str) -> str:
    """Return an entry of a list; a planned refund is its payee and its amount."""
    if isinstance(one, Mapping) and {"payee", "amount", "currency"} <= one.keys():
        amount = {"amount": in_decimals(str(one["amount"]), str(one["currency"])), "currency": one["currency"]}
        return f"{one['payee']} {shown_fact(amount, language)}"
    return shown_fact(one, language)


def _entries(entries: Counter[str]) -> str:
    """Return the first of them, and how many more there are; what stands there twice is named twice."""
    named = list(entries.elements())
    more = f" … (+{len(named) - MOST_SHOWN})" if len(named) > MOST_SHOWN else ""
    return "; ".join(named[:MOST_SHOWN]) + more or NOTHING
