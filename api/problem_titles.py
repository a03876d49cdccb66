"""What a refusal is called, in three languages, by its stable code."""

from __future__ import annotations

from collections.abc import Mapping

from forms.languages import Labels, pick


def _l(zh: str, ko: str, en: str) -> Labels:
    return {"zh-CN": zh, "ko": ko, "en": en}


TITLES: Mapping[str, Labels] = {
    "refused": _l("无法执行这个请求", "요청을 처리할 수 없습니다", "The request cannot be carried out"),
    "not-found": _l("没有找到，或者您无权查看", "없거나 볼 수 있는 권한이 없습니다", "Not found, or not yours to see"),
    "forbidden": _l("这一步由别人处理", "이 단계는 다른 사람이 처리합니다", "This step belongs to somebody else"),
    "foreign-request": _l("请求缺少会话凭证", "요청에 세션 값이 없습니다", "The request lacks the session's own value"),
    "conflict": _l("情况已经变化", "상황이 이미 바뀌었습니다", "The case has moved on"),
    "stale": _l("您看到的内容已经变化", "보신 내용이 바뀌었습니다", "What you saw has changed"),
    "match-required": _l("请说明您看到的版本", "보신 판을 밝혀 주세요", "Say which version you saw"),
    "unfit": _l("有些内容不符合要求", "일부 항목이 맞지 않습니다", "Some fields do not fit"),
    "too-far": _l(
        "期限太远，无法计算", "기한이 너무 멀어 계산할 수 없습니다", "The time is too far away to be worked out"
    ),
    "unknown-calendar": _l(
        "没有这个校区或渠道的日历", "이 캠퍼스나 경로의 달력이 없습니다", "No calendar for this campus or channel"
    ),
    "unreadable-bundle": _l("流程包无法读取", "절차 묶음을 읽을 수 없습니다", "The bundle cannot be read"),
    "not-publishable": _l(
        "流程包有错误，没有发布", "오류가 있어 게시하지 않았습니다", "The bundle has errors; nothing was stored"
    ),
    "unsafe": _l(
        "目前无法安全地做到，所以没有接受", "아직 안전하게 할 수 없어 받지 않았습니다", "This cannot be done safely yet"
    ),
    "busy": _l("系统繁忙，请稍后再试", "지금은 바쁩니다. 잠시 후 다시 시도하세요", "Busy; try again in a moment"),
    "outcome-unknown": _l(
        "不确定是否成功，请先查看再重复",
        "처리 여부를 알 수 없습니다. 확인한 뒤 반복하세요",
        "It is not known whether this was done; look before you repeat it",
    ),
    "step-failed": _l(
        "流程中的自动步骤失败", "절차의 자동 단계가 실패했습니다", "An automatic step of the process failed"
    ),
    "sign-in-required": _l(
        "请先登录或提供有效凭证", "로그인하거나 유효한 토큰을 보내세요", "Sign in, or send a valid token"
    ),
    "too-many": _l("请求太频繁", "요청이 너무 많습니다", "Too many requests"),
    "bad-cursor": _l("页码标记无效", "쪽 표시가 올바르지 않습니다", "The page cursor is not one of this list"),
    "key-reused": _l(
        "这个 Idempotency-Key 已用于另一个请求",
        "이 Idempotency-Key는 다른 요청에 쓰였습니다",
        "This Idempotency-Key was used with another request",
    ),
    "malformed": _l("请求无法解析", "요청을 해석할 수 없습니다", "The request cannot be read"),
    "too-large": _l("请求太大", "요청이 너무 큽니다", "The request is too large"),
    "no-such-address": _l("没有这个地址", "이 주소는 없습니다", "There is no such address"),
    "wrong-method": _l(
        "这个地址不支持这种请求方式", "이 주소에 쓸 수 없는 방식입니다", "This address does not take this method"
    ),
    "unexpected": _l("系统内部错误", "내부 오류", "Something went wrong inside"),
}
"""Codes that are missing here are titled as `refused`."""


def title(code: str, language: str) -> str:
    """Return the title of a problem in a language."""
    return pick(TITLES.get(code, TITLES["refused"]), language)
