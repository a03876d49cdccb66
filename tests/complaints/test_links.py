"""Cases that belong together, and the new case that follows an ended one."""

from __future__ import annotations

import pytest

from complaints.intake.filing import Complainant, Respondent
from complaints.intake.follow_up import OpenLinked
from complaints.intake.links import LinkCases
from complaints.people.affected import AddAffected, AffectedPerson
from complaints.people.respondents import NameRespondent
from complaints.registry import on_completed
from complaints.tables import case_link, complaint, overwritten, respondent
from complaints.unmake import unmake
from engine.case_sight import concerned
from engine.case_work import SYSTEM, CaseWork
from engine.errors import Conflict, Forbidden, NotFound, Unfit
from engine.model.step import OpenTask
from engine.projection import save
from engine.tables import conflict_of_interest, event_log
from escalation.placement import PostPlacement
from tests.complaints.office import DAY, MONDAY, Office
from tests.complaints.walk import reach_closed


def links(office: Office) -> list[tuple[str, str, str]]:
    return [(row.case_id, row.other_id, row.kind) for row in office.rows(case_link)]


def test_a_duplicate_points_to_the_case_it_repeats(office: Office) -> None:
    first, second = office.file(), office.file()
    office.do(LinkCases(second, first, "duplicate"), "bea")
    assert links(office) == [(second, first, "duplicate")]
    assert office.rows(case_link)[0].at == MONDAY
    for case, other, of in ((second, first, "this"), (first, second, "other")):
        (line,) = office.rows(event_log, case, kind="linked")
        assert (line.name, line.detail) == (other, {"kind": "duplicate", "of": of})


def test_linking_again_changes_nothing(office: Office) -> None:
    first, second = office.file(), office.file()
    for _ in range(2):
        office.do(LinkCases(second, first, "duplicate"))
    assert len(office.rows(case_link)) == 1
    assert len(office.rows(event_log, first, kind="linked")) == 1


def test_a_relation_is_one_whichever_side_says_so(office: Office) -> None:
    first, second = office.file(), office.file()
    office.do(LinkCases(second, first, "related"))
    office.do(LinkCases(first, second, "related"))
    assert links(office) == [(min(first, second), max(first, second), "related")]


def test_two_cases_are_not_duplicates_of_each_other(office: Office) -> None:
    first, second = office.file(), office.file()
    office.do(LinkCases(second, first, "duplicate"))
    with pytest.raises(Conflict):
        office.do(LinkCases(first, second, "duplicate"))


def test_what_does_not_fit_is_refused(office: Office) -> None:
    case, hidden = office.file(), office.file()
    office.bar(hidden, "ann")
    for command, code in (
        (LinkCases(case, case, "related"), "itself"),
        (LinkCases(case, "nowhere", "related"), "unknown-case"),
        (LinkCases(case, hidden, "related"), "unknown-case"),
        (LinkCases(case, hidden, "twin"), "unknown"),
    ):
        with pytest.raises(Unfit) as caught:
            office.do(command)
        assert caught.value.details["fields"][0]["code"] == code
    assert links(office) == []


def test_complainants_link_nothing(office: Office) -> None:
    first, second = office.file(), office.file()
    with pytest.raises(Forbidden):
        office.do(LinkCases(first, second, "related"), None)


def verified(office: Office, case: str, other: str | None, *, step: str = "look", sent_back: bool = False) -> None:
    """Complete a form of the step that says that the case repeats another, or none; send it back where asked."""
    with office.database.write() as unit:
        work = office.pipeline.load(unit.connection, case, SYSTEM, MONDAY)
        work.hold_until = MONDAY + DAY
        on_completed(work, step, {} if other is None else {"duplicate_of": other})
        if sent_back:
            unmake(work, work.batch)
        save(work, fence=work.row["row_version"])
        unit.commit()


def test_a_duplicate_that_a_later_form_of_the_step_does_not_find_is_none(office: Office) -> None:
    first, second, third = office.file(), office.file(), office.file()
    verified(office, second, first)
    verified(office, second, first)
    assert links(office) == [(second, first, "duplicate")]
    verified(office, second, None, step="plan")
    assert links(office) == [(second, first, "duplicate")]
    verified(office, second, third)
    assert links(office) == [(second, third, "duplicate")]
    verified(office, second, None)
    assert links(office) == []
    assert office.log(second, "linked", "unlinked") == [
        ("linked", first), ("unlinked", first), ("linked", third), ("unlinked", third),
    ]  # fmt: skip
    assert office.log(first, "linked", "unlinked") == [("linked", second), ("unlinked", second)]
    verified(office, first, second)
    assert links(office) == [(first, second, "duplicate")]


