"""The part of regular expressions that a form may use, read by a small grammar: its worst case is known beforehand.

A pattern is anchored (`^...$`) and consists of characters, classes, groups, alternatives and counts. The *ways* of a
pattern are an upper bound for how many ways there are to read one text by it, which is what backtracking explores:
`^(a+)+$` has astronomically many, `^[A-Z]{2}[0-9]{4,10}$` has seven.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_LENGTH = 200
"""The longest pattern."""
MAX_TEXT = 500
"""The largest maxLength of a field that has a pattern."""
MAX_WAYS = 10_000
"""The largest number of ways; at this bound the slowest match takes some hundredths of a second."""

_SHORTHAND = "dDwWsS"
_CONTROL = "tnr"
_SYNTAX = "^$\\.*+?()[]{}|/-"


class PatternInvalid(ValueError):
    """The pattern does not compile, or lies outside the part that forms may use."""


class PatternSlow(ValueError):
    """The pattern could be read in so many ways that a hostile text would keep the server busy."""


@dataclass(frozen=True)
class LimitedPattern:
    """A pattern with the length of text for which its ways were counted."""

    expression: re.Pattern[str]
    max_length: int

    def fits(self, text: str) -> bool:
        """Say whether the text may pass; a longer one is not matched at all, since its maxLength refuses it already."""
        return len(text) > self.max_length or self.expression.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def compile_pattern(source: str, max_length: int = MAX_TEXT) -> re.Pattern[str]:
    """Return the compiled pattern, to be used with `fullmatch`. Raises PatternInvalid or PatternSlow.

    `\\d`, `\\w`, `\\s` and their opposites mean ASCII, as in JSON Schema's own dialect (ECMA-262).
    """
    if len(source) > MAX_LENGTH:
        raise PatternInvalid(f"it is longer than {MAX_LENGTH} characters")
    if len(source) < 2 or not source.startswith("^") or not source.endswith("$"):
        raise PatternInvalid("it does not begin with ^ and end with $")
    body = source[1:-1]
    reader = _Reader(body, max_length)
    ways = reader.sequence()
    if body[reader.at : reader.at + 1] == "|":
        raise PatternInvalid("alternatives stand outside a group, where ^ and $ would belong to one of them only")
    if reader.at != len(body):
        raise PatternInvalid(f"there is an unexpected {body[reader.at]!r} at position {reader.at + 2}")
    if ways > MAX_WAYS:
        raise PatternSlow("it can be read in too many ways")
    try:
        return re.compile(body, re.ASCII)
    except (re.error, OverflowError) as error:
        raise PatternInvalid(str(error)) from error


class _Reader:
    """Reads a pattern from left to right; every method returns the ways of what it has read."""

    def __init__(self, body: str, max_length: int) -> None:
        self.body = body
        self.at = 0
        self.max_length = max_length

    def _peek(self) -> str:
        return self.body[self.at : self.at + 1]

    def alternatives(self) -> int:
        ways = self.sequence()
        while self._peek() == "|":
            self.at += 1
            ways += self.sequence()
        return ways

    def sequence(self) -> int:
        ways = 1
        while self._peek() not in ("", "|", ")"):
            ways = min(ways * self._counted(self._piece()), MAX_WAYS + 1)
        return ways

    def _piece(self) -> int:
        char = self._peek()
        if char == "(":
            return self._group()
        if char == "[":
            self._character_class()
        elif char == "\\":
            self._escape()
        elif char in "^$*+?{}]":
            raise PatternInvalid(f"there is an unexpected {char!r} at position {self.at + 2}")
        else:
            self.at += 1
        return 1

    def _group(self) -> int:
        self.at += 3 if self.body.startswith("(?:", self.at) else 1
        if self._peek() == "?":
            raise PatternInvalid("groups may only be (...) or (?:...)")
        ways = self.alternatives()
        if self._peek() != ")":
            raise PatternInvalid("a group is not closed")
        self.at += 1
        return ways

    def _character_class(self) -> None:
        self.at += 2 if self.body.startswith("[^", self.at) else 1
        start = self.at
        while self._peek() not in ("]", ""):
            if self._peek() == "\\":
                self._escape()
            elif self._peek() == "[" or self.body[self.at : self.at + 2] in ("&&", "||", "--", "~~"):
                raise PatternInvalid("a class holds another class or a set operation; write \\[ for the character")
            else:
                self.at += 1
        if self._peek() == "" or self.at == start:
            raise PatternInvalid("a class is empty or not closed")
        self.at += 1

    def _escape(self) -> None:
        escaped = self.body[self.at + 1 : self.at + 2]
        if escaped == "u":
            if not re.fullmatch(r"[0-9A-Fa-f]{4}", self.body[self.at + 2 : self.at + 6]):
                raise PatternInvalid("\\u is not followed by four hexadecimal digits")
            self.at += 6
        elif escaped and escaped in _SHORTHAND + _CONTROL + _SYNTAX:
            self.at += 2
        else:
            raise PatternInvalid(f"\\{escaped} is not among the escapes that forms may use")

    def _counted(self, ways: int) -> int:
        """Return the ways of a piece with the count that follows it, if any."""
        low, high = 1, 1
        char = self._peek()
        if char and char in "*+?":
            low, high = {"*": (0, self.max_length), "+": (1, self.max_length), "?": (0, 1)}[char]
            self.at += 1
        elif char == "{":
            low, high = self._braces()
        else:
            return ways
        if self._peek() and self._peek() in "*+?{":
            raise PatternInvalid("a count is followed by another count")
        total, power = 0, 1
        for times in range(high + 1):
            if times >= low:
                total += power
            power *= ways
            if total > MAX_WAYS or power > MAX_WAYS:
                return MAX_WAYS + 1 if high > times or total > MAX_WAYS else total
        return total

    def _braces(self) -> tuple[int, int]:
        found = re.compile(r"\{([0-9]{1,4})(,([0-9]{1,4})?)?\}").match(self.body, self.at)
        if found is None:
            raise PatternInvalid(f"the count at position {self.at + 2} is not of the form {{2}}, {{2,}} or {{2,5}}")
        self.at = found.end()
        low = int(found.group(1))
        if found.group(2) is None:
            return low, low
        if found.group(3) is None:
            return low, max(low, self.max_length)
        if int(found.group(3)) < low:
            raise PatternInvalid("a count ends below its beginning")
        return low, int(found.group(3))
