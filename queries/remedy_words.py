"""What a remedy is called, as the form of the plan words it."""

from __future__ import annotations

from engine.process import CompiledProcess
from forms.display import shown_answer


def remedy_in_words(process: CompiledProcess, kind: str, language: str) -> str:
    """Return the name of a kind of remedy; the kind with blanks for one that no form of the process offers."""
    for form in process.forms.values():
        for field in form.fields:
            for child in field.children if field.name == "remedies" else ():
                if child.name == "kind" and any(option.value == kind for option in child.options):
                    return shown_answer(child, kind, language)
    return kind.replace("_", " ")
