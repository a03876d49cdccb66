"""The rules that a form's definition is held to before publication: the code of each, how grave it is, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Rule:
    """One rule. An error is what would run wrongly or reach nobody; everything else is a warning."""

    severity: Literal["error", "warning"]
    advice: str


def _error(advice: str) -> Rule:
    return Rule("error", advice)


def _warning(advice: str) -> Rule:
    return Rule("warning", advice)


RULES: dict[str, Rule] = {
    # The two files as files.
    "json-invalid": _error("Correct the text at this line; a JSON editor shows the place."),
    "json-duplicate-key": _error("Keep one of the two; the other would be lost silently."),
    "json-too-deep": _error("Flatten the definition: a form needs no nesting of this depth."),
    "json-not-an-object": _error("Begin the file with { and end it with }."),
    "file-too-large": _error("Shorten the lists of options or split the form into two steps."),
    "partner-missing": _error("Put <name>.schema.json and <name>.ui.json side by side."),
    "form-twice": _error("Give one of the two another name, or keep one folder for each process."),
    "form-name": _error("Name process folder and file with small letters, digits, - and _, beginning with a letter."),
    # The schema.
    "schema-invalid": _error("Correct the value; JSON Schema 2020-12 does not allow it here."),
    "schema-keyword": _error("Use only the keywords listed in docs/process-owner/forms.md."),
    "schema-type": _error("Give the field one of the types listed in docs/process-owner/forms.md."),
    "schema-ref": _error("Refer only to an entry of $defs in the same file, and never in a circle."),
    "schema-too-large": _error("Shorten the form: split it into two steps of the process."),
    "open-object": _error('Write "additionalProperties": false, so that unknown names are refused instead of stored.'),
    "field-name": _error(
        "Name fields with small letters, digits and _, beginning with a letter, 64 characters at most."
    ),
    "required-unknown": _error("Correct the name; a form that requires an unknown field can never be sent."),
    "condition-unknown-field": _error("Correct the name; a condition on an unknown field is never what it seems."),
    "condition-unknown-value": _error("Use one of the field's own values; this condition can never hold."),
    "condition-holds-when-absent": _warning(
        'Add the field to "required" inside the same "if": otherwise it also holds while empty.'
    ),
    "option-unclean": _error("Write the value without blanks around it, not empty, and in composed characters (NFC)."),
    "pattern-invalid": _error(
        "Use the part of regular expressions that docs/process-owner/forms.md lists, from ^ to $."
    ),
    "pattern-slow": _error("Do not repeat what is itself repeated; say how many characters there may be at most."),
    "pattern-without-limit": _error("Give the field a maxLength of at most 500 beside its pattern."),
    "limits-contradict": _error("Make the lower limit smaller than the upper one; now no answer fits."),
    "money-shape": _error("Copy the money field of docs/process-owner/forms.md; an amount is a text, never a number."),
    "currency-unknown": _error("Use codes of ISO 4217 in capitals, such as CNY, KRW, USD."),
    "rows-in-rows": _error("Keep a repeating group flat; a page without scripts cannot nest them."),
    # The UI schema.
    "ui-shape": _error("Correct the entry; docs/process-owner/forms.md shows the form of each."),
    "ui-field-unknown": _error("Remove the entry or add the field to the schema."),
    "ui-field-missing": _error("Add the field to the UI schema; without a label nobody can fill it in."),
    "label-unreadable": _error("Write the text at least in zh-CN or en, which the other languages fall back to."),
    "language-missing": _warning("Write the text in zh-CN, ko and en; until then these readers see another language."),
    "option-label-missing": _error("Add a label for the value, in three languages."),
    "option-unknown": _error("Remove the label or add the value to the schema's enum."),
    "widget-unfit": _error("Use one of the widgets that docs/process-owner/forms.md lists for this type."),
    "show-if-unknown-field": _error("Refer to another field beside this one, not to the field itself."),
    "show-if-unknown-value": _error("Use the values of that field's enum, or true and false."),
    "show-if-needs-choice": _error("Let the field depend on one with a fixed list of answers, or a yes/no question."),
    "hidden-but-required": _error(
        'Move the requirement into "if"/"then" of the schema: a hidden field cannot be filled in.'
    ),
    "order-unknown": _error("List only fields of the schema, each once."),
    "group-unknown-field": _error("List only fields of the schema at the top of the form."),
    "field-grouped-twice": _error("Keep each field in one group."),
    "group-repeated": _error("Give each group an id of its own."),
    "autocomplete-unfit": _error(
        "Use a token of HTML's list for autocomplete on a text field, such as email, name, tel."
    ),
    "script-unfit": _error('Give "script" to fields of widget script only, each with its four parts.'),
    "readonly-in-rows": _error('Show it above the form with "shows"; rows move when one is removed.'),
}
"""Every rule, by its code. The tests hold one good and one bad fixture for each."""
