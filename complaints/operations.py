"""The operations that the diagrams of complaints may use, with what they need and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping

from complaints.plan import action_lines, plan_lines
from engine.model.operation import KERNEL_OPERATIONS, Operation

COMPLAINT_OPERATIONS: Mapping[str, Operation] = {
    o.name: o
    for o in (
        Operation("notify", required=frozenset({"to", "template"}), open_ended=True),
        Operation("record", required=frozenset({"kind", "text"}), open_ended=True),
        Operation("retention_hold", required=frozenset({"reason"})),
        Operation("change_owner", required=frozenset({"action"}), optional=frozenset({"to", "why"}), reversible=False),
        Operation("record_plan", consequence=plan_lines.record_plan),
        Operation("open_actions", optional=frozenset({"conditions"}), consequence=action_lines.open_actions),
        Operation("record_remedies", consequence=plan_lines.record_remedies),
        Operation(
            "record_approval",
            required=frozenset({"level"}),
            optional=frozenset({"people", "refund", "post"}),
            consequence=plan_lines.record_approval,
        ),
        Operation(
            "record_refund_decision",
            required=frozenset({"refund", "granted"}),
            optional=frozenset({"amount"}),
            reversible=False,
            consequence=plan_lines.record_refund_decision,
        ),
        Operation(
            "record_payment",
            required=frozenset({"refund"}),
            reversible=False,
            consequence=plan_lines.record_payment,
        ),
        Operation("void_plan", reversible=False, consequence=plan_lines.void_plan),
    )
}

OPERATIONS: Mapping[str, Operation] = {**KERNEL_OPERATIONS, **COMPLAINT_OPERATIONS}
"""Everything a diagram may ask for."""
