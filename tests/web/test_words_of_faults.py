"""What the pages say of faults that a command has found, and of what a case still owes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from api.web.filing import form_faults
from api.web.site import read_texts
from app.settings import ROOT
from complaints.intake.filing import Complainant, FileComplaint
from engine.case_work import COMPLAINANT
from engine.errors import Unfit
from forms.messages import message_for
from tests.support.application import House

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("1.5", "KRW", {
            "zh-CN": "KRW 金额最多保留 0 位小数。", "ko": "KRW 금액은 소수점 아래 0자리까지만 입력할 수 있습니다.",
            "en": "An amount in KRW has at most 0 decimals.",
        }),
        ("-1", "CNY", {
            "zh-CN": "请用数字填写金额，例如 1200.50；整数部分最多 13 位，不能为负数。",
            "ko": "1200.50과 같이 숫자로 금액을 입력해 주세요. 정수부는 최대 13자리이며 음수는 쓸 수 없습니다.",
            "en": "Enter an amount in figures (1200.50), not negative, 13 digits before the point at most.",
        }),
    ],
)  # fmt: skip
def test_a_fault_of_an_amount_that_filing_finds_is_said_with_its_figures(
    redress: House, amount: str, currency: str, said: dict[str, str]
) -> None:
    filed = FileComplaint(
        subject="Fee", text="Too much.", complainant=Complainant(name="Gil"), refund_amount=amount,
        refund_currency=currency,
    )  # fmt: skip
    with pytest.raises(Unfit) as found:
        redress.application.pipeline.run(filed, COMPLAINANT)
    (fault,) = form_faults(found.value)
    assert fault.pointer == "/refund/amount"
    assert {language: message_for(fault, language) for language in said} == said


@pytest.mark.parametrize(
    ("waiting", "said"), [(0, ""), (1, "1 remedy is not given yet"), (2, "2 remedies are not given yet")]
)
def test_a_remedy_that_is_given_or_void_is_not_owed(waiting: int, said: str) -> None:
    def remedy(**at: datetime) -> Any:
        return SimpleNamespace(**{"done_at": None, "void_at": None, **at})

    listed = [remedy(done_at=MONDAY), remedy(void_at=MONDAY), *(remedy() for _ in range(waiting))]
    case = SimpleNamespace(id="c1", actions=[], refunds=[], remedies=listed)
    page = read_texts(ROOT / "locale").templates["en"].get_template("parts/owed.html").module
    shown: str = page.still_open(case)  # type: ignore[attr-defined]
    assert re.sub("<[^>]*>", "", shown).strip() == said
