"""Where identifiers come from: random in the product, counted in tests, so that a run can be repeated exactly."""

from __future__ import annotations

import secrets
from typing import Protocol

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit, so that a number can be told on the phone."""

_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
"""Byte -> letter: of 256 bytes each of the 32 letters stands for eight, so that none comes more often."""


class Ids(Protocol):
    """Gives identifiers that are unique within the installation."""

    def new(self) -> str:
        """Return a new opaque identifier, 20 lower-case characters (100 random bits)."""
        ...

    def code(self, length: int) -> str:
        """Return `length` random characters of `ALPHABET` (5 bits each), fit to be read aloud."""
        ...


def fraction(ids: Ids) -> float:
    """Return a number from 0 up to, but not, 1, from where identifiers come from: chance is an argument, too."""
    digits = 4
    value = 0
    for character in ids.code(digits):
        value = value * len(ALPHABET) + ALPHABET.index(character)
    return value / float(len(ALPHABET) ** digits)


class RandomIds:
    """Identifiers from the operating system's random source: nothing can be read from the gaps between them."""

    def new(self) -> str:
        """Return 20 random characters."""
        return self.code(20).lower()

    def code(self, length: int) -> str:
        """Return `length` random characters of `ALPHABET`."""
        return secrets.token_bytes(length).translate(_LETTERS).decode("ascii")


class CountedIds:
    """Identifiers in order (for tests, scenarios and rehearsals): the same commands give the same identifiers."""

    def __init__(self, prefix: str = "t") -> None:
        self._prefix = prefix
        self._count = 0

    def new(self) -> str:
        """Return the next identifier of 20 characters."""
        self._count += 1
        return f"{self._prefix}{self._count:0{20 - len(self._prefix)}d}"

    def code(self, length: int) -> str:
        """Return the next number in base 32, padded to `length` characters."""
        self._count += 1
        digits, rest = "", self._count
        while rest:
            rest, digit = divmod(rest, 32)
            digits = ALPHABET[digit] + digits
        return digits.rjust(length, "0")[-length:]
