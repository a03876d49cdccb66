"""Builds the controls of a form for one language, one answer and its faults."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from forms.controls import Candidate, Choice, Control, Section, SummaryLine
from forms.display import showable, shown_answer, zone_name
from forms.field_problem import FieldProblem
from forms.form import Field, Form, Group
from forms.languages import OWN_NAMES, Labels, Text, pick, picked
from forms.local_time import to_local
from forms.messages import message_for
from forms.pointer import pointer
from forms.texts import TEXTS

BLANK_ROWS = 2
"""Empty rows after the filled ones, for a page without scripts."""

Path = tuple[str | int, ...]


class Page:
    """The controls of one page; `sections()` builds them, after which `summary()` lists the faults in their order."""

    def __init__(
        self,
        form: Form,
        data: Mapping[str, Any],
        problems: Iterable[FieldProblem],
        *,
        language: str,
        addressed: str,
        id_prefix: str,
        zone: tzinfo,
        candidates: Mapping[str, Sequence[Candidate]],
        rows: Mapping[str, int],
    ) -> None:
        self.form = form
        self.data = data
        self.problems = list(problems)
        self.language, self.addressed = language, addressed
        self.id_prefix = id_prefix
        self.zone = zone
        self.candidates = candidates
        self.rows = rows
        self._lines: list[SummaryLine] = []
        self._told: set[str] = set()
        """Pointers of the faults that stand at a control."""

    def sections(self) -> list[Section]:
        """Return the fields and groups of the form in their order."""
        sections = []
        for item in self.form.layout:
            if isinstance(item, Group):
                title, help_text = self._text(item.title), self._text(item.help)
                controls = self._controls(item.fields, self.data, (), self.form.fields, title.text)
                sections.append(Section(f"{self.id_prefix}--group-{item.id}", title, help_text, controls))
            else:
                controls = self._controls((item,), self.data, (), self.form.fields, "")
                sections.append(Section("", Text("", None), Text("", None), controls))
        return sections

    def summary(self) -> list[SummaryLine]:
        """Return the faults in the order of the page; those that belong to no control stand first."""
        loose = [problem for problem in self.problems if problem.pointer not in self._told]
        lines = []
        for problem in loose:
            name = showable(problem.pointer.rpartition("/")[2])[:64]
            lines.append(SummaryLine("", self._join(name, message_for(problem, self.language))))
        return [*lines, *self._lines]

    def _text(self, labels: Labels) -> Text:
        return picked(labels, self.language)

    def word(self, name: str, **values: object) -> str:
        """Return a text of the machinery in the language of the page."""
        text = pick(TEXTS[name], self.language)
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        return text

    def _join(self, name: str, message: str) -> str:
        return f"{name}{self.word('colon')}{message}" if name else message

    def _controls(
        self, fields: Sequence[Field], data: Mapping[str, Any], path: Path, siblings: Sequence[Field], label: str
    ) -> tuple[Control, ...]:
        return tuple(
            self._control(field, data.get(field.name), (*path, field.name), siblings, label) for field in fields
        )

    def _control(self, field: Field, value: Any, path: Path, siblings: Sequence[Field], above: str) -> Control:
        control_id = "-".join((self.id_prefix, *map(str, path)))
        common: dict[str, Any] = {
            "id": control_id,
            "name": ".".join(map(str, path)),
            "label": self._text(field.label),
            "help": self._text(field.help),
            "required": field.required,
            "autocomplete": field.autocomplete or "",
            "max_length": field.max_length,
        }
        if field.widget == "script":
            common["lang"] = self._spoken(field)
        if field.kind in ("group", "rows"):
            return self._holder(field, value, path, common)
        place = pointer(path)
        found = [p for p in self.problems if p.pointer == place or p.pointer.startswith(f"{place}/")]
        common |= {"hints": self._hints(field, value, siblings), "shown_if": self._shown_if(field, path)}
        common["errors"] = tuple(dict.fromkeys(message_for(problem, self.language) for problem in found))
        control = Control(**common, **self._asked(field, value, control_id, {p.pointer for p in found}, place))
        self._tell(found, control, f"{above} – {control.label.text}" if path[:-1] and above else control.label.text)
        return control

    def _tell(self, found: Iterable[FieldProblem], control: Control, label: str) -> None:
        for problem in found:
            self._told.add(problem.pointer)
            line = SummaryLine(control.focus_id, self._join(label, message_for(problem, self.language)))
            if line not in self._lines:
                self._lines.append(line)

    def _holder(self, field: Field, value: Any, path: Path, common: dict[str, Any]) -> Control:
        """Return a group with its fields, or a repeating group with its rows."""
        place = pointer(path)
        found = [problem for problem in self.problems if problem.pointer == place]
        at = len(self._lines)
        if field.kind == "group":
            inner = value if isinstance(value, Mapping) else {}
            children = self._controls(field.children, inner, path, field.children, common["label"].text)
            hints: tuple[str, ...] = ()
        else:
            children = tuple(
                self._row(field, value, path, index) for index in range(self._row_count(field, value, place))
            )
            hints = (self.word("rows_hint"),)
        messages = tuple(message_for(problem, self.language) for problem in found)
        control = Control(
            **common, widget="group" if field.kind == "group" else "repeat", errors=messages, children=children,
            hints=hints, shown_if=self._shown_if(field, path),
        )  # fmt: skip
        inner_lines, self._lines[at:] = self._lines[at:], []
        self._tell(found, control, control.label.text)
        self._lines.extend(inner_lines)
        return control

    def _row_count(self, field: Field, value: Any, place: str) -> int:
        filled = len(value) if isinstance(value, list) else 0
        most = max(field.max_items or filled, filled)
        return min(max(filled + BLANK_ROWS, self.rows.get(place, 0)), most)

    def _row(self, field: Field, value: Any, path: Path, index: int) -> Control:
        here = (*path, index)
        row = value[index] if isinstance(value, list) and index < len(value) else {}
        name = pick(field.row_label, self.language)
        legend = self.word("numbered", label=name, number=index + 1) if name else self.word("row", number=index + 1)
        place = pointer(here)
        found = [problem for problem in self.problems if problem.pointer == place]
        inner = row if isinstance(row, Mapping) else {}
        control = Control(
            id="-".join((self.id_prefix, *map(str, here))),
            name="",
            widget="group",
            label=Text(legend, None),
            help=Text("", None),
            errors=tuple(message_for(problem, self.language) for problem in found),
            children=self._controls(field.children, inner, here, field.children, legend),
        )
        self._tell(found, control, legend)
        return control

    def _hints(self, field: Field, value: Any, siblings: Sequence[Field]) -> tuple[str, ...]:
        hints = []
        if field.widget == "date":
            hints.append(self.word("date_hint"))
        if field.widget == "datetime":
            hints.append(self.word("zone_hint", zone=zone_name(self.zone, self.language)))
        if field.widget == "script":
            hints.append(self.word("script_hint"))
            if self.addressed != self.language:
                hints.append(self.word("addressed_hint", language=OWN_NAMES[self.addressed]))
        if field.show_if:
            other = next(sibling for sibling in siblings if sibling.name == field.show_if.field)
            answers = [shown_answer(other, answer, self.language) for answer in field.show_if.values]
            label = pick(other.label, self.language)
            hints.append(self.word("shown_if", field=label, answers=self.word("or").join(answers)))
        return tuple(hints)

    def _spoken(self, field: Field) -> str | None:
        """Return the language of prepared words, None where it is that of the page: some may be missing in theirs."""
        parts = {picked(text, self.addressed).lang or self.addressed for text in field.script.values()}
        return next(iter(parts)) if len(parts) == 1 and parts != {self.language} else None

    def _shown_if(self, field: Field, path: Path) -> str:
        if not field.show_if:
            return ""
        values = [{True: "true", False: "false"}.get(v, v) if isinstance(v, bool) else v for v in field.show_if.values]
        name = ".".join(map(str, (*path[:-1], field.show_if.field)))
        return json.dumps({"field": name, "in": values}, ensure_ascii=False)

    def _asked(self, field: Field, value: Any, control_id: str, wrong: set[str], place: str) -> dict[str, Any]:
        """Return what differs between the widgets."""
        widget = field.widget
        if widget == "readonly":
            shown = shown_answer(field, value, self.language, zone=self.zone)
            return {"widget": widget, "value": showable(shown) or self.word("empty")}
        if widget in ("people", "file-ref"):
            return self._references(field, value, control_id)
        if widget in ("radio", "select", "checkboxes"):
            return {"widget": widget, "choices": self._choices(field, value, control_id)}
        if widget == "money":
            return self._money(field, value, control_id, wrong, place)
        if widget == "datetime":
            local = to_local(value, self.zone) if isinstance(value, str) else None
            if local is not None:
                return {"widget": "datetime", "value": local, "before": value, "input_type": "datetime-local"}
            return {"widget": "datetime", "value": showable(value), "input_type": "text" if value else "datetime-local"}
        if widget == "date":
            # A browser shows nothing for a date it cannot read; as a text the person sees what was typed.
            fits = not value or f"{place}" not in wrong
            return {"widget": "date", "value": showable(value), "input_type": "date" if fits else "text"}
        types = {"email": ("email", "email"), "uri": ("url", "url"), "integer": ("text", "numeric")}
        input_type, mode = types.get(field.kind, ("text", "decimal" if field.kind == "number" else ""))
        return {"widget": widget, "value": showable(value), "input_type": input_type, "input_mode": mode}

    def _choices(self, field: Field, value: Any, control_id: str) -> tuple[Choice, ...]:
        chosen = {("true" if v else "false") if isinstance(v, bool) else v for v in _listed(value)}
        options = [(option.value, self._text(option.labels)) for option in field.options]
        # Without scripts a radio button cannot be released: where no answer is fine, it is one of the answers.
        if field.widget == "select" or (field.widget == "radio" and not field.required and field.show_if is None):
            word = "choose" if field.widget == "select" else "no_answer"
            options.insert(0 if field.widget == "select" else len(options), ("", Text(self.word(word), None)))
        return tuple(
            Choice(f"{control_id}--{index}", answer, label, answer in chosen)
            for index, (answer, label) in enumerate(options)
        )

    def _references(self, field: Field, value: Any, control_id: str) -> dict[str, Any]:
        """Return a choice among the people or files of the case or, where none are given, ids to be typed in."""
        several = field.kind == "references"
        chosen = [showable(item) for item in _listed(value) if isinstance(item, str)]
        given = self.candidates.get("people" if field.widget == "people" else "files")
        if given is None and several:
            most = max(field.max_items or 0, len(chosen))
            blanks = min(len(chosen) + BLANK_ROWS, most) - len(chosen)
            return {"widget": "references", "values": (*chosen, *[""] * blanks)}
        if given is None:
            return {"widget": "text", "value": chosen[0] if chosen else ""}
        labels = {candidate.value: candidate.label for candidate in given}
        # Who or what was chosen before and is no longer offered stays visible, under its id.
        options = [*labels.items(), *((item, item) for item in chosen if item not in labels)]
        if not several:
            options.insert(0, ("", self.word("choose")))
        choices = tuple(
            Choice(f"{control_id}--{index}", answer, Text(label, None), answer in chosen)
            for index, (answer, label) in enumerate(options)
        )
        return {"widget": "checkboxes" if several else "select", "choices": choices}

    def _money(self, field: Field, value: Any, control_id: str, wrong: set[str], place: str) -> dict[str, Any]:
        parts = value if isinstance(value, Mapping) else {"amount": value}
        currency = parts.get("currency")
        currency_wrong = f"{place}/currency" in wrong and len(field.currencies) > 1
        return {
            "widget": "money",
            "amount": showable(parts.get("amount")),
            # A fault of the whole, or of a currency that cannot be chosen, is shown at the amount.
            "amount_wrong": bool(wrong - {f"{place}/currency"} if currency_wrong else wrong),
            "currency_wrong": currency_wrong,
            "choices": tuple(
                Choice(f"{control_id}--currency-{index}", code, Text(code, None), code == currency)
                for index, code in enumerate(field.currencies)
            ),
        }


def _listed(value: Any) -> list[Any]:
    """Return the answers in a value that can be told apart, whether it is one or a list."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str | bool)]
