"""A handful of complaints for the demo, at different stages, in three languages. Made up for Redress.

Each is a list of moments before the present: what is filed, who completes which step with what, what the complainant
answers. They are carried out by real commands on the demo's clock, in order of time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from complaints.intake.filing import Complainant, FileComplaint, Respondent


@dataclass(frozen=True)
class Moment:
    """Something that somebody does, so long before the present."""

    before: timedelta
    by: str | None
    """A login of the roster; None is the complainant."""
    element: str = ""
    """The step that is completed; empty for a message."""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DemoCase:
    """One complaint and what has happened to it."""

    filed: timedelta
    recorded_by: str | None
    complaint: FileComplaint
    moments: Sequence[Moment] = ()


def _hours(count: float) -> timedelta:
    return timedelta(hours=count)


def _acknowledged(before: float, by: str, text: str) -> Moment:
    return Moment(_hours(before), by, "acknowledge", {"acknowledgement_text": text, "contact_way": "message"})


DEMO_CASES: Sequence[DemoCase] = (
    DemoCase(
        _hours(0.4),
        None,
        FileComplaint(
            subject="考试通知收得太晚",
            text="补考通知昨天晚上九点才发到我手机上，今天早上八点就要考。我在外地上班，根本赶不回来，希望能安排下一次补考。",
            category="service.exam_notice",
            complainant=Complainant(name="周晓", phone="13800000001", learner_id="A20260017", relation="learner"),
            desired_outcome="安排一次新的补考",
        ),
    ),
    DemoCase(
        _hours(30),
        "li.na",
        FileComplaint(
            subject="直播平台连续三天交不上作业",
            text="我们班十二个人从周一起都交不上作业，页面一直转圈，截止时间已经过了，担心影响平时成绩。",
            category="platform.fault",
            channel="phone",
            people=12,
            flags={"fault": True},
            complainant=Complainant(name="何静", phone="13800000002", relation="learner"),
            desired_outcome="延长提交时间，并顺延课程有效期",
        ),
        (
            _acknowledged(
                29.8,
                "li.na",
                "您反映的作业提交问题我们已经受理，由我负责到底。今天下班前我会把技术部门的初步结论告诉您。",
            ),
            Moment(
                _hours(28),
                "li.na",
                "verify",
                {
                    "outcome": "complete",
                    "verification_summary": "抽查三名学员账号，均无法提交。",
                    "people": 12,
                    "fault": True,
                },
            ),
            Moment(
                _hours(27),
                "li.na",
                "respond",
                {
                    "response_text": "技术部门已确认是提交服务故障，正在修复；受影响的作业截止时间会统一顺延，不会影响成绩。"
                },
            ),
        ),
    ),
    DemoCase(
        _hours(26),
        None,
        FileComplaint(
            subject="수강료 환불이 계속 미뤄지고 있습니다",
            text="강사가 바뀌고 수업 시간이 줄어 환불을 요청했는데 세 번째 담당자에게 넘어가는 동안 아무 답이 없습니다. 결제 금액은 15,000위안입니다.",
            category="charges.refund",
            language="ko",
            refund_amount="15000.00",
            refund_currency="CNY",
            complainant=Complainant(name="정하늘", email="haneul@example.org", relation="learner"),
            desired_outcome="전액 환불",
        ),
        (
            _acknowledged(
                25.5,
                "kim.minji",
                "접수를 확인했습니다. 제가 끝까지 맡아 처리하고, 오늘 안으로 환불 규정 검토 결과를 알려 드리겠습니다.",
            ),
            Moment(
                _hours(24),
                "kim.minji",
                "verify",
                {
                    "outcome": "complete",
                    "verification_summary": "결제 내역과 수업 변경 공지를 확인함.",
                    "ask_legal": True,
                },
            ),
            Moment(
                _hours(23),
                "kim.minji",
                "respond",
                {
                    "response_text": "결제 내역과 수업 변경 공지를 모두 확인했습니다. 환불 규정을 검토해 결정이 나는 대로 알려 드리겠습니다."
                },
            ),
            Moment(
                _hours(22),
                "zhao.lei",
                "academic_evidence",
                {"evidence_summary": "3월부터 강사가 바뀌었고 주당 수업이 네 시간에서 세 시간으로 줄었음."},
            ),
            Moment(
                _hours(20),
                "gao.yan",
                "legal_opinion",
                {
                    "opinion": "계약서에 적힌 강사와 수업 시간이 지켜지지 않았음.",
                    "advice": "남은 수업료의 전액 환불을 권고함.",
                },
            ),
            Moment(
                _hours(2),
                "kim.minji",
                "plan",
                {
                    "next": "submit",
                    "root_cause": "communication",
                    "root_cause_text": "수업 변경을 수강생에게 미리 알리지 않았고, 환불 요청을 누가 맡는지 정해져 있지 않았음.",
                    "finding": "강사 교체와 수업 시간 단축이 사실로 확인됨.",
                    "remedy": "결제한 15,000위안을 전액 환불하고 담당자가 전화로 사과함.",
                    "refunds": [{"payee": "정하늘", "amount": {"amount": "15000.00", "currency": "CNY"}}],
                },
            ),
        ),
    ),
    DemoCase(
        _hours(3),
        None,
        FileComplaint(
            subject="Loose ceiling panel above the lab benches",
            text="A ceiling panel in lab 204 is hanging by one screw. It moved when the door closed this morning.",
            category="facilities.safety",
            language="en",
            flags={"safety": True},
            location="Lab 204",
            complainant=Complainant(name="Dana Whitfield", email="dana@example.org", relation="learner"),
            desired_outcome="Close the room until it is fixed",
        ),
    ),
    DemoCase(
        _hours(50),
        None,
        FileComplaint(
            subject="老师连续两次迟到",
            text="周末班的老师两次都迟到了二十多分钟，也没有补课的说明。",
            category="teaching.attendance",
            respondents=(Respondent(name="周末班任课老师", role="teacher"),),
            complainant=Complainant(name="吴桐", phone="13800000003", relation="learner"),
        ),
        (
            _acknowledged(
                49.5,
                "wang.fang",
                "谢谢您告诉我们，占用了您的周末时间我们很抱歉。这件事由我负责，今天内核实考勤后回复您。",
            ),
            Moment(
                _hours(48),
                "wang.fang",
                "verify",
                {"outcome": "ask_back", "question": "请问是哪两次课？如果方便，请告诉我们日期和教室，我们好调取记录。"},
            ),
        ),
    ),
    DemoCase(
        _hours(70),
        None,
        FileComplaint(
            subject="Course page lists an older textbook",
            text="The page still names the second edition, the class uses the third. I nearly bought the wrong one.",
            category="teaching.textbook",
            language="en",
            complainant=Complainant(name="Ilya Brandt", email="ilya@example.org", relation="learner"),
        ),
        (
            _acknowledged(
                69.6, "li.na", "Thank you for telling us; I look after this and will write again by tomorrow."
            ),
            Moment(
                _hours(69), "li.na", "verify", {"outcome": "unfounded", "grounds": "The page was corrected on Monday."}
            ),
            Moment(
                _hours(68.5),
                "li.na",
                "explain_exit",
                {
                    "exit_text": "The page has named the third edition since Monday; an older copy was still in your browser."
                },
            ),
        ),
    ),
    DemoCase(
        _hours(5),
        None,
        FileComplaint(
            subject="주말반 보강 일정 문의",
            text="지난주 토요일 수업이 휴강되었는데 보강은 언제 하나요? 다른 날로 잡히면 미리 알고 싶습니다.",
            type="inquiry",
            category="other.inquiry",
            language="ko",
            complainant=Complainant(name="윤서준", email="seojun@example.org", relation="learner"),
        ),
        (
            Moment(
                _hours(4.7),
                "kim.minji",
                "answer",
                {
                    "next": "ask",
                    "department": "academic",
                    "department_question": "토요일 주말반 휴강분 보강은 언제입니까? 확정된 날짜와 강의실을 알려 주세요.",
                    "acknowledgement_text": "문의 주셔서 감사합니다. 보강 일정을 교무에 확인하고 있으며, 확정되는 대로 바로 알려 드리겠습니다.",
                },
            ),
        ),
    ),
)
