"""What a person is told about an answer that does not fit, in three languages: what to do about it."""

from __future__ import annotations

from forms.field_problem import FieldProblem
from forms.languages import pick

_NOT_TEXT = {
    "zh-CN": "请填写文字。",
    "ko": "글자로 입력해 주세요.",
    "en": "Enter this as text.",
}

MESSAGES: dict[str, dict[str, str]] = {
    "required": {"zh-CN": "请填写此项。", "ko": "이 항목을 입력해 주세요.", "en": "Fill this in."},
    "type_text": _NOT_TEXT,
    "type_integer": {
        "zh-CN": "请填写整数，例如 12。",
        "ko": "12와 같이 정수로 입력해 주세요.",
        "en": "Enter a whole number, such as 12.",
    },
    "type_number": {
        "zh-CN": "请填写数字，例如 12.5。",
        "ko": "12.5와 같이 숫자로 입력해 주세요.",
        "en": "Enter a number, such as 12.5.",
    },
    "type_boolean": {
        "zh-CN": "请选择“是”或“否”。",
        "ko": "'예' 또는 '아니요'를 선택해 주세요.",
        "en": "Choose yes or no.",
    },
    "type_list": {
        "zh-CN": "此项应为列表。",
        "ko": "이 항목은 목록이어야 합니다.",
        "en": "This must be a list.",
    },
    "type_object": {
        "zh-CN": "此项应由若干字段组成。",
        "ko": "이 항목은 여러 필드로 이루어져야 합니다.",
        "en": "This must be a set of fields.",
    },
    "unknown_field": {
        "zh-CN": "此表单没有这个字段。",
        "ko": "이 양식에 없는 항목입니다.",
        "en": "This form has no such field.",
    },
    "too_short": {
        "zh-CN": "请至少填写 {limit} 个字符。",
        "ko": "{limit}자 이상 입력해 주세요.",
        "en": "Enter at least {limit} characters.",
    },
    "too_long": {
        "zh-CN": "最多可填写 {limit} 个字符，请缩短。",
        "ko": "최대 {limit}자까지 입력할 수 있습니다. 내용을 줄여 주세요.",
        "en": "Shorten this to {limit} characters or fewer.",
    },
    "pattern": {
        "zh-CN": "格式不符，请按说明填写。",
        "ko": "형식이 맞지 않습니다. 안내에 따라 입력해 주세요.",
        "en": "Enter this in the format described.",
    },
    "choice": {
        "zh-CN": "请从所列选项中选择。",
        "ko": "목록에 있는 항목 중에서 선택해 주세요.",
        "en": "Choose one of the answers listed.",
    },
    "const": {
        "zh-CN": "在这种情况下不能选择此答案。",
        "ko": "이 경우에는 선택할 수 없는 답변입니다.",
        "en": "This answer is not possible here.",
    },
    "not_allowed": {
        "zh-CN": "根据其他答案，此项应留空。",
        "ko": "다른 답변에 따라 이 항목은 비워 두어야 합니다.",
        "en": "Leave this empty, given your other answers.",
    },
    "format_date": {
        "zh-CN": "请填写真实存在的日期，例如 2024-05-31。",
        "ko": "2024-05-31과 같이 실제 날짜를 입력해 주세요.",
        "en": "Enter a real date, such as 2024-05-31.",
    },
    "format_date_time": {
        "zh-CN": "请填写真实存在的日期和时间，例如 2024-05-31 10:30。",
        "ko": "2024-05-31 10:30과 같이 실제 날짜와 시각을 입력해 주세요.",
        "en": "Enter a real date and time, such as 2024-05-31 10:30.",
    },
    "format_email": {
        "zh-CN": "请填写完整的电子邮箱地址，例如 name@example.com。",
        "ko": "name@example.com과 같이 올바른 이메일 주소를 입력해 주세요.",
        "en": "Enter a full email address, such as name@example.com.",
    },
    "format_uri": {
        "zh-CN": "请填写完整的网址，例如 https://example.com。",
        "ko": "https://example.com과 같이 올바른 웹 주소를 입력해 주세요.",
        "en": "Enter a full web address, such as https://example.com.",
    },
    "money_shape": {
        "zh-CN": "请填写金额和币种。",
        "ko": "금액과 통화를 입력해 주세요.",
        "en": "Enter an amount and its currency.",
    },
    "money_amount": {
        "zh-CN": "请用数字填写金额，例如 1200.50；整数部分最多 {max_digits} 位，不能为负数。",
        "ko": "1200.50과 같이 숫자로 금액을 입력해 주세요. 정수부는 최대 {max_digits}자리이며 음수는 쓸 수 없습니다.",
        "en": "Enter an amount in figures (1200.50), not negative, {max_digits} digits before the point at most.",
    },
    "money_decimals": {
        "zh-CN": "{currency} 金额最多保留 {decimals} 位小数。",
        "ko": "{currency} 금액은 소수점 아래 {decimals}자리까지만 입력할 수 있습니다.",
        "en": "An amount in {currency} has at most {decimals} decimals.",
    },
    "money_currency": {
        "zh-CN": "请选择以下币种之一：{currencies}。",
        "ko": "다음 통화 중에서 선택해 주세요: {currencies}.",
        "en": "Choose one of these currencies: {currencies}.",
    },
    "minimum": {
        "zh-CN": "不能小于 {limit}。",
        "ko": "{limit} 이상이어야 합니다.",
        "en": "Enter {limit} or more.",
    },
    "maximum": {
        "zh-CN": "不能大于 {limit}。",
        "ko": "{limit} 이하여야 합니다.",
        "en": "Enter {limit} or less.",
    },
    "exclusive_minimum": {
        "zh-CN": "必须大于 {limit}。",
        "ko": "{limit}보다 커야 합니다.",
        "en": "Enter more than {limit}.",
    },
    "exclusive_maximum": {
        "zh-CN": "必须小于 {limit}。",
        "ko": "{limit}보다 작아야 합니다.",
        "en": "Enter less than {limit}.",
    },
    "multiple_of": {
        "zh-CN": "必须是 {limit} 的倍数。",
        "ko": "{limit}의 배수여야 합니다.",
        "en": "Enter a multiple of {limit}.",
    },
    "min_items": {
        "zh-CN": "请至少填写 {limit} 项。",
        "ko": "{limit}개 이상 입력해 주세요.",
        "en": "Give at least {limit}.",
    },
    "max_items": {
        "zh-CN": "最多可填写 {limit} 项。",
        "ko": "최대 {limit}개까지 입력할 수 있습니다.",
        "en": "Give at most {limit}.",
    },
    "unique_items": {
        "zh-CN": "同一项不能重复填写。",
        "ko": "같은 항목을 두 번 입력할 수 없습니다.",
        "en": "Give each answer only once.",
    },
    "unfilled_blank": {
        "zh-CN": "请先填写花括号 { } 中的空缺内容。",
        "ko": "중괄호 { } 안의 빈칸을 먼저 채워 주세요.",
        "en": "Fill in the blanks in curly brackets { } first.",
    },
    "control_character": {
        "zh-CN": "内容含有不可见的控制字符，请删除后重新填写。",
        "ko": "보이지 않는 제어 문자가 있습니다. 지우고 다시 입력해 주세요.",
        "en": "Remove the invisible control characters, or type this again.",
    },
    "surrogate": {
        "zh-CN": "内容含有残缺的字符，请重新填写。",
        "ko": "깨진 문자가 있습니다. 다시 입력해 주세요.",
        "en": "This holds a broken character; type it again.",
    },
    "number_size": {
        "zh-CN": "数字过大。",
        "ko": "숫자가 너무 큽니다.",
        "en": "This number is too large.",
    },
    "not_json": {
        "zh-CN": "内容无法读取。",
        "ko": "읽을 수 없는 내용입니다.",
        "en": "This cannot be read.",
    },
    "too_large": {
        "zh-CN": "全部内容超过 {kilobytes} KB，请缩短或改用附件。",
        "ko": "전체 내용이 {kilobytes} KB를 넘습니다. 줄이거나 첨부 파일로 보내 주세요.",
        "en": "All answers together exceed {kilobytes} KB; shorten them or attach a file.",
    },
    "too_deep": {
        "zh-CN": "内容嵌套层级过深。",
        "ko": "내용이 너무 깊게 중첩되어 있습니다.",
        "en": "This is nested too deeply.",
    },
}
"""What is said about each code of a FieldProblem."""


def message_for(problem: FieldProblem, language: str) -> str:
    """Return one sentence in `language` (else zh-CN, else en); KeyError for a code that does not exist."""
    text = pick(MESSAGES[problem.code], language)
    for name, value in problem.values.items():
        text = text.replace("{" + name + "}", str(value))
    return text
