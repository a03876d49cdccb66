"""What a key seals opens with that key alone, and with nothing changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.keys.cipher import OVERHEAD, DataKey, Unreadable
from storage.sealed import Sealed

KEY, OTHER = DataKey(b"a" * 32), DataKey(b"b" * 32)


@given(st.binary(max_size=300), st.text(max_size=10))
def test_what_was_sealed_is_opened_as_it_was(plain: bytes, bound_to: str) -> None:
    sealed = KEY.seal(plain, bound_to=bound_to)
    assert len(sealed) == len(plain) + OVERHEAD
    assert KEY.open(sealed, bound_to=bound_to) == plain


def test_the_same_text_is_sealed_otherwise_each_time() -> None:
    assert len({bytes(KEY.seal(b"gil")) for _ in range(50)}) == 50


@given(st.binary(min_size=1, max_size=40), st.data())
def test_nothing_that_was_changed_is_opened(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(KEY.seal(plain))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        KEY.open(bytes(sealed))


@pytest.mark.parametrize("broken", [b"", b"\x01", b"\x01" + b"n" * 12, b"\x02" + b"n" * 40])
def test_what_is_too_short_or_of_another_kind_is_refused(broken: bytes) -> None:
    with pytest.raises(Unreadable):
        KEY.open(broken)


def test_another_key_or_another_purpose_opens_nothing() -> None:
    with pytest.raises(Unreadable):
        OTHER.open(KEY.seal(b"gil"))
    with pytest.raises(Unreadable):
        KEY.open(KEY.seal(b"gil", bound_to="case:1"), bound_to="case:2")


def test_a_wrapped_key_is_that_key() -> None:
    wrapped = KEY.wrap(OTHER, name="case:1")
    assert KEY.unwrap(wrapped, name="case:1").open(OTHER.seal(b"gil")) == b"gil"
    assert b"b" * 32 not in wrapped


def test_neither_a_key_nor_what_it_sealed_shows_itself() -> None:
    assert "aaaa" not in repr(KEY)
    sealed = KEY.seal(b"gil")
    with pytest.raises(TypeError, match="sealed"):
        f"{sealed}"
    with pytest.raises(TypeError, match="sealed"):
        str(sealed)
    assert repr(sealed) == f"Sealed({len(sealed)} bytes)"
    assert isinstance(sealed, Sealed)
