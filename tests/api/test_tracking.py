"""What the complainant sees and can do without an account."""

from __future__ import annotations

from tests.support.application import House
from tests.support.results import CLOSED, PLAN, VERIFIED, resolved


def test_the_complainant_sees_status_next_time_and_letters_in_their_language(redress: House) -> None:
    filed = redress.file(language="ko", refund={"amount": "1.00", "currency": "CNY"})
    mine = redress.complainant(filed["tracking_code"]).get("/api/track")
    assert (mine["number"], mine["status"], mine["status_text"]) == (filed["number"], "registered", "접수됨")
    assert (mine["next"]["name"], mine["next"]["due_at"]) == ("acknowledge", filed["acknowledge_by"])
    assert mine["next"]["explanation"] == filed["explanation"]
    assert mine["owner_name"] is None
    assert [clock["name"] for clock in mine["clocks"]] == ["acknowledge", "respond", "resolve"]
    assert mine["can"] == ["messages", "withdraw"]
    redress.do("li.na", "acknowledge", filed["id"], {"acknowledgement_text": "안녕하세요."})
    redress.later(minutes=5)
    mine = redress.complainant(filed["tracking_code"]).get("/api/track")
    assert mine["owner_name"] == "李娜"
    assert any("안녕하세요." in letter["text"] for letter in mine["messages"])
    english = redress.complainant(filed["tracking_code"]).get("/api/track", headers={"Accept-Language": "en"})
    assert english["status_text"] == "In progress"
    assert [line["text"] for line in english["timeline"]] == ["We received it", "Status is now: In progress"]


def test_letters_go_both_ways(redress: House) -> None:
    filed = redress.file(by="li.na")
    mine = redress.complainant(filed["tracking_code"])
    answer = mine.call("POST", "/api/track/messages", {"text": "补充：还有录音。"})
    assert (answer.status_code, answer.json()["delivered"]) == (201, None)
    redress.person("li.na").post(f"/api/complaints/{filed['id']}/messages", {"text": "收到，谢谢。"})
    letters = [(letter["direction"], letter["text"]) for letter in mine.get("/api/track")["messages"]]
    assert ("in", "补充：还有录音。") in letters
    assert ("out", "收到，谢谢。") in letters
    mine.refused(422, "POST", "/api/track/messages", {"text": "  "})
    mine.refused(422, "POST", "/api/track/messages", {"text": "x" * 10_001})


def test_an_answer_to_a_question_lets_the_case_go_on(redress: House) -> None:
    filed = redress.file(by="li.na", category="other")
    case, mine = filed["id"], redress.complainant(filed["tracking_code"])
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "ask_back", "question": "哪一节课？"})
    assert next(c["state"] for c in mine.get("/api/track")["clocks"] if c["name"] == "resolve") == "paused"
    redress.later(minutes=2)
    assert mine.post("/api/track/messages", {"text": "周二晚上。"})["delivered"] == "answer"
    assert redress.task("li.na", "verify", case)["round"] == 2
    lines = mine.get("/api/track", headers={"Accept-Language": "en"})["timeline"]
    assert "The clock stands still: Result" in [line["text"] for line in lines]


def test_a_letter_that_comes_before_the_question_went_out_is_not_its_answer(redress: House) -> None:
    filed = redress.file(by="li.na", category="other")
    case, mine, li_na = filed["id"], redress.complainant(filed["tracking_code"]), redress.person("li.na")
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "ask_back", "question": "哪一节课？"})
    redress.later(seconds=30)
    assert mine.post("/api/track/messages", {"text": "还有录音。"})["delivered"] is None
    assert [task["element"] for task in li_na.get(f"/api/complaints/{case}")["tasks"]] == []
    said = "The letter came before the question had gone out: it is not taken as its answer"
    timeline = li_na.get(f"/api/complaints/{case}/timeline")["items"]
    assert [item["text"] for item in timeline if item["kind"] == "letter-before-question"] == [said]
    redress.later(seconds=30)
    letters = [letter["text"] for letter in mine.get("/api/track")["messages"]]
    assert letters.index("还有录音。") < next(n for n, text in enumerate(letters) if "哪一节课？" in text)
    assert mine.post("/api/track/messages", {"text": "周二晚上。"})["delivered"] == "answer"
    assert redress.task("li.na", "verify", case)["round"] == 2