def test_a_duplicate_that_people_have_linked_stays_whatever_a_form_says(office: Office) -> None:
    first, second = office.file(), office.file()
    office.do(LinkCases(second, first, "duplicate"))
    verified(office, second, first)
    verified(office, second, None)
    assert links(office) == [(second, first, "duplicate")]


def test_a_later_form_that_is_sent_back_leaves_the_duplicate_as_it_was(office: Office) -> None:
    first, second = office.file(), office.file()
    verified(office, second, first)
    before = office.rows(case_link)
    with office.database.write() as unit:
        unit.connection.execute(overwritten.delete())
        unit.commit()
    verified(office, second, None, sent_back=True)
    assert office.rows(case_link) == before
    verified(office, second, None)
    assert links(office) == []


def ended(office: Office) -> str:
    """Return a case that is over for good, about two people and one colleague."""
    case = reach_closed(
        office, complainant=Complainant("Gil", "gil@example.org", "1", "L7", "parent"), category="teaching",
        respondents=(Respondent("Fay", "teacher", office.people["fay"]), Respondent("Somebody")), people=2,
    )  # fmt: skip
    office.advance(11 * DAY)
    assert office.case(case).ended_at is not None
    return case


def test_a_new_case_follows_an_ended_one_with_the_same_people(office: Office) -> None:
    old = ended(office)
    filed = office.do(OpenLinked(old, "It broke again."), None)
    before, after = office.rows(complaint, old)[0], office.rows(complaint, filed.id)[0]
    same = ("subject", "category", "channel", "language", "name", "email", "phone", "learner_id", "relation")
    assert {n: after._mapping[n] for n in same} == {n: before._mapping[n] for n in same}
    assert (after.text, after.stated_people, after.refund_minor) == ("It broke again.", 2, None)
    assert after.received_at == office.clock.now()
    assert after.number != before.number
    assert links(office) == [(filed.id, old, "follow_up")]


def test_who_was_shut_out_of_the_old_case_is_shut_out_of_the_new_one(office: Office) -> None:
    old = ended(office)
    filed = office.do(OpenLinked(old, "It broke again."), None)
    rows = office.rows(respondent, filed.id)
    assert {(row.name, row.role, row.person) for row in rows} == {
        ("Fay", "teacher", office.people["fay"]), ("Somebody", None, None),
    }  # fmt: skip
    assert [row.person for row in office.rows(conflict_of_interest, filed.id)] == [office.people["fay"]]
    with pytest.raises(NotFound):
        office.do(AddAffected(filed.id, (AffectedPerson("Hana"),)), "fay")


def test_who_was_shut_out_of_the_old_case_is_shut_out_when_the_first_step_is_placed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, seen, place = ended(office), [], PostPlacement.place
    office.bar(old, "eve")

    def placing(self: PostPlacement, work: CaseWork, task: OpenTask) -> tuple[str | None, str | None]:
        seen.append((task.element, concerned(work.connection, work.case_id)[1]))
        return place(self, work, task)

    monkeypatch.setattr(PostPlacement, "place", placing)
    office.do(OpenLinked(old, "It broke again."), None)
    assert seen == [("look", frozenset({office.people["fay"], office.people["eve"]}))]


def test_whoever_an_old_case_has_named_is_to_be_heard_in_the_new_one(office: Office) -> None:
    old = ended(office)
    assert office.facts(old)["unheard_respondents"] == 0
    filed = office.do(OpenLinked(old, "It broke again."), None)
    assert office.facts(filed.id)["unheard_respondents"] == 1
    office.do(NameRespondent(filed.id, office.people["fay"], "Fay"))
    assert office.facts(filed.id)["unheard_respondents"] == 1
    office.do(NameRespondent(filed.id, office.people["cho"], "Cho"))
    assert office.facts(filed.id)["unheard_respondents"] == 2


def test_a_colleague_named_twice_when_filing_is_shut_out_once(office: Office) -> None:
    fay = office.people["fay"]
    case = office.file(respondents=(Respondent("Fay", "teacher", fay), Respondent("Fay", "host", fay)))
    assert [row.person for row in office.rows(conflict_of_interest, case)] == [fay]


def test_a_case_that_has_not_ended_is_written_to(office: Office) -> None:
    case = reach_closed(office)
    with pytest.raises(Conflict):
        office.do(OpenLinked(case, "It broke again."), None)


def test_only_who_may_hear_complainants_opens_a_case_for_them(office: Office) -> None:
    old = ended(office)
    with pytest.raises(Forbidden):
        office.do(OpenLinked(old, "It broke again."), "dan")
    with pytest.raises(NotFound):
        office.do(OpenLinked(old, "It broke again."), "cho")
    with pytest.raises(NotFound):
        office.do(OpenLinked("nowhere", "It broke again."), None)
    with pytest.raises(Unfit):
        office.do(OpenLinked(old, " "), None)
