"""What ties a judge to an entry, and what does not: names over both scripts, institutions, addresses, earlier words."""

from dataclasses import replace
from uuid import uuid4

import pytest

from service.usecases.panel.ties import find_ties
from storage.reads.ties import EarlierTie, PersonRow, RegisterRow, TiedEntry, TiedJudge, TieRows

SQU = RegisterRow(uuid4(), "squ", ("جامعة السلطان قابوس", "Sultan Qaboos University", "SQU"), "squ.edu.om")
NIZWA = RegisterRow(uuid4(), "nizwa", ("جامعة نزوى", "University of Nizwa"), "unizwa.edu.om")
JUDGE = TiedJudge(uuid4(), uuid4(), ("سالم بن ناصر الحارثي",), "judge@studio.example", None, "", (), ())
ENTRY = TiedEntry(
    uuid4(), uuid4(), SQU.id, "قسم الإعلام",
    (
        PersonRow("member", ("مريم البلوشية", "Maryam Al Balushi"), "maryam@gmail.com"),
        PersonRow("supervisor", ("خالد الكندي", "Khalid Al Kindi"), "k.kindi@squ.edu.om"),
    ),
)  # fmt: skip


def ties_of(judge: TiedJudge, entry: TiedEntry = ENTRY, *, earlier: tuple[EarlierTie, ...] = ()) -> dict[str, object]:
    found = find_ties(TieRows((judge,), (entry,), (SQU, NIZWA), earlier))
    return {tie.source: tie.facts for tie in found}


def with_member(*names: str, email: str = "someone@gmail.com") -> TiedEntry:
    return replace(ENTRY, people=(PersonRow("member", names, email),))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("سالم بن ناصر الحارثي", "Salim Al-Harthi"),
        ("سالم الحارثي", "Salem bin Nasser Al Harthy"),
        ("أحمد بن سعيد المعمري", "احمد سعيد المعمرى"),
        ("فاطمة الهنائية", "فاطمه الهنائيه"),
        ("Aisha bint Khalfan Al Riyami", "عائشة بنت خلفان الريامية"),
        ("إبراهيم العبري", "Ibrahim Al Abri"),
        ("Hussain Al Lawati", "حسين اللواتي"),
    ],
)
def test_one_person_is_seen_however_the_name_is_spelt(mine: str, theirs: str):
    """R057."""
    assert ties_of(replace(JUDGE, names=(mine,)), with_member(theirs)) == {"member": {"by": "name"}}


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("سالم بن ناصر الحارثي", "مريم بنت علي الحارثية"),
        ("Salim Al Harthi", "Nasser Al Harthi"),
        ("محمد البلوشي", "محمد السيابي"),
        ("Harthi", "Salim Al Harthi"),
    ],
)
def test_a_family_name_or_a_first_name_alone_is_no_tie(mine: str, theirs: str):
    """R056."""
    assert ties_of(replace(JUDGE, names=(mine,)), with_member(theirs)) == {}


def test_a_family_name_with_the_same_institution_is_a_hint_beside_it():
    judge = replace(JUDGE, institution_id=SQU.id)

    assert ties_of(judge, with_member("مريم بنت علي الحارثي")) == {"institution": {"by": "register", "family": True}}
    assert ties_of(judge, with_member("مريم البلوشية")) == {"institution": {"by": "register"}}


@pytest.mark.parametrize("employer", ["جامعة السلطان قابوس", "Sultan Qaboos University, Muscat", "كلية الآداب، SQU"])
def test_an_employer_typed_freely_is_mapped_to_the_register(employer: str):
    """R058."""
    assert ties_of(replace(JUDGE, employers=(employer,))) == {"institution": {"by": "employer"}}


def test_an_employer_of_another_name_is_no_institution():
    assert ties_of(replace(JUDGE, employers=("شركة السلطان للإنتاج",))) == {}


def test_the_same_department_is_told_before_the_institution_whatever_its_spelling():
    judge = replace(JUDGE, institution_id=SQU.id, department="قسم الاعلام")

    assert ties_of(judge) == {"department": {"by": "register", "also": ["institution"]}}
    assert ties_of(replace(judge, department="قسم اللغة العربية")) == {"institution": {"by": "register"}}


def test_an_institution_left_lately_is_a_tie():
    assert ties_of(replace(JUDGE, past=("squ",))) == {"past-institution": {}}
    assert ties_of(replace(JUDGE, past=("nizwa",))) == {}


@pytest.mark.parametrize("email", ["x@squ.edu.om", "x@student.squ.edu.om"])
def test_an_address_of_the_institution_or_of_its_people_is_a_tie(email: str):
    assert ties_of(replace(JUDGE, email=email)) == {"e-mail-domain": {}}


@pytest.mark.parametrize("email", ["x@gmail.com", "x@unizwa.edu.om", "x@notsqu.edu.om"])
def test_a_domain_where_anybody_has_an_address_is_none(email: str):
    assert ties_of(replace(JUDGE, email=email)) == {}


def test_the_supervisor_is_found_by_address_and_by_name():
    assert ties_of(replace(JUDGE, email="k.kindi@squ.edu.om")) == {
        "supervisor": {"by": "email", "also": ["e-mail-domain"]}
    }
    assert ties_of(replace(JUDGE, names=("Khaled Al-Kindi",))) == {"supervisor": {"by": "name"}}


def test_a_tie_declared_in_an_earlier_edition_is_found_again_by_its_people():
    earlier = EarlierTie(JUDGE.person_id or uuid4(), frozenset({"maryam@gmail.com"}))

    assert ties_of(JUDGE, earlier=(earlier,)) == {"earlier": {}}
    assert ties_of(JUDGE, earlier=(replace(earlier, person_id=uuid4()),)) == {}
    assert ties_of(JUDGE, earlier=(replace(earlier, emails=frozenset({"other@gmail.com"})),)) == {}