def test_a_letter_in_the_minute_after_closing_reopens_the_case(redress: House) -> None:
    case, code = resolved(redress)
    mine = redress.complainant(code)
    mine.post("/api/track/satisfaction", {"satisfied": True})
    redress.do("li.na", "close_case", case, CLOSED)
    assert mine.post("/api/track/messages", {"text": "又出现了。"})["delivered"] == "late_message"
    assert mine.get("/api/track")["status"] == "in_progress"


def test_one_click_of_satisfaction_closes_a_routine_case(redress: House) -> None:
    case, code = resolved(redress)
    mine = redress.complainant(code)
    assert mine.get("/api/track")["can"] == ["messages", "satisfaction", "withdraw"]
    said = {"satisfied": True, "text": "谢谢", "rating": 5}
    assert mine.post("/api/track/satisfaction", said)["repeated"] is False
    assert mine.get("/api/track")["can"] == ["messages", "withdraw"]
    assert mine.post("/api/track/satisfaction", {"satisfied": True})["repeated"] is True
    redress.do("li.na", "close_case", case, CLOSED)
    redress.later(minutes=2)
    seen = mine.get("/api/track")
    assert (seen["status"], seen["closure"], seen["closure_text"]) == ("closed", "satisfied", "投诉人满意")
    for odd in ({"satisfied": "yes"}, {"satisfied": True, "rating": 6}, {}, {"satisfied": None}):
        mine.refused(422, "POST", "/api/track/satisfaction", odd)


def test_a_step_that_can_still_be_sent_back_has_not_happened_for_the_complainant(redress: House) -> None:
    filed = redress.file(by="li.na", category="other")
    case, mine = filed["id"], redress.complainant(filed["tracking_code"])
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好，我会跟进。"})
    redress.later(minutes=2)
    for element, data in (("verify", VERIFIED), ("respond", {"response_text": "正在核实。"}), ("plan", PLAN)):
        redress.do("li.na", element, case, data)
    redress.do("li.na", "carry_out", case, {"carried_out": "好。"})
    before = mine.get("/api/track")
    redress.do("li.na", "send_result", case, {"result_text": "已更正。"})
    sent = mine.get("/api/track")
    assert sent == before
    assert (sent["status"], "satisfaction" in sent["can"]) == ("in_progress", False)
    redress.later(minutes=2)
    seen = mine.get("/api/track")
    assert (seen["status"], "satisfaction" in seen["can"]) == ("resolved", True)
    assert len(seen["timeline"]) == len(sent["timeline"]) + 1
    mine.post("/api/track/satisfaction", {"satisfied": True})
    redress.do("li.na", "close_case", case, CLOSED)
    seen = mine.get("/api/track")
    assert (seen["status"], seen["closure"]) == ("resolved", None)
    redress.later(minutes=2)
    seen = mine.get("/api/track")
    assert (seen["status"], seen["closure"]) == ("closed", "satisfied")


def test_a_promise_met_by_a_step_that_can_still_be_sent_back_is_still_to_come(redress: House) -> None:
    filed = redress.file(by="li.na", category="other")
    case, mine = filed["id"], redress.complainant(filed["tracking_code"])
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好，我会跟进。"})
    redress.do("li.na", "verify", case, VERIFIED)
    task = redress.task("li.na", "respond", case)["id"]
    redress.later(minutes=2)
    before = mine.get("/api/track")
    assert before["next"]["name"] == "respond"
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    assert mine.get("/api/track") == before
    redress.person("li.na").post(f"/api/tasks/{task}/send-back")
    assert mine.get("/api/track") == before
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    redress.later(minutes=2)
    seen = mine.get("/api/track")
    assert {clock["name"]: clock["state"] for clock in seen["clocks"]}["respond"] == "met"
    assert seen["next"]["name"] == "resolve"


def test_each_result_may_be_answered_once(redress: House) -> None:
    case, code = resolved(redress)
    mine = redress.complainant(code)
    for element, by, data in (
        ("leadership_look", "liu.gang", {"instruction": "x"}),
        ("offer_mediation", "li.na", {"accepted": False}),
    ):
        assert "satisfaction" in mine.get("/api/track")["can"]
        mine.post("/api/track/satisfaction", {"satisfied": False, "text": "不满意。"})
        assert "satisfaction" not in mine.get("/api/track")["can"]
        redress.do(by, element, case, data)
        if element == "leadership_look":
            assert "satisfaction" not in mine.get("/api/track")["can"]
            redress.do("li.na", "plan", case, PLAN)
            redress.do("li.na", "carry_out", case, {"carried_out": "好。"})
            redress.do("li.na", "send_result", case, {"result_text": "已更正。"})
            redress.later(minutes=2)
    assert "satisfaction" not in mine.get("/api/track")["can"]


