"""The text of the server's key."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.keys.keyring import KeyAbsent, UnfitKeyring, new_line, parse_keyring

ONE, TWO = new_line(1, b"1" * 32), new_line(2, b"2" * 32)


def test_the_newest_version_seals_and_the_older_ones_open() -> None:
    older, ring = parse_keyring(ONE), parse_keyring(f"# ours\n\n{TWO}{ONE}")
    assert ring.newest == 2
    assert ring.version(1).open(older.version(1).seal(b"gil")) == b"gil"
    with pytest.raises(KeyAbsent, match="Version 2"):
        older.version(2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("# nothing\n", "empty"),
        ("x abc", "Line 1 .* number"),
        ("0 abc", "Line 1 .* number"),
        (f"{ONE}2 abc", "Line 2 .* 32 bytes"),
        ("1 " + base64.b64encode(b"short").decode(), "Line 1 .* 32 bytes"),
        (ONE + ONE, "Line 2 .* already"),
    ],
)
def test_what_is_no_key_is_refused_by_its_line(text: str, said: str) -> None:
    with pytest.raises(UnfitKeyring, match=said):
        parse_keyring(text)


@given(st.text(max_size=80))
def test_no_refusal_repeats_what_stands_there(text: str) -> None:
    secret = "c2VjcmV0IHNlY3JldA"
    with pytest.raises(UnfitKeyring) as refused:
        parse_keyring(f"1 {secret}!{text}")
    assert secret not in str(refused.value)
