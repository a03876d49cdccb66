"""Where identifiers come from: random in the product, counted in tests, so that a run can be repeated exactly."""

from __future__ import annotations

import secrets
from typing import Protocol

from engine.clock import Clock

HOUR = 3600
"""Seconds."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit, so that a number can be told on the phone."""

_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
"""Byte -> letter: of 256 bytes each of the 32 letters stands for eight, so that none comes more often."""


class Ids(Protocol):
    """Gives identifiers that are unique within the installation."""

    def new(self) -> str:
        """Return a new opaque identifier, 20 lower-case characters."""
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
    """Identifiers from the operating system's random source: nothing can be read from the gaps between them.

    By a clock they begin with the hour in which they were given (docs/adr/0027): rows of one time stand together in
    every index, and what is new is written where the last was, however much is older.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock

    def new(self) -> str:
        """Return 20 random characters; by a clock the hour in 4, good for 119 years, and 16 random ones."""
        if self._clock is None:
            return self.code(20).lower()
        return f"{_letters(int(self._clock.now().timestamp()) // HOUR, 4)}{self.code(16)}".lower()

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
        return _letters(self._count, length)


def _letters(number: int, length: int) -> str:
    """Return the last digits of a number in base 32, so many."""
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return digits
