"""What a command finds wrong with a complaint stands beside its field in the words of the form."""

from __future__ import annotations

from api.web.filing import form_faults
from engine.errors import Conflict, Unfit
from forms.field_problem import FieldProblem


def test_a_fault_with_a_code_of_the_forms_keeps_it_and_its_figures_and_others_become_one_of_theirs() -> None:
    refusal = Unfit(
        fields=[
            {"field": "refund/amount", "code": "money_decimals", "values": {"digits": 2}},
            {"field": "/text", "code": "required"},
            {"field": "channel", "code": "nobody-knows-this"},
        ]
    )
    assert form_faults(refusal) == (
        FieldProblem("/refund/amount", "money_decimals", {"digits": 2}),
        FieldProblem("/text", "required", {}),
        FieldProblem("/channel", "const"),
    )
    assert form_faults(Conflict("Too late.")) == ()
