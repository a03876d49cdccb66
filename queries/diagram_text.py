"""The picture of a case in words, for people who do not look at pictures, and for terminals."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from forms.languages import Labels, pick
from queries.diagram import CaseDiagram

WORDS: dict[str, Labels] = {
    "process": {"zh-CN": "流程：{title}，第 {version} 版", "ko": "절차: {title}, {version}판",
                "en": "Process: {title}, version {version}"},
    "open": {"zh-CN": "现在要有人处理的步骤：", "ko": "지금 담당자가 처리할 단계:", "en": "Somebody has to act here:"},
    "waiting": {"zh-CN": "正在等待或正在进行的部分：", "ko": "기다리거나 진행 중인 부분:",
                "en": "Waiting, or going on inside:"},
    "due": {"zh-CN": "接下来会自动发生：", "ko": "앞으로 자동으로 일어날 일:", "en": "What happens by itself next:"},
    "visited": {"zh-CN": "走过的步骤：", "ko": "지나온 단계:", "en": "Steps taken so far:"},
    "nothing": {"zh-CN": "（无）", "ko": "(없음)", "en": "(nothing)"},
    "since": {"zh-CN": "自 {at} 起", "ko": "{at}부터", "en": "since {at}"},
    "due_at": {"zh-CN": "期限 {at}", "ko": "기한 {at}", "en": "due {at}"},
    "team": {"zh-CN": "团队 {team}", "ko": "팀 {team}", "en": "team {team}"},
    "provisional": {"zh-CN": "（暂定）", "ko": " (잠정)", "en": " (provisional)"},
    "times": {"zh-CN": "{count} 次", "ko": "{count}회", "en": "{count} times"},
}  # fmt: skip


def in_words(picture: CaseDiagram, language: str, zone: ZoneInfo) -> str:
    """Return the same as `CaseDiagram` says, as lines of text in the reader's language; times in `zone`. Pure."""

    def say(key: str, **values: object) -> str:
        return pick(WORDS[key], language).format(**values)

    def when(at: datetime) -> str:
        return format_datetime(at, "yyyy-MM-dd HH:mm", tzinfo=zone)

    lines = [say("process", title=picture.process.title, version=picture.process.version), "", say("open")]
    for mark in (mark for mark in picture.tokens if mark.state == "open"):
        parts = [mark.name, say("since", at=when(mark.since))]
        parts += [say("due_at", at=when(mark.due_at))] if mark.due_at else []
        parts += [say("team", team=mark.team_name or mark.team)] if mark.team else []
        lines.append(f"- {'; '.join(parts)}")
    lines += [*_or_nothing(lines, say("nothing")), "", say("waiting")]
    waiting = (mark for mark in picture.tokens if mark.state == "waiting" and mark.name != mark.element)
    lines += [f"- {mark.name}; {say('since', at=when(mark.since))}" for mark in waiting]
    lines += [*_or_nothing(lines, say("nothing")), "", say("due")]
    lines += [f"- {when(due.due_at)}{say('provisional') * due.provisional}: {due.label}" for due in picture.due]
    lines += [*_or_nothing(lines, say("nothing")), "", say("visited")]
    for visit in picture.visited:
        name = picture.labels.get(visit.element, visit.element)
        if name == visit.element:
            # Nobody has named it: a joint of the drawing, no step.
            continue
        lines.append(f"- {name}" if visit.count == 1 else f"- {name}; {say('times', count=visit.count)}")
    return "\n".join([*lines, f"({zone.key})", ""])


def _or_nothing(lines: list[str], nothing: str) -> list[str]:
    return [] if lines[-1].startswith("- ") else [nothing]
