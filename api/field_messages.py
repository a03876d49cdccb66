"""What is said of a field that does not fit, in three languages, by the code of its fault."""

from __future__ import annotations

from collections.abc import Mapping

from forms.languages import Labels, pick
from forms.messages import MESSAGES


def _l(zh: str, ko: str, en: str) -> Labels:
    return {"zh-CN": zh, "ko": ko, "en": en}


FIELDS: Mapping[str, Labels] = {
    "out-of-range": _l("数值超出范围。", "범위를 벗어난 값입니다.", "This is out of range."),
    "too-long": _l("内容太长。", "너무 깁니다.", "This is too long."),
    "too-many": _l("项目太多。", "항목이 너무 많습니다.", "There are too many entries."),
    "too-few": _l("项目太少。", "항목이 너무 적습니다.", "There are too few entries."),
    "not-string": _l("请填写文字。", "글자로 입력해 주세요.", "This must be a text."),
    "not-integer": _l("请填写整数。", "정수로 입력해 주세요.", "This must be a whole number."),
    "not-boolean": _l("请填写 true 或 false。", "true 또는 false로 입력해 주세요.", "This must be true or false."),
    "not-list": _l("这里应是列表。", "목록이어야 합니다.", "This must be a list."),
    "not-object": _l("这里应是对象。", "객체여야 합니다.", "This must be an object."),
    "not-amount": _l("请填写金额。", "금액을 입력해 주세요.", "This must be an amount."),
    "unknown": _l("没有这个选项。", "없는 값입니다.", "This is not one of the known values."),
    "unknown-field": _l("没有这个字段。", "없는 항목입니다.", "There is no such field here."),
    "unknown-fact": _l("流程没有这项信息。", "이 절차에 없는 사실입니다.", "The process knows no such fact."),
    "kept-by-the-house": _l(
        "这项信息由系统维护，不能直接修改。",
        "시스템이 관리하는 값이라 직접 바꿀 수 없습니다.",
        "The house keeps this itself.",
    ),
    "unknown-person": _l("没有这个人。", "그런 사람이 없습니다.", "There is nobody of this name at work here."),
    "not-in-team": _l("此人不在这个团队。", "이 팀의 구성원이 아닙니다.", "This person is not in the task's team."),
    "excluded": _l(
        "此人做过必须回避的步骤。", "분리해야 하는 단계를 맡았던 사람입니다.", "This person is kept apart from it."
    ),
    "staff-only": _l("只有工作人员可以填写。", "직원만 입력할 수 있습니다.", "Only staff may say this."),
    "no-process": _l(
        "目前没有办理这类事项的流程。", "이 유형을 처리하는 절차가 없습니다.", "No process takes cases of this type."
    ),
    "unknown-process": _l("没有这个流程。", "그런 절차가 없습니다.", "There is no such process."),
    "same-process": _l("已经在这个流程中。", "이미 이 절차에서 처리 중입니다.", "The case is in this process already."),
    "not-of-this-process": _l(
        "这类事项不由该流程办理。", "그 절차가 맡지 않는 유형입니다.", "That process does not take cases of this type."
    ),
    "malformed": _l("格式不正确。", "형식이 올바르지 않습니다.", "This is not written as it should be."),
    "unshowable": _l(
        "含有无法显示的字符。", "표시할 수 없는 문자가 있습니다.", "This holds characters that no page can show."
    ),
    "unfinished": _l("还有空白没有填写。", "채우지 않은 빈칸이 있습니다.", "A blank of the text is not filled in yet."),
    "instant": _l(
        "请填写带时区的 ISO 8601 时间。",
        "시간대가 있는 ISO 8601 시각을 입력해 주세요.",
        "Give an ISO 8601 instant with its offset.",
    ),
    "timezone-aware": _l(
        "请写明时区，例如 +08:00。", "+08:00처럼 시간대를 밝혀 주세요.", "Give the offset, +08:00 for instance."
    ),
}
"""Codes of forms have their own sentences in `forms.messages`."""


def field_message(code: str, language: str) -> str | None:
    """Return the sentence for a code, None where there is none or where it needs values to be filled in."""
    labels = FIELDS.get(code) or MESSAGES.get(code)
    text = pick(labels, language) if labels else ""
    return text if text and "{" not in text else None
