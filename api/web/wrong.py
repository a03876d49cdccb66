"""What is wrong with a small form, in sentences beside its fields, with what was typed kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.texts import marked
from api.web.failures import Faster, faster, refusal_text
from api.web.posted import Posted
from api.web.visit import Visit
from engine.errors import Refusal

SENTENCES: Mapping[str, str] = {
    "required": marked("Fill this in."),
    "too-long": marked("This is too long; shorten it."),
    "unshowable": marked("This holds characters that no page can show. Type it instead of pasting it."),
    "unfinished": marked("Fill in every blank in curly brackets before it is sent."),
    "unknown-person": marked("Nobody at work here has this name. Choose somebody from the list."),
    "is-owner": marked("This person owns the case already."),
    "away": marked("This person is away at the moment."),
    "not-in-team": marked("This person is not in the team that this needs."),
    "kept-apart": marked("This person must be kept apart from the case."),
    "not-kept-apart": marked("This person is not kept apart from the case."),
    "excluded": marked("This person did a step that this one must be apart from."),
    "out-of-range": marked("This number is too small or too large."),
    "not-integer": marked("Enter a whole number, such as 12."),
    "one-of-both": marked("Either choose who was named or write another name, not both."),
    "unknown": marked("Choose one of the answers listed."),
    "same-process": marked("The case is in this process already."),
    "unknown-process": marked("There is no such process any more; open the page again."),
    "not-of-this-process": marked("That process does not take cases of this kind."),
    "retired": marked("This category is no longer in use; choose another."),
    "past": marked("This time has passed; choose a later one."),
    "money_amount": marked("Enter an amount in figures, such as 1200.50."),
    "money_decimals": marked("This amount has too many decimals."),
    "money_currency": marked("Choose one of the currencies listed."),
}
"""Code of a fault -> message id."""
OTHER = marked("This does not fit here.")


@dataclass(frozen=True)
class Trouble:
    """A form that was refused; the default is no trouble."""

    form: str = ""
    """Which form of the page, as in its address."""
    sent: Posted = field(default_factory=Posted)
    fields: Mapping[str, str] = field(default_factory=dict)
    """Field -> sentence."""
    message: str = ""
    """The sentence of the refusal, where it is about no field."""
    faster: Faster = field(default_factory=Faster)

    @property
    def first(self) -> str:
        """Return the id of the first wrong field, `` where there is none or where the page has several such forms."""
        name = next(iter(self.fields), "").partition(".")[0]
        return "" if self.sent.text("id") or not name else f"{self.form}-{name}"

    def typed(self, form: str, name: str, otherwise: str = "") -> str:
        """Return what was typed into a field of a form, `otherwise` for a form that was not sent."""
        return self.sent.text(name) if form == self.form else otherwise

    def wrong(self, form: str, name: str) -> str:
        """Return the sentence about a field of a form, `` where it is in order."""
        return self.fields.get(name, "") if form == self.form else ""


def trouble(here: Visit, form: str, sent: Posted, refusal: Refusal) -> Trouble:
    """Return what a refusal says about a form."""
    fields = {}
    for each in refusal.details.get("fields", ()):
        name = str(each.get("field", "")).strip("/").replace("/", ".")
        fields[name] = here.say(SENTENCES.get(str(each.get("code", "")), OTHER))
    message = "" if fields else refusal_text(here, refusal)
    return Trouble(form, sent, fields, message, faster(here, refusal))
