"""One sentence for each kind of line in a case's log, in three languages. Who did it stands beside it, not in it."""

from __future__ import annotations

from collections.abc import Mapping

from forms.languages import Labels, pick
from forms.languages import labels as _l

SENTENCES: Mapping[str, Labels] = {
    "filed": _l("登记投诉", "민원 접수", "Complaint filed"),
    "entered": _l("待办：{name}", "처리할 단계: {name}", "To be done: {name}"),
    "completed": _l("完成：{name}", "완료: {name}", "Done: {name}"),
    "cancelled": _l("不再需要：{name}", "더 이상 필요 없음: {name}", "No longer needed: {name}"),
    "event": _l("发生：{name}", "발생: {name}", "Happened: {name}"),
    "fired": _l("到期：{what}", "기한 도래: {what}", "Fell due: {what}"),
    "fired-before": _l("提醒：{what}（{when}）", "알림: {what}({when})", "Reminder: {what} ({when})"),
    "fired-after": _l("仍未完成：{what}（{when}）", "기한 초과: {what}({when})", "Still not done: {what} ({when})"),
    "message": _l("流程收到消息：{what}", "절차가 받은 메시지: {what}", "The process received: {what}"),
    "decision-same": _l("决策表再次判定，结果不变：{what}", "결정표로 다시 판정, 결과 같음: {what}",
                        "Decided by table again, with the same outcome: {what}"),
    "decision": _l("按决策表判定：{what}", "결정표에 따른 판정: {what}", "Decided by table: {what}"),
    "facts": _l("信息变更：{what}", "사실 변경: {what}", "Facts changed: {what}"),
    "facts-reason": _l("变更理由：{reason}", "변경 사유: {reason}", "Reason for the change: {reason}"),
    "clock-started": _l("开始计时：{what}", "기한 시작: {what}", "Clock started: {what}"),
    "clock-met": _l("按要求完成：{what}", "기한 이행: {what}", "Clock met: {what}"),
    "clock-dropped": _l("不再计时：{what}", "기한 종료: {what}", "Clock dropped: {what}"),
    "clock-paused": _l("暂停计时：{what}", "기한 정지: {what}", "Clock paused: {what}"),
    "clock-resumed": _l("恢复计时：{what}", "기한 재개: {what}", "Clock resumed: {what}"),
    "clock-extended": _l("延期：{what}", "기한 연장: {what}", "Clock extended: {what}"),
    "clock-recalculated": _l("重新计算期限：{what}", "기한 재계산: {what}", "Due time worked out again: {what}"),
    "status": _l("状态：{what}", "상태: {what}", "Status: {what}"),
    "claimed": _l("认领：{name}", "담당 시작: {name}", "Taken: {name}"),
    "four-eyes-waived": _l(
        "没有其他人可以办理，允许由同一人办理：{name}",
        "처리할 다른 사람이 없어 같은 사람이 처리하도록 허용: {name}",
        "Nobody else is left, so the same person may do it: {name}",
    ),
    "released": _l("退回：{name}", "담당 해제: {name}", "Given back: {name}"),
    "assigned": _l("指派：{name}", "배정: {name}", "Assigned: {name}"),
    "owner": _l("负责人：{person}", "담당자: {person}", "Case owner: {person}"),
    "taken-over": _l("接管案件：{person}", "사건 인수: {person}", "Case taken over: {person}"),
    "colleague-cleared": _l("查明 {person} 并非被投诉人，不再回避：{reason}",
                            "{person}은(는) 민원 대상이 아님, 열람 제한 해제: {reason}",
                            "{person} is not meant after all and may see the case again: {reason}"),
    "ownerless": _l("没有负责人，等待同事接手", "담당자 없음: 직원이 맡기를 기다림",
                    "Nobody owns the case; it waits for a colleague to take it"),
    "hand-over-offered": _l("请求移交给 {person}", "{person}에게 인계 요청", "Case offered to {person}"),
    "hand-over-accepted": _l("接受移交", "인계 수락", "Hand-over accepted"),
    "hand-over-declined": _l("谢绝移交", "인계 거절", "Hand-over declined"),
    "hand-over-lapsed": _l("给 {person} 的移交请求已失效", "{person}에 대한 인계 요청 실효",
                           "The offer to {person} has lapsed"),
    "sent-back": _l("撤回已完成的步骤：{name}", "완료 단계 되돌림: {name}", "Completed step sent back: {name}"),
    "approved": _l("批准并记录上限", "승인 및 한도 기록", "Approved, with its limits on record"),
    "action-opened": _l("新的整改事项：{title}", "새 조치 사항: {title}", "Action opened: {title}"),
    "action-changed": _l("整改事项有调整：{title}", "조치 변경: {title}", "Action moved: {title}"),
    "action-dropped": _l("新方案不再包含此整改事项：{title}", "새 방안에서 제외된 조치: {title}",
                         "Action no longer part of the plan: {title}"),
    "action-done": _l("整改事项完成：{title}", "조치 완료: {title}", "Action done: {title}"),
    "action-reopened": _l("整改事项重新打开：{title}", "조치 재개: {title}", "Action opened again: {title}"),
    "action-overdue": _l("整改事项逾期：{title}", "조치 지연: {title}", "Action overdue: {title}"),
    "promised": _l("向投诉人作出承诺", "민원인에게 약속", "Promised something to the complainant"),
    "promise-kept": _l("承诺已兑现", "약속 이행", "Promise kept"),
    "promise-missed": _l("承诺逾期未兑现", "약속 미이행", "Promise missed"),
    "remedies-opened": _l("为新加入的人员登记补偿：{count} 项", "새로 합류한 사람의 보상 기록: {count}건",
                          "Remedies recorded for people who joined: {count}"),
    "remedies-dropped": _l("新方案不再包含、未落实的补偿失效：{count} 项",
                           "새 방안에서 제외되어 무효가 된 미제공 보상: {count}건",
                           "Remedies no longer part of the plan and not given, void: {count}"),
    "remedies-left": _l("退出名单者未落实的补偿失效：{count} 项",
                        "명단에서 빠진 사람의 무효가 된 미제공 보상: {count}건",
                        "Remedies not given to somebody who left the list, void: {count}"),
    "remedy-given": _l("补偿已落实", "보상 제공", "Remedy given"),
    "refund-paid": _l("退费已支付：{amount} {currency}", "환불 지급: {amount} {currency}",
                      "Refund paid: {amount} {currency}"),
    "plan-void": _l("方案终止：未支付的退费 {refunds} 笔、未落实的补偿 {remedies} 项失效",
                    "방안 종료: 미지급 환불 {refunds}건, 미제공 보상 {remedies}건 무효",
                    "The plan has ended. Void: refunds not paid {refunds}, remedies not given {remedies}"),
    "affected-added": _l("新增涉及人员：{count} 人", "관련 인원 추가: {count}명", "People added to the list: {count}"),
    "affected-left": _l("一人退出名单", "명단에서 1명 제외", "One person left the list"),
    "message-sent": _l("发信给投诉人", "민원인에게 발신", "Wrote to the complainant"),
    "message-received": _l("收到投诉人来信", "민원인 메시지 수신", "Heard from the complainant"),
    "letter-before-question": _l(
        "来信早于提问：提问尚未送达，来信不作为对提问的答复",
        "질문보다 먼저 온 메시지: 질문이 아직 전달되지 않아 답변으로 처리하지 않음",
        "The letter came before the question had gone out: it is not taken as its answer",
    ),
    "satisfaction": _l("满意度答复", "만족도 응답", "Answer about satisfaction"),
    "withdrawn": _l("投诉人撤回", "민원인 철회", "Complainant withdrew"),
    "retyped": _l("转入其他流程", "다른 절차로 전환", "Moved to another process"),
    "linked": _l("与其他投诉关联：{what} {number}", "다른 민원과 연결: {what} {number}", "Linked: {what} {number}"),
    "unlinked": _l("取消关联：{what} {number}", "연결 해제: {what} {number}", "No longer linked: {what} {number}"),
    "note": _l("内部备注", "내부 메모", "Internal note"),
    "recorded": _l("记录在案", "기록", "Put on record"),
    "retention-hold": _l("保全记录，不得删除", "기록 보존 조치", "Records kept: deletion forbidden"),
    "post-unknown": _l("岗位“{what}”已不在岗位表中，由上级岗位代行",
                       "직위 '{what}'이(가) 직위표에 없어 상위 직위가 대신함",
                       "The post {what} is no longer defined; one above acts for it"),
    "incident": _l("自动步骤失败，将重试", "자동 단계 실패, 재시도함", "An automatic step failed; it is tried again"),
    "incident-waiting": _l("自动步骤多次失败，等待系统管理员处理", "자동 단계가 거듭 실패함, 운영자의 조치를 기다림",
                           "An automatic step failed again and again; it waits for the operator"),
    "incident-retried": _l("系统管理员重试失败的步骤", "운영자가 실패한 단계를 다시 시도함",
                           "The operator tried a failed step again"),
    "incident-dismissed": _l("系统管理员决定不再重试失败的步骤：{reason}",
                             "운영자가 실패한 단계를 다시 시도하지 않기로 함: {reason}",
                             "The operator decided that a failed step need not happen: {reason}"),
    "rerouted": _l("系统管理员将步骤“{name}”转交他处：{reason}",
                   "운영자가 단계 '{name}'을(를) 다른 곳으로 넘김: {reason}",
                   "The operator gave the step {name} to others: {reason}"),
    "notice": _l("通知：{what}", "알림: {what}", "Notice: {what}"),
    "other": _l("{kind}", "{kind}", "{kind}"),
}  # fmt: skip


def sentence(kind: str, language: str, values: Mapping[str, object]) -> str:
    """Return the sentence for a kind of line; what is missing stays out. Never raises for what a log holds."""
    labels = SENTENCES.get(kind, SENTENCES["other"])
    return pick(labels, language).format_map(_Given({**values, "kind": kind.replace("-", " ")})).strip(" ：:;")


class _Given(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""
