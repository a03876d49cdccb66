"""Random answers to a form that are in order, so that a walk through a process can go any way that people can go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from forms.clean import clean
from forms.form import Field, Form
from forms.validate import validate

ATTEMPTS = 40


def random_answer(form: Form, random: Random, now: datetime) -> dict[str, Any]:
    """Return an answer that the form takes; it depends on nothing but the arguments. Fails where none was found."""
    for attempt in range(ATTEMPTS):
        # Sparse at first, then fuller: conditions of a form ask for more where much is answered.
        answer = clean(form, _fields(form.fields, random, now, share=0.3 + attempt / ATTEMPTS))
        for _ in range(6):
            problems = validate(form, answer)
            if not problems:
                return dict(answer)
            answer = clean(form, _mended(form, answer, [p.pointer for p in problems], random, now))
    raise AssertionError(f"no answer in order was found for {form.name}: {problems}")


def _mended(form: Form, answer: dict[str, Any], pointers: Iterable[str], random: Random, now: datetime) -> Any:
    """Return the answer with what is wrong left out, or answered where it is missing."""
    mended = dict(answer)
    known = {field.name: field for field in form.fields}
    for name in {pointer.split("/")[1] for pointer in pointers if "/" in pointer}:
        if mended.pop(name, None) is None and name in known:
            mended[name] = _value(known[name], random, now, share=1.0)
    return mended


def _fields(fields: Iterable[Field], random: Random, now: datetime, *, share: float) -> dict[str, Any]:
    chosen = [field for field in fields if field.required or random.random() < share]
    return {field.name: _value(field, random, now, share=share) for field in chosen}


def _value(field: Field, random: Random, now: datetime, *, share: float) -> Any:
    if field.kind == "boolean":
        return random.random() < 0.5
    if field.kind == "rows":
        return [_fields(field.children, random, now, share=1.0) for _ in range(random.randint(1, 2))]
    if field.kind == "group":
        return _fields(field.children, random, now, share=1.0)
    codes = [option.value for option in field.options]
    if field.kind == "choices":
        return sorted(random.sample(codes, random.randint(1, min(2, len(codes)))))
    if field.kind == "references":
        return ["x"]
    return random.choice(codes) if field.kind == "choice" else _scalar(field, random, now)


def _scalar(field: Field, random: Random, now: datetime) -> Any:
    day = now + timedelta(days=random.randint(0, 9))
    answers: dict[str, Any] = {
        "integer": random.randint(1, 12),
        "number": random.randint(1, 12),
        "date": (now if random.random() < 0.5 else day).date().isoformat(),
        "date-time": (now if random.random() < 0.5 else day).isoformat(),
        "email": "a@example.com",
        "uri": "https://example.com",
        "money": {"amount": random.choice(["120.00", "10000.00", "10000.01"]), "currency": "CNY"},
    }
    return answers.get(field.kind, "x")