def test_who_has_withdrawn_is_not_asked_and_cannot_answer(redress: House) -> None:
    filed = redress.file(by="li.na", category="other", people=3)
    case, mine = filed["id"], redress.complainant(filed["tracking_code"])
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好，我会跟进。"})
    redress.do("li.na", "verify", case, VERIFIED)
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    assert mine.post("/api/track/withdraw", {"reason": "算了。"})["status"] == "in_progress"
    # The others of the group have a refund under review, so the result is out and the case is not closed yet.
    refund = {"payee": "B", "amount": {"amount": "100.00", "currency": "CNY"}}
    redress.do("li.na", "plan", case, {**PLAN, "refunds": [refund]})
    redress.do("li.na", "carry_out", case, {"carried_out": "好。"})
    redress.do("li.na", "send_result", case, {"result_text": "已更正。"})
    redress.later(minutes=2)
    seen = mine.get("/api/track")
    assert (seen["status"], seen["can"]) == ("resolved", ["messages"])
    english = {"Accept-Language": "en"}
    refused = mine.refused(409, "POST", "/api/track/satisfaction", {"satisfied": False}, headers=english)
    assert (refused["code"], "withdrawn" in refused["detail"]) == ("conflict", True)


def test_satisfaction_before_a_result_is_too_early(redress: House) -> None:
    filed = redress.file()
    mine = redress.complainant(filed["tracking_code"])
    assert mine.refused(409, "POST", "/api/track/satisfaction", {"satisfied": True})["code"] == "conflict"


def test_withdrawing_closes_and_doing_it_twice_is_a_conflict(redress: House) -> None:
    filed = redress.file()
    mine = redress.complainant(filed["tracking_code"])
    seen = mine.post("/api/track/withdraw", {"reason": "已经解决。"})
    assert (seen["status"], seen["closure"]) == ("closed", "withdrawn")
    assert mine.refused(409, "POST", "/api/track/withdraw")["code"] == "conflict"


def test_a_letter_after_the_end_files_a_new_case_that_continues_the_old_one(redress: House) -> None:
    case, code = resolved(redress)
    mine = redress.complainant(code)
    mine.post("/api/track/satisfaction", {"satisfied": True})
    redress.do("li.na", "close_case", case, CLOSED)
    redress.later(days=30)
    assert redress.person("li.na").get(f"/api/complaints/{case}")["ended_at"] is not None
    key = {"Idempotency-Key": "a-letter-after-the-end"}
    answer = mine.call("POST", "/api/track/messages", {"text": "又出现了。"}, headers=key)
    followed = answer.json()
    assert answer.status_code == 201
    assert followed["tracking_code"] != code
    assert mine.call("POST", "/api/track/messages", {"text": "又出现了。"}, headers=key).json() == followed
    new = redress.person("li.na").get(f"/api/complaints/{followed['id']}")
    assert (new["text"], new["status"]) == ("又出现了。", "registered")
    assert [(link["relation"], link["id"]) for link in new["links"]] == [("continues", case)]
    (back,) = redress.person("li.na").get(f"/api/complaints/{case}")["links"]
    assert (back["relation"], back["number"]) == ("continued_by", followed["number"])


def test_after_the_end_the_complainant_is_told_that_a_letter_opens_a_linked_case(redress: House) -> None:
    case, code = resolved(redress)
    mine = redress.complainant(code)
    mine.post("/api/track/satisfaction", {"satisfied": True})
    redress.do("li.na", "close_case", case, CLOSED)
    redress.later(minutes=2)
    seen = mine.get("/api/track")
    assert (seen["can"], seen["message_opens_linked"], seen["message_reopens"]) == (["messages"], False, True)
    redress.later(days=30)
    seen = mine.get("/api/track")
    assert (seen["can"], seen["message_opens_linked"], seen["message_reopens"]) == (["messages"], True, False)
    assert "tracking_code" in mine.post("/api/track/messages", {"text": "又出现了。"})
    assert mine.refused(409, "POST", "/api/track/withdraw")["code"] == "conflict"
    assert mine.refused(409, "POST", "/api/track/satisfaction", {"satisfied": True})["code"] == "conflict"


def test_staff_use_no_receipt_and_complainants_no_token(redress: House) -> None:
    filed = redress.file()
    redress.person("li.na").refused(401, "GET", "/api/track")
    redress.complainant(filed["tracking_code"]).refused(401, "GET", f"/api/complaints/{filed['id']}")


