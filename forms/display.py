"""An answer or a fact in words, for reading: labels instead of codes, amounts with their currency, times in a zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import get_timezone_name

from forms.characters import UNUSABLE
from forms.form import Field, Option
from forms.languages import pick
from forms.local_time import to_local
from forms.texts import TEXTS


def showable(value: Any) -> str:
    """Return a text or number as it can stand in a page; characters that no page can hold become U+FFFD, else ``."""
    if isinstance(value, str):
        return UNUSABLE.sub("\ufffd", value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value) if isinstance(value, float) or abs(value) < 10**30 else ""


def shown_fact(value: Any, language: str, *, options: Iterable[Option] = ()) -> str:
    """Return a fact in words; `` where there is nothing to say."""
    labels = {option.value: option.labels for option in options}
    if isinstance(value, bool):
        key = "true" if value else "false"
        return pick(labels.get(key) or TEXTS["yes" if value else "no"], language)
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, (shown_fact(item, language, options=options) for item in value)))
    if isinstance(value, Mapping):
        if set(value) == {"amount", "currency"}:
            return f"{_grouped(showable(value['amount']))} {showable(value['currency'])}"
        return ", ".join(filter(None, (shown_fact(item, language) for item in value.values())))
    if isinstance(value, str) and value in labels:
        return pick(labels[value], language)
    return showable(value)


def shown_answer(field: Field, value: Any, language: str, *, zone: tzinfo = UTC) -> str:
    """Return the answer to one field in words; `` where there is none."""
    if field.kind == "date-time" and isinstance(value, str):
        local = to_local(value, zone)
        return f"{local.replace('T', ' ')} ({zone_name(zone, language)})" if local else showable(value)
    return shown_fact(value, language, options=field.options)


def _grouped(amount: str) -> str:
    """Return an exact amount with separators: `10000.01` as `10,000.01`. Anything else as it is."""
    whole, point, rest = amount.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.isascii() and whole.isdigit() and len(whole) < 30 else amount


@lru_cache(maxsize=64)
def zone_name(zone: tzinfo, language: str) -> str:
    """Return the name of a time zone in words, or its identifier where there is no name in `language`."""
    key = getattr(zone, "key", None)
    if key is None:
        return str(zone)
    try:
        return get_timezone_name(zone, locale=Locale.parse(language, sep="-"))
    except (ValueError, LookupError):
        return str(key)
