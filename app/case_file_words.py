"""The words of a printed case file, in three languages; names of steps, facts and clocks come from the process."""

from __future__ import annotations

from collections.abc import Mapping

from forms.languages import Labels, pick
from forms.languages import labels as _l

WORDS: Mapping[str, Labels] = {
    "file": _l("案卷 {number}", "사건 기록 {number}", "Case file {number}"),
    "printed": _l(
        "打印于 {at}；时间均为 {zone}。", "{at} 출력. 시각은 모두 {zone} 기준.",
        "Printed {at}. All times are those of {zone}.",
    ),
    "said": _l("投诉内容", "신청 내용", "What was said"),
    "clocks": _l("期限", "기한", "Clocks"),
    "rules": _l("按决策表判定", "결정표에 따른 판정", "What the decision tables say"),
    "tasks": _l("待办", "처리할 단계", "To be done"),
    "timeline": _l("经过", "경과", "What happened"),
    "forms": _l("各步骤填写的内容", "단계별 기록", "What was recorded in each step"),
    "letters": _l("与投诉人往来", "민원인과 주고받은 글", "Letters"),
    "notes": _l("内部备注", "내부 메모", "Internal notes"),
    "notices": _l("通知", "알림", "Notices"),
    "actions": _l("整改事项", "조치 사항", "Actions"),
    "promises": _l("承诺", "약속", "Promises"),
    "refunds": _l("退费", "환불", "Refunds"),
    "remedies": _l("补偿", "보상", "Remedies"),
    "links": _l("关联的投诉", "연결된 민원", "Linked cases"),
    "subject": _l("事由", "제목", "Subject"),
    "status": _l("状态", "상태", "Status"),
    "category": _l("类别", "분류", "Category"),
    "channel": _l("渠道", "접수 경로", "Channel"),
    "received": _l("收到时间", "접수 시각", "Received"),
    "recorded": _l("登记", "기록", "Recorded"),
    "complainant": _l("投诉人", "민원인", "Complainant"),
    "contact": _l("联系方式", "연락처", "Contact"),
    "about": _l("被投诉人", "상대방", "About"),
    "owner": _l("案件负责人", "담당자", "Case owner"),
    "people": _l("涉及人数", "관련 인원", "People affected"),
    "claimed": _l("要求退还", "요청 환불액", "Refund claimed"),
    "outcome": _l("希望的结果", "원하는 결과", "Wished for"),
    "process": _l("流程", "절차", "Process"),
    "hold": _l("记录保全", "기록 보존", "Records kept"),
    "version": _l("{title}，第 {number} 版", "{title}, {number}판", "{title}, version {number}"),
    "nobody": _l("（无）", "(없음)", "(nobody)"),
    "by_public": _l("投诉人自行提交", "민원인 직접 접수", "sent in by the complainant"),
    "running": _l("计时中", "진행 중", "running"),
    "paused": _l("暂停", "정지", "paused"),
    "met": _l("已完成", "이행", "met"),
    "dropped": _l("不再需要", "불필요", "no longer needed"),
    "late": _l("逾期", "지연", "late"),
    "round": _l("第 {number} 轮", "{number}회차", "round {number}"),
    "due": _l("到期 {at}", "기한 {at}", "due {at}"),
    "at_met": _l("完成于 {at}", "이행 {at}", "met {at}"),
    "rule": _l("第 {number} 条规则", "규칙 {number}", "rule {number}"),
    "otherwise": _l("其他规则均不适用", "다른 규칙에 해당하지 않음", "no other rule applies"),
    "to": _l("→ 投诉人", "→ 민원인", "to the complainant"),
    "from": _l("投诉人来信", "민원인 → 기관", "from the complainant"),
    "system": _l("系统", "시스템", "the house"),
    "held": _l("尚未发出", "미발송", "not sent yet"),
    "done": _l("完成于 {at}", "완료 {at}", "done {at}"),
    "void": _l("已失效", "무효", "void"),
    "open": _l("未完成", "미완료", "open"),
    "kept": _l("已兑现", "이행", "kept"),
    "missed": _l("逾期未兑现", "미이행", "missed"),
    "planned": _l("计划中", "계획됨", "planned"),
    "approved": _l("已审核同意", "승인", "granted"),
    "approved_amount": _l("核准 {amount}", "승인액 {amount}", "granted {amount}"),
    "rejected": _l("未同意", "거절", "rejected"),
    "paid": _l("已支付", "지급", "paid"),
    "condition": _l("批准条件", "승인 조건", "condition of the approval"),
    "interim": _l("临时措施", "임시 조치", "interim measure"),
    "blocking": _l("完成前不得结案", "종결 전 완료 필수", "blocks closing"),
    "for": _l("{person}：{what}", "{person}: {what}", "{person}: {what}"),
    "days": _l("{number} 天", "{number}일", "{number} days"),
    "colon": _l("：", ": ", ": "),
    "none": _l("（无）", "(없음)", "(none)"),
}  # fmt: skip


def word(name: str, language: str, **values: object) -> str:
    """Return a word of the case file, its blanks filled."""
    text = pick(WORDS[name], language)
    for key, value in values.items():
        text = text.replace("{" + key + "}", str(value))
    return text
