"""The words of the form machinery itself, in three languages; the words of each form stand in its UI schema."""

from __future__ import annotations

from forms.languages import Labels

TEXTS: dict[str, Labels] = {
    "yes": {"zh-CN": "是", "ko": "예", "en": "Yes"},
    "no": {"zh-CN": "否", "ko": "아니요", "en": "No"},
    "choose": {"zh-CN": "请选择", "ko": "선택해 주세요", "en": "Choose"},
    "no_answer": {"zh-CN": "不作答", "ko": "응답하지 않음", "en": "No answer"},
    "required": {"zh-CN": "（必填）", "ko": "(필수)", "en": "(required)"},
    "summary": {
        "zh-CN": "提交前请更正以下内容",
        "ko": "제출하기 전에 다음 내용을 고쳐 주세요",
        "en": "Correct the following before you send the form",
    },
    "error": {"zh-CN": "错误：", "ko": "오류: ", "en": "Error: "},
    "colon": {"zh-CN": "：", "ko": ": ", "en": ": "},
    "facts": {"zh-CN": "案件信息", "ko": "사건 정보", "en": "About this case"},
    "script": {"zh-CN": "沟通话术（请朗读）", "ko": "안내 문구(읽어 주세요)", "en": "Words to say (read aloud)"},
    "empathy": {"zh-CN": "先表示理解", "ko": "공감", "en": "Acknowledge the feeling"},
    "fact": {"zh-CN": "复述事实", "ko": "사실 확인", "en": "Repeat the fact"},
    "next_step": {"zh-CN": "说明下一步", "ko": "다음 단계", "en": "Say what happens next"},
    "time": {"zh-CN": "说明时限", "ko": "처리 기한", "en": "Say by when"},
    "script_hint": {
        "zh-CN": "发送前请填写花括号 { } 中的内容。",
        "ko": "보내기 전에 중괄호 { } 안의 내용을 채워 주세요.",
        "en": "Fill in what stands in curly brackets { } before sending.",
    },
    "addressed_hint": {
        "zh-CN": "对方使用的语言：{language}",
        "ko": "받는 사람의 언어: {language}",
        "en": "Whoever gets this reads: {language}",
    },
    "amount": {"zh-CN": "金额", "ko": "금액", "en": "Amount"},
    "currency": {"zh-CN": "币种", "ko": "통화", "en": "Currency"},
    "row": {"zh-CN": "第 {number} 项", "ko": "{number}번째 항목", "en": "Entry {number}"},
    "numbered": {"zh-CN": "{label} {number}", "ko": "{label} {number}", "en": "{label} {number}"},
    "add_row": {"zh-CN": "增加一项", "ko": "항목 추가", "en": "Add another"},
    "rows_hint": {
        "zh-CN": "不需要的项请留空；清空一项的全部内容即可将其删除。",
        "ko": "필요 없는 항목은 비워 두세요. 한 항목의 내용을 모두 지우면 삭제됩니다.",
        "en": "Leave what you do not need empty; an entry is removed by clearing all of it.",
    },
    "shown_if": {
        "zh-CN": "仅当“{field}”为“{answers}”时填写。",
        "ko": "'{field}' 항목이 '{answers}'인 경우에만 작성해 주세요.",
        "en": "Only if “{field}” is “{answers}”.",
    },
    "or": {"zh-CN": "”或“", "ko": "' 또는 '", "en": "” or “"},
    "date_hint": {"zh-CN": "例如 2024-05-31", "ko": "예: 2024-05-31", "en": "For example 2024-05-31"},
    "zone_hint": {"zh-CN": "时间按 {zone} 时区填写", "ko": "{zone} 시간대 기준", "en": "Time in the zone {zone}"},
    "empty": {"zh-CN": "（无）", "ko": "(없음)", "en": "(none)"},
}
"""Each text by its name. A name in curly brackets is filled in by the renderer."""
