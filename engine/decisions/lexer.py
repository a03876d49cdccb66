"""Splits FEEL text into tokens. Declared names may hold spaces and signs (`Full Name`, `Approved/Declined`)."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from lark import Token

from engine.decisions.refusals import NotFeel

MAX_LENGTH = 4_000
"""Characters an expression may have."""
_KEYWORDS = frozenset(
    {"if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "not"}
)
_RESERVED = frozenset({"function", "external", "instance"})
_PYTHON = {"True": "true", "False": "false", "None": "null"}
_SIGNS = {
    "**": "POW",
    "<=": "CMP",
    ">=": "CMP",
    "!=": "CMP",
    "..": "DOTS",
    "<": "CMP",
    ">": "CMP",
    "=": "CMP",
    "+": "PLUS",
    "-": "MINUS",
    "*": "TIMES",
    "/": "DIV",
    "(": "LPAR",
    ")": "RPAR",
    "[": "LSQB",
    "]": "RSQB",
    "{": "LBRACE",
    "}": "RBRACE",
    ",": "COMMA",
    ":": "COLON",
    ".": "DOT",
    "?": "SUBJECT",
}
_SPACE = re.compile(r"(?:\s|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,60}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,4})?|\.[0-9]{1,60}")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*")
_SIGN = re.compile("|".join(re.escape(sign) for sign in _SIGNS))
_FUNCTIONS_WITH_SPACES = (
    "date and time",
    "days and time duration",
    "years and months duration",
    "string length",
    "upper case",
    "lower case",
    "starts with",
    "ends with",
    "substring before",
    "substring after",
    "list contains",
    "distinct values",
    "index of",
    "insert before",
    "round up",
    "round down",
    "round half up",
    "round half down",
    "day of week",
    "month of year",
    "day of year",
    "week of year",
    "string join",
    "get value",
    "get entries",
)
_ENTRIES_WITH_SPACES = ("time offset",)
_PARAMETERS_WITH_SPACES = ("start position", "grouping separator", "decimal separator")
_ENDS_OPERAND = frozenset({"NAME", "NUMBER", "STRING", "CONSTANT", "AT", "SUBJECT", "RPAR", "RSQB", "RBRACE", "CLOSE"})


def tokenize(text: str, names: Collection[str] = ()) -> list[Token]:
    """Return the tokens of the text; `names` are the declared names, of which the longest that fits wins.

    Raises `NotFeel` for signs FEEL does not have, unclosed text, and texts over 4,000 characters.
    """
    if len(text) > MAX_LENGTH:
        raise NotFeel(
            f"The expression has {len(text)} characters; at most {MAX_LENGTH} are read.",
            advice="Split it into several columns, rules or decisions.",
        )
    declared, functions = _phrases(frozenset(names))
    tokens: list[Token] = []
    brackets: list[_Bracket] = []
    at = 0
    while at < len(text):
        space = _SPACE.match(text, at)
        if space:
            at = space.end()
            continue
        token = _next(text, at, declared, functions)
        at = token.end_pos or len(text)
        tokens.append(_in_range(token, tokens, brackets))
    return tokens


class _Bracket:
    """One open bracket: whether `..` has been seen in it, and whether a `for` in it still waits for its `return`."""

    __slots__ = ("dots", "iterating")

    def __init__(self) -> None:
        self.dots = False
        self.iterating = False


def _next(text: str, at: int, declared: re.Pattern[str] | None, functions: re.Pattern[str]) -> Token:
    word = _WORD.match(text, at)
    if word:
        phrase = (declared.match(text, at) if declared else None) or functions.match(text, at)
        if phrase and phrase.end() > word.end():
            return _token("NAME", " ".join(phrase[0].split()), at, phrase.end())
        return _word(text, word)
    number = _NUMBER.match(text, at)
    if number and not text.startswith("..", at):
        return _token("NUMBER", number[0], at, number.end())
    string = _STRING.match(text, at + 1 if text[at] == "@" else at)
    if string:
        return _token("AT" if text[at] == "@" else "STRING", string[0], at, string.end())
    sign = _SIGN.match(text, at)
    if not sign or text.startswith(("==", "//"), at):
        # FEEL reads `//` as the start of a remark, Python as a whole division: neither is guessed.
        raise _unknown_sign(text, at)
    return _token(_SIGNS[sign[0]], sign[0], at, sign.end())


def _word(text: str, found: re.Match[str]) -> Token:
    word, at = found[0], found.start()
    if at and text[at - 1] == "." and text[at - 2 : at] != "..":
        return _token("NAME", word, at, found.end())
    if word in _RESERVED:
        raise NotFeel(f"`{word}` is a word of FEEL that is not supported here.", position=at)
    if word in ("true", "false", "null"):
        return _token("CONSTANT", word, at, found.end())
    if word in _PYTHON:
        return _token("PYTHON", _PYTHON[word], at, found.end())
    return _token(word.upper() if word in _KEYWORDS else "NAME", word, at, found.end())


def _in_range(token: Token, before: list[Token], brackets: list[_Bracket]) -> Token:
    """Tell the brackets of a range from those of lists, filters and calls: `]` opens and `[` closes an open range."""
    kind = token.type
    after_operand = bool(before) and before[-1].type in _ENDS_OPERAND
    inside = brackets[-1] if brackets else None
    if inside and inside.dots and kind in ("RPAR", "RSQB", "LSQB"):
        brackets.pop()
        return _retype(token, "CLOSE")
    if kind == "RSQB" and not after_operand and not (before and before[-1].type == "LSQB"):
        brackets.append(_Bracket())
        return _retype(token, "OPEN")
    if kind in ("LPAR", "LSQB", "LBRACE"):
        brackets.append(_Bracket())
    elif inside and kind in ("RPAR", "RSQB", "RBRACE"):
        brackets.pop()
    elif inside and kind in ("FOR", "SOME", "EVERY"):
        inside.iterating = True
    elif inside and kind in ("RETURN", "SATISFIES"):
        inside.iterating = False
    elif inside and kind == "DOTS" and not inside.iterating:
        inside.dots = True
    return token


def _token(kind: str, text: str, start: int, end: int) -> Token:
    return Token(kind, text, start_pos=start, end_pos=end)


def _retype(token: Token, kind: str) -> Token:
    return _token(kind, str(token), token.start_pos or 0, token.end_pos or 0)


@lru_cache(maxsize=256)
def _phrases(names: frozenset[str]) -> tuple[re.Pattern[str] | None, re.Pattern[str]]:
    spaced = {name for name in names if name.strip() and not _WORD.fullmatch(name)} | set(_ENTRIES_WITH_SPACES)
    functions = "|".join(_phrase(name) for name in sorted(_FUNCTIONS_WITH_SPACES, key=len, reverse=True))
    parameters = "|".join(_phrase(name) for name in _PARAMETERS_WITH_SPACES)
    declared = "|".join(_phrase(name) for name in sorted(spaced, key=lambda name: (-len(name), name)))
    return (
        re.compile(rf"(?:{declared})(?!\w)"),
        # Without the bracket these words are ordinary names and operators: `open date and time = 5`.
        re.compile(rf"(?:{functions})(?=\s*\()|(?:{parameters})(?=\s*:)"),
    )


def _phrase(name: str) -> str:
    return r"\s+".join(re.escape(part) for part in name.split())


_ADVICE = {
    "'": "Write text between straight double quotes.",
    "“": "Write text between straight double quotes.",
    "”": "Write text between straight double quotes.",
    "‘": "Write text between straight double quotes.",
    "’": "Write text between straight double quotes.",
    "，": "Use the half-width comma.",
    "、": "Use the half-width comma.",
    "（": "Use half-width brackets.",
    "）": "Use half-width brackets.",
    "＜": "Use the half-width sign <.",
    "＞": "Use the half-width sign >.",
    "≤": "Write <= instead.",
    "≥": "Write >= instead.",
    "≠": "Write != instead.",
    "=": "Write a single = to compare.",
    "!": "Write not(...) or != instead.",
    "&": "Write and instead.",
    "|": "Write or instead.",
    "%": "Write modulo(a, b) for the rest of a division.",
    "$": "Write the expression without ${ }.",
    "#": "Write the expression without #{ }.",
    "/": "Write floor(a / b) for a whole division, /* ... */ for a remark.",
    '"': "Close the text with a double quote.",
}


def _unknown_sign(text: str, at: int) -> NotFeel:
    sign = text[at : at + 2] if text.startswith(("==", "//"), at) else text[at]
    what = "The text that begins here is never closed" if sign == '"' else f"FEEL has no sign `{sign}`"
    return NotFeel(f"{what} (character {at + 1}).", advice=_ADVICE.get(sign[0], ""), position=at)
