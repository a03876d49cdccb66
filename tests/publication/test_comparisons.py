"""Whatever a comparison is refused for is so in the engine, too, for every value that its names can have."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.expressions.language import ExpressionFailed, compile_expression
from engine.expressions.syntax import parse
from engine.publication.comparisons import Never, comparisons
from engine.publication.possible import NOTHING, NUMBER, TEXT, TRUTH, Possible, one_of

VALUES: dict[str, tuple[Any, ...]] = {
    "choice": ("aa", "b", None),
    "mixed": ("b", True, False, None),
    "number": (0, 1, 7, None),
    "truth": (True, False, None),
    "ways": ([], ["aa"], ["aa", "b"], None),
    "free": ("", "zz", "aa", "anything"),
    "open": ("aa", 1, True, None, ["aa"]),
}
CAN_BE: dict[str, Possible | None] = {
    "choice": one_of(["aa", "b"]) | NOTHING,
    "mixed": one_of(["b"]) | TRUTH | NOTHING,
    "number": NUMBER | NOTHING,
    "truth": TRUTH | NOTHING,
    "ways": Possible(frozenset({"list"}), frozenset(), frozenset({"aa", "b"})) | NOTHING,
    "free": TEXT,
    "open": None,
}
LITERALS = ('"aa"', '"b"', '"zz"', '"a"', '""', "None", "0", "1", "True", '["aa", "zz"]', '["zz", 1]', "[]")
SIDES = st.one_of(
    st.sampled_from([*VALUES, *LITERALS]),
    st.sampled_from(
        ["len(ways)", "number + 1", "not truth", 'choice if truth else "zz"', "choice or mixed", "[choice]"]
    ),
)


@given(SIDES, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"]), SIDES)
def test_what_is_refused_never_comes_true_or_always_fails(left: str, sign: str, right: str) -> None:
    source = f"({left}) {sign} ({right})"
    names = {name: VALUES[name] for name in compile_expression(source).names}
    found = list(comparisons(parse(source, ())[0], CAN_BE.get))
    if not found or (sign in ("in", "not in") and right.startswith("[")):
        return  # of a list only the entry that is named is held against the name, as the test below does
    for values in product(*names.values()):
        try:
            came = compile_expression(source).evaluate(dict(zip(names, values, strict=True)), {})
        except ExpressionFailed:
            continue
        assert sign in ("==", "!=", "in", "not in"), (source, values)
        assert came is (sign in ("!=", "not in")), (source, values)


@given(st.sampled_from(list(VALUES)), st.lists(st.sampled_from([*LITERALS[:9], "choice"]), min_size=1, max_size=4))
def test_an_entry_of_a_list_is_refused_only_where_it_is_never_equal(name: str, entries: list[str]) -> None:
    tree = parse(f"{name} in [{', '.join(entries)}]", ())[0]
    apart = [next(comparisons(parse(f"{name} == {entry}", ())[0], CAN_BE.get), None) for entry in entries]
    assert [type(each) for each in comparisons(tree, CAN_BE.get)] == [type(each) for each in apart if each is not None]


@given(st.sampled_from(["aa", "b", "zz", "a", "bb"]))
def test_a_word_is_refused_just_where_the_choice_does_not_have_it(word: str) -> None:
    found = list(comparisons(parse(f'choice == "{word}"', ())[0], CAN_BE.get))
    assert found == ([] if word in ("aa", "b") else [Never("choice", word, ("aa", "b"), 1)])
