"""Mail through a real server: who gets what, how it is written, what happens when it does not go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from access import people
from access.keys.sealed_rows import seal
from complaints.correspondence.messages import SendMessage
from complaints.intake.filing import Complainant
from complaints.outward.mail_rows import MAIL, TO_COMPLAINANT
from complaints.outward.outward_loop import CLAIM_FOR, LONGEST_PAUSE
from complaints.tables import complaint, message, notice
from engine.tables import conflict_of_interest, incident
from storage.outbox import outbox
from tests.complaints.gated_line import message as parcel
from tests.complaints.office import MONDAY, Office
from tests.complaints.sending import deliver_inside, mail_line, sender
from tests.complaints.test_delivery import tell
from tests.support.keys import opened
from tests.support.mail_receiver import TAKEN, MailReceiver, mail_receiver

GIL = "gil@parents.example"


@pytest.fixture
def post() -> Iterator[MailReceiver]:
    """A mail server that takes everything."""
    with mail_receiver() as receiver:
        yield receiver


def filed(office: Office, email: str | None = GIL, language: str = "en") -> str:
    """File a complaint of somebody with an address."""
    return office.file(language=language, complainant=Complainant(name="Gil", email=email))


def write(office: Office, case: str, text: str, subject: str = "") -> None:
    """Send a public reply and deliver it inside the house."""
    office.do(SendMessage(case, text, subject))
    deliver_inside(office)


def mails(office: Office) -> list[Any]:
    with office.database.read() as connection:
        mails = connection.execute(select(outbox).where(outbox.c.channel == MAIL).order_by(outbox.c.sequence))
        return opened(office.keys, connection, mails)


def said(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


def reached(post: MailReceiver) -> list[tuple[str, str]]:
    return [(address, str(mail["Subject"])) for address, mail in post.taken]


@pytest.mark.parametrize(
    ("language", "subject", "text"),
    [
        ("zh-CN", "关于您的投诉：第五章", "您好，\n\n我们已经核实，课时会补上。"),
        ("ko", "5장에 대하여", "안녕하세요.\n\n확인했습니다. 수업을 보충해 드립니다."),
        ("en", "About chapter 5", "Hello,\n\nwe have checked it — you will get the lessons."),
    ],
    ids=["zh-CN", "ko", "en"],
)
def test_a_letter_reaches_the_complainant_word_for_word(
    office: Office, post: MailReceiver, language: str, subject: str, text: str
) -> None:
    case = filed(office, language=language)
    write(office, case, text, subject)
    assert sender(office, {MAIL: mail_line(post.url)}).run_once() == 1
    ((address, mail),) = post.taken
    assert (address, str(mail["To"]), str(mail["From"])) == (GIL, GIL, "School <complaints@school.example>")
    assert (str(mail["Subject"]), mail["Content-Language"], mail["Auto-Submitted"]) == (
        subject, language, "auto-generated",
    )  # fmt: skip
    assert mail["Date"].datetime == MONDAY
    body = said(mail)
    assert body.startswith(f"{text}\n\n-- \n")
    assert body.endswith("\nhttps://c.example/track\n")
    assert mail.get_content_type() == "text/plain"
    assert all(len(line) <= 998 for line in post.raw[0].split(b"\r\n"))
    assert b"\n" not in post.raw[0].replace(b"\r\n", b"")
    assert mails(office)[0].delivered_at == MONDAY


def test_a_reply_without_a_subject_names_the_case(office: Office, post: MailReceiver) -> None:
    case = filed(office)
    write(office, case, "Hello.")
    sender(office, {MAIL: mail_line(post.url)}).run_once()
    assert reached(post) == [(GIL, f"About your case ({office.rows(complaint, case)[0].number})")]


def test_the_row_holds_ids_and_no_words(office: Office) -> None:
    case = filed(office)
    write(office, case, "We have checked it.", "About chapter 5")
    (row,) = mails(office)
    (letter,) = office.rows(message, case)
    assert (row.recipient, row.payload, row.case_id) == (TO_COMPLAINANT, {"letter": letter.id}, case)
    assert deliver_inside(office) == 0, "what is to be mailed is nothing for the house to deliver"


def test_without_a_server_or_an_address_nothing_is_to_be_mailed(office: Office) -> None:
    case = filed(office)
    office.do(SendMessage(case, "Hello."))
    deliver_inside(office, mail=False)
    write(office, filed(office, email=None), "Hello.")
    assert mails(office) == []


def test_a_colleague_gets_the_subject_line_and_the_way_into_the_house_and_no_more(
    office: Office, post: MailReceiver
) -> None:
    case = filed(office, email=None)
    with office.database.write() as unit:
        people.change(unit.connection, office.people["ann"], email="ann@school.example", language="ko")
        unit.commit()
    tell(office, case, "noted", f"person:{office.people['ann']}")
    tell(office, case, "noted", f"person:{office.people['bea']}")
    deliver_inside(office)
    assert [row.recipient for row in mails(office)] == [f"mail:person:{office.people['ann']}"]
    sender(office, {MAIL: mail_line(post.url)}).run_once()
    ((address, mail),) = post.taken
    (line,) = [row for row in office.rows(notice) if row.person == office.people["ann"]]
    assert (address, str(mail["Subject"]), mail["Content-Language"]) == ("ann@school.example", line.subject, "ko")
    assert said(mail) == f"{line.subject}\n\nRedress에 로그인하여 확인해 주세요.\nhttps://in.example/{case}\n"
    assert line.text not in said(mail)


@pytest.mark.parametrize("why", ["barred", "gone", "no address"])
def test_a_colleague_who_may_not_read_it_any_more_gets_nothing(office: Office, post: MailReceiver, why: str) -> None:
    case, ann = filed(office, email=None), office.people["ann"]
    with office.database.write() as unit:
        people.change(unit.connection, ann, email="ann@school.example")
        unit.commit()
    tell(office, case, "noted", f"person:{ann}")
    deliver_inside(office)
    with office.database.write() as unit:
        if why == "barred":
            unit.connection.execute(insert(conflict_of_interest).values(case_id=case, person=ann))
        elif why == "gone":
            people.deactivate(unit.connection, ann, now=MONDAY)
        else:
            people.change(unit.connection, ann, email="")
        unit.commit()
    assert (sender(office, {MAIL: mail_line(post.url)}).run_once(), post.taken) == (0, [])
    assert (mails(office)[0].cancelled_at, office.rows(incident)) == (MONDAY, [])


def test_the_same_mail_keeps_its_message_id_and_another_has_another(office: Office, post: MailReceiver) -> None:
    case = filed(office)
    write(office, case, "One.")
    loop = sender(office, {MAIL: mail_line(post.url)})
    assert loop.run_once() == 1
    # The process died between sending and marking: the mail goes out again when the claim has run out.
    with office.database.write() as unit:
        unit.connection.execute(update(outbox).where(outbox.c.channel == MAIL).values(delivered_at=None))
        unit.commit()
    assert loop.run_once() == 1
    write(office, case, "Two.")
    assert loop.run_once() == 1
    first, again, other = (str(mail["Message-ID"]) for _, mail in post.taken)
    assert (first == again, first == other, first.endswith("@school.example>")) == (True, False, True)


def test_who_died_while_sending_is_succeeded_when_the_claim_has_run_out(office: Office, post: MailReceiver) -> None:
    write(office, filed(office), "Hello.")
    dead, alive = (sender(office, {MAIL: mail_line(post.url)}) for _ in range(2))
    dead._claim()
    assert alive.run_once() == 0
    office.clock.advance(CLAIM_FOR)
    assert (alive.run_once(), len(post.taken)) == (1, 1)


def test_letters_of_a_case_arrive_in_the_order_in_which_they_were_written(office: Office, post: MailReceiver) -> None:
    case = filed(office)
    for number in range(5):
        write(office, case, "Hello.", f"Letter {number}")
    loop = sender(office, {MAIL: mail_line(post.url)})
    while loop.run_once():
        pass
    assert [subject for _, subject in reached(post)] == [f"Letter {number}" for number in range(5)]


def test_a_mailbox_that_is_full_holds_up_its_own_case_and_no_other(office: Office, post: MailReceiver) -> None:
    full, other = filed(office, "full@parents.example"), filed(office)
    write(office, full, "Hello.", "First")
    write(office, full, "Hello.", "Second")
    write(office, other, "Hello.", "Other")
    post.recipient_answer = lambda address: (
        "452 4.2.2 mailbox of full@parents.example is full" if "full" in address else TAKEN
    )
    loop = sender(office, {MAIL: mail_line(post.url)})
    assert (loop.run_once(), loop.run_once()) == (1, 0)
    assert reached(post) == [(GIL, "Other")]
    (line,) = office.rows(incident)
    assert (line.case_id, line.reason, line.resolved_at) == (
        full, "the mail server refused the address: 452 4.2.2", None,
    )  # fmt: skip
    post.recipient_answer = lambda _address: TAKEN
    office.clock.advance(timedelta(seconds=45))
    assert loop.run_once() == 2
    assert [subject for _, subject in reached(post)] == ["Other", "First", "Second"]
    assert office.rows(incident)[0].resolved_at == office.clock.now()


@pytest.mark.parametrize("stage", ["recipient", "content"])
def test_an_address_that_is_refused_for_good_is_a_dead_letter_at_once(
    office: Office, post: MailReceiver, stage: str
) -> None:
    case = filed(office)
    write(office, case, "Hello.", "First")
    write(office, case, "Hello.", "Second")
    answers = iter(["550 5.1.1 gil is unknown here"])
    setattr(post, f"{stage}_answer", lambda _address: next(answers, TAKEN))
    assert sender(office, {MAIL: mail_line(post.url)}).run_once() == 1
    what = {"recipient": "the address", "content": "the mail"}[stage]
    first, second = mails(office)
    assert (first.given_up_at, first.last_error) == (MONDAY, f"the mail server refused {what}: 550 5.1.1")
    assert (second.given_up_at, second.attempts, second.delivered_at) == (None, 0, MONDAY)
    assert reached(post) == [(GIL, "Second")]


@pytest.mark.parametrize(
    "address",
    [
        "gil@parents.example\r\nBcc: all@parents.example",
        "gil@parents.example, all@parents.example",
        "Gil <gil@parents.example>",
        "gil",
        "gil@@parents.example",
        "gil@parents..example",
        f"{'g' * 250}@parents.example",
    ],
    ids=["header", "two", "name", "bare", "at", "dots", "long"],
)
def test_what_is_no_plain_address_is_never_sent_to(office: Office, post: MailReceiver, address: str) -> None:
    case = filed(office)
    with office.database.write() as unit:
        sealed = seal(office.keys.of_case(unit.connection, case), address)
        unit.connection.execute(update(complaint).values(email=sealed))
        unit.commit()
    write(office, case, "Hello.")
    assert (sender(office, {MAIL: mail_line(post.url)}).run_once(), post.taken) == (0, [])
    (row,) = mails(office)
    assert row.given_up_at == MONDAY
    assert row.last_error.startswith("the address cannot be used: ")
    assert "gil" not in row.last_error


def test_a_subject_cannot_add_a_header(office: Office, post: MailReceiver) -> None:
    case = filed(office)
    write(office, case, "Hello.", "Fine")
    with office.database.write() as unit:
        key = office.keys.of_case(unit.connection, case)
        forged = seal(key, "Fine\r\nBcc: all@parents.example\r\n\r\nBody\u2028x")
        unit.connection.execute(update(message).values(subject=forged))
        unit.commit()
    sender(office, {MAIL: mail_line(post.url)}).run_once()
    ((_, mail),) = post.taken
    assert (str(mail["Subject"]), mail["Bcc"]) == ("Fine Bcc: all@parents.example Body x", None)
    assert said(mail).startswith("Hello.\n")


def test_a_server_that_cannot_be_reached_is_left_alone_for_a_while_and_then_gets_everything(office: Office) -> None:
    with mail_receiver() as gone:
        url = gone.url
    for _ in range(3):
        write(office, filed(office), "Hello.")
    loop = sender(office, {MAIL: mail_line(url)})
    assert loop.run_once() == 0
    # One has tried it for all: the others wait without having failed.
    assert sorted(row.attempts for row in mails(office)) == [0, 0, 1]
    assert [row.claimed_until for row in mails(office)] == [None, None, None]
    assert loop.run_once() == 0
    assert sorted(row.attempts for row in mails(office)) == [0, 0, 1]
    (line,) = office.rows(incident)
    assert line.reason == "the mail server cannot be used: nobody listens at that port"
    with mail_receiver() as post:
        loop.channel_of = {MAIL: mail_line(post.url)}.get
        office.clock.advance(LONGEST_PAUSE)
        assert (loop.run_once(), len(post.taken)) == (3, 3)
    assert office.rows(incident)[0].resolved_at == office.clock.now()


def test_a_sender_that_is_not_taken_is_the_installations_fault_and_no_mail_is_lost(
    office: Office, post: MailReceiver
) -> None:
    for _ in range(2):
        write(office, filed(office), "Hello.")
    post.sender_answer = "550 5.7.1 not allowed"
    loop = sender(office, {MAIL: mail_line(post.url)})
    assert loop.run_once() == 0
    assert sorted((row.attempts, row.given_up_at) for row in mails(office)) == [(0, None), (1, None)]
    assert {row.last_error for row in mails(office)} == {None, "the mail server refused the sender: 550 5.7.1"}


def test_a_complainant_waits_for_nobody_elses_letters_and_a_colleague_for_their_own() -> None:
    """All complainants go by one name in the outbox: each case is a lane of its own."""
    line = mail_line("smtp://127.0.0.1:25")
    lanes = [
        line.lane(parcel(f"m{number}", to, case=case))
        for number, (to, case) in enumerate(
            [(TO_COMPLAINANT, "one"), (TO_COMPLAINANT, "two"), (TO_COMPLAINANT, "one"), ("li", "one"), ("li", "two")]
        )
    ]
    assert lanes[0] == lanes[2] != lanes[1]
    assert lanes[3] == lanes[4]
    assert len(set(lanes)) == 3
