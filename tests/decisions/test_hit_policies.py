"""Each hit policy on a table made for it: what is answered, which rules are named, and when it refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.decisions import MatchedRule, NoRuleMatched, RulesConflict, UnfitValue
from tests.support.dmn import In, Out, read_table, sound_table

PEOPLE = [In("people", "number")]
LEVELS = '"major","important","general"'
IMPACT = [Out("impact", "string", LEVELS)]
RULES = [[">= 10", '"major"', "ten or more"], [">= 5", '"important"', "five or more"], ["-", '"general"', "always"]]


def hit(number: int, remark: str = "") -> MatchedRule:
    return MatchedRule(f"r{number}", number, remark)


def test_unique_answers_with_its_one_rule() -> None:
    rules = [[">= 10", '"major"', "ten or more"], ["< 10", '"general"', "fewer"]]
    outcome = sound_table(PEOPLE, IMPACT, rules).evaluate({"people": 10})
    assert outcome.values == {"impact": "major"}
    assert outcome.matched == (hit(1, "ten or more"),)


def test_unique_refuses_two_rules_at_run_time() -> None:
    decision = sound_table([In("people"), In("limit")], [Out("x")], [["?  > limit", "-", "1"], ["> 5", "-", "2"]])
    assert decision.evaluate({"people": 4, "limit": 3}).values == {"x": Decimal(1)}
    with pytest.raises(RulesConflict) as refusal:
        decision.evaluate({"people": 6, "limit": 3})
    assert refusal.value.code == "rules-conflict"
    assert refusal.value.details == {
        "decision": "decide",
        "rules": ["r1", "r2"],
        "inputs": {"people": "6", "limit": "3"},
    }


def test_any_answers_when_all_rules_agree_and_names_them_all() -> None:
    rules = [[">= 10", '"major"'], [">= 20", '"major"'], ["< 10", '"general"']]
    outcome = sound_table(PEOPLE, IMPACT, rules, "ANY").evaluate({"people": 25})
    assert outcome.values == {"impact": "major"}
    assert outcome.matched == (hit(1), hit(2))


def test_any_refuses_rules_that_disagree_at_run_time() -> None:
    decision = sound_table([In("people"), In("word")], [Out("x")], [["> 1", "-", "word"], ["> 2", "-", '"b"']], "ANY")
    assert decision.evaluate({"people": 3, "word": "b"}).values == {"x": "b"}
    with pytest.raises(RulesConflict):
        decision.evaluate({"people": 3, "word": "a"})


@pytest.mark.parametrize(("people", "impact", "rule"), [(12, "major", 1), (7, "important", 2), (1, "general", 3)])
def test_first_answers_with_the_first_rule_that_matches(people: int, impact: str, rule: int) -> None:
    outcome = sound_table(PEOPLE, IMPACT, RULES, "FIRST").evaluate({"people": people})
    assert outcome.values == {"impact": impact}
    assert [(item.id, item.number) for item in outcome.matched] == [(f"r{rule}", rule)]


def test_priority_takes_the_stricter_by_the_order_of_the_output_values() -> None:
    outcome = sound_table(PEOPLE, IMPACT, RULES[::-1], "PRIORITY").evaluate({"people": 12})
    assert outcome.values == {"impact": "major"}
    assert [item.annotation for item in outcome.matched] == ["ten or more", "five or more", "always"]


def test_priority_with_several_outputs_compares_them_from_the_left() -> None:
    outputs = [Out("impact", "string", LEVELS), Out("who", "string", '"leadership","head"')]
    rules = [["-", '"important"', '"leadership"'], ["> 1", '"major"', '"head"'], ["> 2", '"major"', '"leadership"']]
    outcome = sound_table(PEOPLE, outputs, rules, "PRIORITY").evaluate({"people": 3})
    assert outcome.values == {"impact": "major", "who": "leadership"}
    assert [item.number for item in outcome.matched] == [3, 2, 1]


def test_rule_order_lists_the_outputs_in_the_order_of_the_rules() -> None:
    outcome = sound_table(PEOPLE, IMPACT, RULES[::-1], "RULE ORDER").evaluate({"people": 12})
    assert outcome.values == [{"impact": "general"}, {"impact": "important"}, {"impact": "major"}]
    assert [item.number for item in outcome.matched] == [1, 2, 3]


def test_output_order_lists_the_outputs_in_the_order_of_their_values() -> None:
    outcome = sound_table(PEOPLE, IMPACT, RULES[::-1], "OUTPUT ORDER").evaluate({"people": 12})
    assert outcome.values == [{"impact": "major"}, {"impact": "important"}, {"impact": "general"}]
    assert [item.number for item in outcome.matched] == [3, 2, 1]


def test_collect_lists_all_outputs() -> None:
    decision = sound_table(PEOPLE, IMPACT, RULES, "COLLECT")
    assert decision.evaluate({"people": 7}).values == [{"impact": "important"}, {"impact": "general"}]
    assert decision.result({"people": 7}) == ["important", "general"]


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", "0.6"), ("MIN", "0.1"), ("MAX", "0.3"), ("COUNT", "3")])
def test_collect_aggregates_exactly(aggregation: str, expected: str) -> None:
    rules = [["> 0", "0.1"], ["> 1", "0.2"], ["> 2", "0.3"], ["> 3", "0.4"]]
    outcome = sound_table(PEOPLE, [Out("fee", "number")], rules, "COLLECT", aggregation).evaluate({"people": 3})
    assert outcome.values == {"fee": Decimal(expected)}
    assert [item.number for item in outcome.matched] == [1, 2, 3]


def test_a_sum_over_something_that_is_no_number_is_refused() -> None:
    decision = sound_table([In("a")], [Out("x")], [["-", "a"], ["-", "1"]], "COLLECT", "SUM")
    assert decision.evaluate({"a": 2}).values == {"x": Decimal(3)}
    with pytest.raises(UnfitValue):
        decision.evaluate({"a": None})


def test_no_rule_and_no_default_is_refused_and_names_decision_and_inputs() -> None:
    decision = sound_table(
        [In("people", "number", label="People concerned"), In("word")], IMPACT, [["> 5", "-", '"major"']]
    )
    with pytest.raises(NoRuleMatched) as refusal:
        decision.evaluate({"people": 5, "word": "x"})
    assert refusal.value.code == "no-rule-matched"
    assert refusal.value.message == (
        "No rule of the decision 'Decide' matches, and it has no default: People concerned = 5, word = \"x\"."
    )
    assert refusal.value.details == {"decision": "decide", "inputs": {"People concerned": "5", "word": '"x"'}}


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY", "FIRST", "PRIORITY"])
def test_the_default_stands_in_where_no_rule_matches(policy: str) -> None:
    outputs = [Out("impact", "string", LEVELS, '"general"')]
    outcome = sound_table(PEOPLE, outputs, [["> 5", '"major"']], policy).evaluate({"people": 5})
    assert outcome.values == {"impact": "general"}
    assert outcome.matched == ()


@pytest.mark.parametrize("policy", ["RULE ORDER", "OUTPUT ORDER", "COLLECT"])
def test_the_default_of_a_list_is_a_list(policy: str) -> None:
    outputs = [Out("impact", "string", LEVELS, '"general"')]
    decision = sound_table(PEOPLE, outputs, [["> 5", '"major"']], policy)
    assert decision.evaluate({"people": 5}).values == [{"impact": "general"}]
    assert decision.result({"people": 5}) == ["general"]


def test_several_outputs_are_one_mapping() -> None:
    outputs = [Out("impact"), Out("hours", "number")]
    decision = sound_table(PEOPLE, outputs, [["> 5", '"major"', "people * 2"]])
    assert decision.result({"people": 6}) == {"impact": "major", "hours": Decimal(12)}


def test_a_table_without_inputs_always_matches() -> None:
    assert sound_table([], [Out("x")], [['"a"']]).evaluate({}).values == {"x": "a"}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"people": "12", "risk": "low"}, 'must be of the type integer, but is "12"'),
        ({"people": 12.5, "risk": "low"}, "must be of the type integer, but is 12.5"),
        ({"people": True, "risk": "low"}, "must be of the type integer, but is true"),
        ({"people": 12, "risk": "odd"}, 'not among its declared values "low","high"'),
        ({"people": float("nan"), "risk": "low"}, "a decision cannot read"),
        ({"people": 12, "risk": object()}, "a decision cannot read"),
    ],
)
def test_a_fact_against_its_declaration_is_refused_not_passed_over(facts: dict[str, Any], told: str) -> None:
    decision = sound_table(
        [In("people", "integer"), In("risk", "string", '"low","high"')], [Out("x")], [["-", "-", "1"]]
    )
    with pytest.raises(UnfitValue) as refusal:
        decision.evaluate(facts)
    assert told in refusal.value.message
    assert refusal.value.code == "unfit-value"


def test_an_unknown_fact_matches_only_what_matches_anything_or_null() -> None:
    rules = [["< 5", '"few"'], ["null", '"unknown"'], [">= 5", '"many"']]
    decision = sound_table(PEOPLE, [Out("size")], rules)
    assert decision.evaluate({}).values == {"size": "unknown"}
    assert decision.evaluate({"people": None}).values == {"size": "unknown"}


@pytest.mark.parametrize("amount", [Decimal("10000.01"), 10000.01])
def test_an_amount_a_cent_above_the_limit_is_above_it(amount: Any) -> None:
    decision = sound_table(
        [In("refund", "number")], [Out("who")], [["> 10000", '"leadership"'], ["<= 10000", '"head"']]
    )
    assert decision.evaluate({"refund": amount}).values == {"who": "leadership"}
    assert decision.evaluate({"refund": 10000}).values == {"who": "head"}
    assert decision.evaluate({"refund": Decimal("10000.00")}).values == {"who": "head"}


def test_a_computed_output_against_its_declaration_is_refused() -> None:
    decision = sound_table([In("word")], [Out("x", "string", '"a","b"')], [["-", "word"]])
    assert decision.evaluate({"word": "b"}).values == {"x": "b"}
    with pytest.raises(UnfitValue):
        decision.evaluate({"word": "c"})
    with pytest.raises(UnfitValue):
        decision.evaluate({"word": 1})


def test_a_table_shows_its_columns_and_rules() -> None:
    decision = sound_table(PEOPLE, IMPACT, RULES, "FIRST")
    assert (decision.id, decision.name, decision.hit_policy, decision.aggregation) == (
        "decide",
        "Decide",
        "FIRST",
        None,
    )
    assert [(item.label, item.expression, item.type.name, item.allowed) for item in decision.inputs] == [
        ("people", "people", "number", None)
    ]
    column = decision.outputs[0]
    assert (column.name, column.type.name, column.default) == ("impact", "string", None)
    assert column.values is not None
    assert column.values.listed == ("major", "important", "general")
    rule = decision.rules[0]
    assert (rule.id, rule.number, rule.cells, rule.outputs, rule.annotations) == (
        "r1",
        1,
        (">= 10",),
        ('"major"',),
        ("ten or more",),
    )
    assert rule.line == 14
    assert decision.names == frozenset({"people"})


def test_an_output_without_a_name_takes_its_variable_or_the_name_of_the_decision() -> None:
    found, problems = read_table(PEOPLE, [Out("")], [["-", "1"]])
    assert problems == ()
    assert found is not None
    assert found.evaluate({}).values == {"Decide": Decimal(1)}
