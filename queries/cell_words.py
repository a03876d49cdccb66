"""A cell of a decision table as people say it: `>= 10` as `≥ 10`, `starts with(?, "teaching")` as `under Teaching`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from forms.languages import Labels, pick
from forms.texts import TEXTS
from queries.fact_words import amount_in_words

Said = Callable[[str], str]
"""A code -> what it is called."""

UNDER: Labels = {"zh-CN": "属于“{what}”", "ko": "‘{what}’에 속함", "en": "under {what}"}
NOT: Labels = {"zh-CN": "不是{what}", "ko": "{what} 아님", "en": "not {what}"}
OR: Labels = {"zh-CN": "或", "ko": " 또는 ", "en": " or "}
NOTHING: Labels = {"zh-CN": "空", "ko": "없음", "en": "empty"}

_QUOTED = re.compile(r'"([^"]*)"')
_PARTS = re.compile(r'(?:"[^"]*"|\([^()]*\)|[^,"()])+')
_UNDER = re.compile(r'starts with\(\s*\?\s*,\s*"([^"]*)"\s*\)')
_NOT = re.compile(r"not\((.*)\)", re.DOTALL)
_COMPARED = re.compile(r"(<=|>=|<|>|=)\s*([0-9][0-9.]*)")
_RANGE = re.compile(r"[\[\](]\s*([0-9.]+)\s*\.\.\s*([0-9.]+)\s*[\[\])]")
_SIGNS = {">=": "≥", "<=": "≤", "<": "<", ">": ">", "=": "="}


def cell_in_words(cell: str, language: str, said: Said) -> str:
    """Return what a cell asks for. What is written in no way that is known here stays as it is, its codes in words."""
    text = cell.strip()
    if found := _NOT.fullmatch(text):
        return pick(NOT, language).format(what=cell_in_words(found[1], language, said))
    return pick(OR, language).join(_parts(text, language, said))


def asks_for_nothing(cell: str) -> bool:
    """Say whether the cell asks that nothing is there: true of almost every case, and no news to anybody."""
    return cell.strip() == '""'


def _parts(text: str, language: str, said: Said) -> Iterator[str]:
    for found in _PARTS.finditer(text):
        if part := found[0].strip():
            yield _part(part, language, said)


def _part(part: str, language: str, said: Said) -> str:
    if found := _UNDER.fullmatch(part):
        return pick(UNDER, language).format(what=said(found[1].rstrip(".")))
    if found := _COMPARED.fullmatch(part):
        return f"{_SIGNS[found[1]]} {amount_in_words(found[2])}"
    if found := _RANGE.fullmatch(part):
        return f"{amount_in_words(found[1])} – {amount_in_words(found[2])}"
    if part in ("true", "false"):
        return pick(TEXTS["yes" if part == "true" else "no"], language)
    return _QUOTED.sub(lambda found: said(found[1]) or pick(NOTHING, language), part)
