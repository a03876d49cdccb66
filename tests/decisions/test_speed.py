"""A decision is taken on every change of facts, so it must cost next to nothing: the budget."""

from __future__ import annotations

from decimal import Decimal
from time import perf_counter_ns

from tests.support.dmn import In, Out, sound_table

BUDGET_US = 60


def test_a_table_of_ten_rules_and_four_inputs_takes_at_most_sixty_microseconds() -> None:
    rules = [
        [f"[{n * 10}..{n * 10 + 9}]", f'"c{n}","d{n}"', "true" if n % 2 else "-", f"> {n * 100}", f'"out{n}"']
        for n in range(10)
    ]
    columns = [In("people", "integer"), In("category", "string"), In("safety", "boolean"), In("refund", "number")]
    decision = sound_table(columns, [Out("x", "string")], rules)
    facts = {"people": 95, "category": "d9", "safety": True, "refund": Decimal("10000.01")}
    best = 10**9
    for _ in range(20):
        start = perf_counter_ns()
        for _ in range(50):
            decision.evaluate(facts)
        best = min(best, (perf_counter_ns() - start) // 50)
    assert decision.result(facts) == "out9"
    assert best <= BUDGET_US * 1000
