"""The notices of each version of a process, read once, and the few words of a form that a notice may carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from complaints.notices.notices import NoticeBook, parse_notices
from complaints.plan.refund_figures import LINE_IN_HAND
from engine.case_work import IN_HAND
from engine.process import CompiledProcess

EMPTY = NoticeBook({})


class NoticeBooks:
    """Finds the notices that are pinned with a process version. Holds nothing: any number of them read a file once."""

    def of(self, process: CompiledProcess) -> NoticeBook:
        """Return the notices of a version. Raises NoticesInvalid for a file that publication would refuse."""
        content = process.documents.get("notices.toml")
        return EMPTY if content is None else parse_notices(content, file="notices.toml")

    def excerpt(self, process: CompiledProcess, template: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the text that the template takes from a form (`text_from`), an amount, and which refunds are in hand.

        Nothing else gets out. Of a clock that tells, `data` holds what the steps hold that it watches (`IN_HAND`).
        """
        found = self.of(process).templates.get(template)
        if found is None:
            return {}
        picked: dict[str, Any] = {}
        if found.text_from is not None and isinstance(data.get(found.text_from), str):
            picked["text"] = data[found.text_from]
        amount = data.get("amount")
        if "amount" in found.placeholders and isinstance(amount, dict):
            picked["amount"] = f"{amount['amount']} {amount['currency']}"
        if "item" in found.placeholders:
            steps = data.get(IN_HAND, [data])
            lines = [str(each[LINE_IN_HAND]) for each in steps if each.get(LINE_IN_HAND) is not None]
            picked.update({"refunds": list(dict.fromkeys(lines))} if lines else {})
        return picked
