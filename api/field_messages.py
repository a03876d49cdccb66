"""What is said of a field that does not fit, by the code of its fault; the words of each language in `problems.po`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.sentences import Sentences
from api.texts import marked
from forms.field_problem import FieldProblem
from forms.messages import MESSAGES, message_for

FIELDS: Mapping[str, str] = {
    "out-of-range": marked("This is out of range."),
    "too-long": marked("This is too long."),
    "too-many": marked("There are too many entries."),
    "too-few": marked("There are too few entries."),
    "not-string": marked("This must be a text."),
    "not-integer": marked("This must be a whole number."),
    "not-number": marked("This must be a number."),
    "not-boolean": marked("This must be true or false."),
    "not-list": marked("This must be a list."),
    "not-object": marked("This must be an object."),
    "not-amount": marked("This must be an amount."),
    "not-instant": marked("This must be an ISO 8601 date and time that exists."),
    "unknown": marked("This is not one of the known values."),
    "unknown-field": marked("There is no such field here."),
    "unknown-fact": marked("The process knows no such fact."),
    "unknown-parameter": marked("There is no such parameter here; this address takes none."),
    "repeated": marked("Give this once."),
    "bad-cursor": marked("Pass `next` of this list's last page as it came, or nothing."),
    "key-reused": marked("Use a key of its own for every request."),
    "kept-by-the-house": marked("The house keeps this itself."),
    "unknown-person": marked("There is nobody of this name at work here."),
    "not-in-team": marked("This person is not in the task's team."),
    "not-in-post": marked("This person does not hold the post."),
    "kept-apart": marked("This person is kept apart from the case."),
    "not-kept-apart": marked("This person is not kept apart from the case."),
    "excluded": marked("This person is kept apart from it."),
    "is-owner": marked("This person owns the case already."),
    "away": marked("This person is away at the moment."),
    "staff-only": marked("Only staff may say this."),
    "no-process": marked("No process takes cases of this type."),
    "unknown-process": marked("There is no such process."),
    "same-process": marked("The case is in this process already."),
    "not-of-this-process": marked("That process does not take cases of this type."),
    "unknown-case": marked("There is no such case."),
    "itself": marked("A case is not linked to itself."),
    "circular": marked("That case is itself a duplicate of this one."),
    "not-on-campus": marked("This campus does not have the channel through which the complaint came."),
    "too-far": marked("This day lies too far away."),
    "retired": marked("This category is no longer in use; choose another."),
    "past": marked("This time has passed; choose a later one."),
    "in-the-future": marked("This day lies ahead."),
    "before-receipt": marked("This day lies before the day on which the complaint was received."),
    "over-plan": marked("This is more than was planned, or in another currency."),
    "below-present": marked("This is less than what is to be approved now."),
    "other-currency": marked("This is in another currency than the plan."),
    "two-currencies": marked("This is in another currency than the other refunds of the complaint."),
    "not-positive": marked("Give an amount above zero."),
    "shape": marked("Each refund has a payee and an amount, and nothing else."),
    "money-shape": marked("This must be an amount with its currency."),
    "money-amount": marked("Give the amount as text in figures, such as 1200.50, not negative."),
    "money-decimals": marked("This amount has more decimals than its currency."),
    "money-currency": marked("Give a currency by its code of ISO 4217, such as CNY."),
    "malformed": marked("This is not written as it should be."),
    "email": marked("This is no e-mail address."),
    "unshowable": marked("This holds characters that no page can show."),
    "too-complex": marked("This holds too many values, or too deep ones."),
    "unfinished": marked("A blank of the text is not filled in yet."),
    "timezone-aware": marked("Give the offset, +08:00 for instance."),
    "one-of-two": marked("Give either `by` or `to`."),
    "unsafe": marked("This cannot be done safely yet."),
}
"""Codes of forms have their own sentences in `forms.messages`."""

WITH_VALUES: Mapping[str, str] = {
    "allowed": marked("Choose one of these: %(allowed)s."),
    "parameters": marked("There is no such parameter here. Known are: %(allowed)s."),
    "least": marked("Enter %(least)s or more."),
    "most": marked("Enter %(most)s or less."),
    "range": marked("Give a value from %(least)s to %(most)s."),
    "most-characters": marked("Enter %(most)s characters or fewer."),
    "most-entries": marked("Give at most %(most)s."),
    "least-entries": marked("Give at least %(least)s."),
}
"""Sentences that name a limit or what is allowed."""
OTHER = marked("This does not fit here.")
MOST_NAMED = 20
"""Allowed values that are named in a sentence; the list beside it has all of them."""


def field_message(sentences: Sentences, code: str, language: str, values: Mapping[str, Any] | None = None) -> str:
    """Return the sentence for a code in a language; where no sentence is known, one that fits every fault."""
    if values is not None and code in MESSAGES:
        said = message_for(FieldProblem("", code, values), language)
        if "{" not in said.replace("{ }", ""):
            return said
    text = FIELDS.get(code.replace("_", "-"))
    if text is not None:
        return sentences.filled(text, language, {})
    if code in MESSAGES and "{" not in MESSAGES[code]["en"].replace("{ }", ""):
        return message_for(FieldProblem("", code, {}), language)
    return sentences.filled(OTHER, language, {})


def naming(sentences: Sentences, kind: str, language: str, values: Mapping[str, Any]) -> str:
    """Return a sentence of WITH_VALUES with its limit, or with what is allowed."""
    return sentences.filled(WITH_VALUES[kind], language, values)