def test_letters_that_are_held_do_not_follow_a_withdrawal(redress: House) -> None:
    filed = redress.file(by="li.na", category="other")
    case, code = filed["id"], filed["tracking_code"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.later(minutes=5)
    redress.do("li.na", "verify", case, {"outcome": "ask_back", "question": "哪一层的饮水机?"})
    redress.complainant(code).post("/api/track/withdraw")
    redress.later(minutes=30)
    letters = redress.complainant(code).get("/api/track")["messages"]
    told = [letter["text"] for letter in letters if letter["direction"] == "out"]
    assert [("哪一层的饮水机" in text, "已撤回" in text) for text in told][-1] == (False, True)
    assert not any("哪一层的饮水机" in text for text in told)


def test_a_promise_reaches_the_complainant_once_it_can_not_be_sent_back_and_says_whether_it_was_kept(
    redress: House,
) -> None:
    filed = redress.file(language="en")
    mine = redress.complainant(filed["tracking_code"])
    due = "2026-03-03T06:00:00+00:00"
    promised = {"acknowledgement_text": "Hello.", "promises": [{"what": "A call from the teacher", "due_at": due}]}
    redress.do("li.na", "acknowledge", filed["id"], promised)
    assert mine.get("/api/track")["promises"] == []  # as long as the letter waits
    redress.later(minutes=5)
    (one,) = mine.get("/api/track")["promises"]
    assert (one["what"], one["due_at"], one["state"], one["state_text"], one["kept_at"]) == (
        "A call from the teacher", due, "open", "Still to come", None,
    )  # fmt: skip
    redress.later(hours=4)
    (late,) = mine.get("/api/track", headers={"Accept-Language": "ko"})["promises"]
    assert (late["state"], late["state_text"]) == ("missed", "제때 지키지 못함")
    redress.person("li.na").post(f"/api/complaints/{filed['id']}/promises/{one['id']}/keep", {})
    (kept,) = mine.get("/api/track")["promises"]
    assert (kept["state"], kept["state_text"]) == ("kept_late", "Kept, but late")


def test_a_promise_that_is_sent_back_was_never_made(redress: House) -> None:
    filed = redress.file(language="en")
    promised = {"acknowledgement_text": "Hello.", "promises": [{"what": "Soon", "due_at": "2026-03-03T06:00:00Z"}]}
    task = redress.task("li.na", "acknowledge", filed["id"])["id"]
    redress.do("li.na", "acknowledge", filed["id"], promised)
    redress.person("li.na").post(f"/api/tasks/{task}/send-back")
    redress.later(minutes=30)
    assert redress.complainant(filed["tracking_code"]).get("/api/track")["promises"] == []


def test_who_was_satisfied_may_take_it_back_until_the_case_is_closed(redress: House) -> None:
    case, code = resolved(redress)
    mine, li_na = redress.complainant(code), redress.person("li.na")
    redress.later(minutes=2)
    mine.post("/api/track/satisfaction", {"satisfied": True})
    assert mine.post("/api/track/messages", {"text": "等等，还没有解决。"})["delivered"] == "written"
    assert [task["element"] for task in li_na.get(f"/api/complaints/{case}")["tasks"]] == ["read_line"]
    assert "satisfaction" in mine.get("/api/track")["can"]
    again = mine.post("/api/track/satisfaction", {"satisfied": True})
    assert (again["delivered"], again["repeated"]) == ("satisfaction", False)
    assert mine.post("/api/track/satisfaction", {"satisfied": False})["delivered"] == "satisfaction"
    assert [task["element"] for task in li_na.get(f"/api/complaints/{case}")["tasks"]] == ["leadership_look"]
    refused = mine.refused(409, "POST", "/api/track/satisfaction", {"satisfied": True})
    assert refused["code"] == "conflict"


def test_an_answer_after_the_days_of_asking_counts_until_the_case_is_closed(redress: House) -> None:
    case, code = resolved(redress)
    mine = redress.complainant(code)
    redress.later(days=15)
    assert "satisfaction" in mine.get("/api/track")["can"]
    assert mine.post("/api/track/satisfaction", {"satisfied": False, "text": "不满意。"})["delivered"] == "satisfaction"
    tasks = redress.person("li.na").get(f"/api/complaints/{case}")["tasks"]
    assert [task["element"] for task in tasks] == ["leadership_look"]
