"""Checks a UI schema against its schema: every field and every answer has a label, nothing is left over."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from forms.kinds import Kind, kind_of, widgets_of
from forms.languages import LANGUAGES, pick
from forms.pointer import pointer, token
from forms.problem import Report
from forms.ui_shape import SCRIPT_PARTS, UI_SHAPE

_TEXTS = frozenset({"label", "title", "help", "description", "row_label", *SCRIPT_PARTS})
_AUTOCOMPLETED = ("string", "email", "uri", "date")


@lru_cache
def _shape() -> Draft202012Validator:
    return Draft202012Validator(UI_SHAPE)


def check_ui(ui: dict[str, Any], schema: dict[str, Any] | None, report: Report) -> None:
    """Record what is wrong with a UI schema.

    `schema` has its references written out; where it is None (it has errors of its own), only the shape is checked.
    """
    for error in _shape().iter_errors(ui):
        message = error.message if len(error.message) <= 200 else error.message[:197] + "..."
        report.add("ui-shape", pointer(error.absolute_path), f"{message}.")
    if report.has_errors:
        return
    _check_texts(ui, "", report)
    if schema is None:
        return
    properties = schema.get("properties", {})
    checker = _UiChecker(report)
    checker.check_fields(ui, schema, "", in_rows=False)
    grouped: set[str] = set()
    ids: set[str] = set()
    for index, group in enumerate(ui.get("groups", [])):
        place = f"/groups/{index}"
        if group["id"] in ids:
            report.add("group-repeated", f"{place}/id", f'The id "{group["id"]}" is taken.')
        ids.add(group["id"])
        for name in group["fields"]:
            if name not in properties:
                report.add("group-unknown-field", f"{place}/fields", f'There is no field "{name}".')
            elif name in grouped:
                report.add("field-grouped-twice", f"{place}/fields", f'The field "{name}" already stands in a group.')
            grouped.add(name)


def _check_texts(node: Any, place: str, report: Report) -> None:
    """Check every text with languages, wherever it stands: the shape says which objects are texts."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            _check_texts(item, f"{place}/{index}", report)
    elif isinstance(node, dict):
        last = place.rsplit("/", 1)[-1]
        # A choice of languages has options named like the languages: only strings make it a text.
        strings = all(isinstance(value, str) for value in node.values())
        is_text = strings and (set(node) <= set(LANGUAGES) if node else last in _TEXTS)
        if not is_text:
            for key, value in node.items():
                _check_texts(value, f"{place}/{token(key)}", report)
        elif not pick(node, "zh-CN").strip():
            report.add("label-unreadable", place, "The text is missing in zh-CN and en.")
        elif missing := [tag for tag in LANGUAGES if not node.get(tag, "").strip()]:
            report.add("language-missing", place, f"The text is missing in {', '.join(missing)}.")


class _UiChecker:
    def __init__(self, report: Report) -> None:
        self.report = report

    def check_fields(self, ui: Mapping[str, Any], schema: dict[str, Any], place: str, *, in_rows: bool) -> None:
        """Check the entries of one object: the form, a group, or one row."""
        properties, entries = schema.get("properties", {}), ui.get("fields", {})
        for name in entries:
            if name not in properties:
                self.report.add(
                    "ui-field-unknown", f"{place}/fields/{token(name)}", f'The schema has no field "{name}".'
                )
        for name in properties:
            if name not in entries:
                self.report.add(
                    "ui-field-missing", f"{place}/fields", f'The field "{name}" of the schema has no entry.'
                )
        for name in ui.get("order", []):
            if name not in properties:
                self.report.add("order-unknown", f"{place}/order", f'There is no field "{name}".')
        for name, entry in entries.items():
            kind = kind_of(properties.get(name))
            if kind is not None:
                here = f"{place}/fields/{token(name)}"
                self._check_field(entry, properties[name], kind, here, in_rows=in_rows)
                self._check_show_if(name, entry, schema, here)

    def _check_field(
        self, entry: dict[str, Any], field: dict[str, Any], kind: Kind, place: str, *, in_rows: bool
    ) -> None:
        widgets = widgets_of(field, kind)
        widget = entry.get("widget", widgets[0])
        if widget not in widgets:
            self.report.add(
                "widget-unfit", f"{place}/widget", f'The widget "{widget}" cannot ask for this type ({kind}).'
            )
        if widget == "readonly" and in_rows:
            self.report.add("readonly-in-rows", f"{place}/widget", "A field of a repeating group is read-only.")
        if ("script" in entry) != (widget == "script"):
            self.report.add("script-unfit", place, "The widget script and the texts of a script belong together.")
        if "autocomplete" in entry and kind not in _AUTOCOMPLETED:
            self.report.add("autocomplete-unfit", f"{place}/autocomplete", "This field is not typed in as a text.")
        self._check_options(entry, field, kind, place)
        inner = {"group": field, "rows": field.get("items")}.get(kind)
        if inner is not None:
            self.check_fields(entry, inner, place, in_rows=in_rows or kind == "rows")
        for key in ("fields", "order") if inner is None else ():
            if key in entry:
                self.report.add("ui-field-unknown", f"{place}/{key}", "This field has no fields of its own.")
        if "row_label" in entry and kind != "rows":
            self.report.add("ui-shape", f"{place}/row_label", "Only a repeating group has rows.")

    def _check_options(self, entry: dict[str, Any], field: dict[str, Any], kind: Kind, place: str) -> None:
        values = answers_of(field, kind)
        labelled = entry.get("options", {})
        for value in labelled:
            if value not in values:
                self.report.add(
                    "option-unknown", f"{place}/options/{token(value)}", f"{value!r} is not an answer here."
                )
        if kind in ("choice", "choices"):
            for value in values:
                if not labelled.get(value):
                    self.report.add("option-label-missing", f"{place}/options", f"The answer {value!r} has no label.")

    def _check_show_if(self, name: str, entry: dict[str, Any], schema: dict[str, Any], place: str) -> None:
        condition = entry.get("show_if")
        if condition is None:
            return
        place = f"{place}/show_if"
        field = schema["properties"].get(condition["field"])
        kind = kind_of(field)
        if kind is None or condition["field"] == name:
            self.report.add(
                "show-if-unknown-field", place, f'There is no other field "{condition["field"]}" beside it.'
            )
            return
        if kind not in ("choice", "choices", "boolean"):
            self.report.add("show-if-needs-choice", place, f'The field "{condition["field"]}" has no fixed answers.')
            return
        possible = (True, False) if kind == "boolean" else answers_of(field, kind)
        for value in condition["in"]:
            if isinstance(value, bool) != (kind == "boolean") or value not in possible:
                self.report.add("show-if-unknown-value", f"{place}/in", f"{value!r} is not an answer of that field.")
        if name in schema.get("required", []):
            self.report.add("hidden-but-required", place, f'"{name}" can be hidden, but is always required.')


def answers_of(field: dict[str, Any], kind: Kind) -> tuple[str, ...]:
    """Return the answers that a field offers, as an HTML form sends them; none where it is not a choice."""
    if kind == "choice":
        return tuple(field["enum"])
    if kind == "choices":
        return tuple(field["items"]["enum"])
    if kind == "boolean":
        return ("true",) if field.get("const") is True else ("true", "false")
    return ()
