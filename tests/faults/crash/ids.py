"""Identifiers that begin anew: a change that is repeated by another process gets those of the first attempt."""

from __future__ import annotations

from engine.ids import ALPHABET


class CrashIds:
    """Counted identifiers, whose count can be read and set."""

    def __init__(self, prefix: str) -> None:
        self.prefix, self.count = prefix, 0

    def begin(self, prefix: str, count: int = 0) -> None:
        """Go on behind the `count`-th identifier of a prefix."""
        self.prefix, self.count = prefix, count

    def new(self) -> str:
        """Return the next identifier of 20 characters."""
        self.count += 1
        return f"{self.prefix}{self.count:0{20 - len(self.prefix)}d}"

    def code(self, length: int) -> str:
        """Return the next number in base 32 behind the prefix, padded to `length` characters."""
        self.count += 1
        digits, rest = "", self.count
        while rest:
            rest, digit = divmod(rest, 32)
            digits = ALPHABET[digit] + digits
        mark = self.prefix.upper()[: max(0, length - len(digits))]
        return (mark + digits.rjust(length - len(mark), "0"))[-length:]
