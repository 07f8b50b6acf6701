"""A name stands wherever it was put, whatever was done to it; text without it is left alone."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from judging.identity.find import Piece, Trace, find_identities
from judging.identity.folding import fold, settle, tidy
from judging.identity.identities import Identities, Person
from judging.identity.people import Strength
from tests import mangle

FIRST = (
    "محمد",
    "أحمد",
    "سالم",
    "فاطمة",
    "مريم",
    "لؤي",
    "آلاء",
    "عبدالله",
    "إبراهيم",
    "يوسف",
    "خديجة",
    "هيثم",
    "ثريا",
    "شيخة",
    "وليد",
)
FATHER = ("علي", "سعيد", "ناصر", "خميس", "هلال", "طارق", "مصطفى", "يحيى", "عيسى", "سليمان")
FAMILY = (
    *("الحارثي", "المعولي", "الرواحية", "اللواتي", "الكلبانية", "الإسماعيلي", "الزدجالية", "الغافري", "الشكيلية"),
    *("الهنائي", "البلوشي", "الأنصاري", "القطيطي", "الوهيبي", "آل سعيد", "الذهلي", "الظفري", "الضامري"),
)
names = st.builds("{} بن {} {}".format, st.sampled_from(FIRST), st.sampled_from(FATHER), st.sampled_from(FAMILY))
BEFORE = (
    "تناول المشروع أثر المياه على الزراعة وقد اعتمد",
    "وفي هذا الفصل نعرض ما قام به",
    "صورة رقم ٤ من عمل",
    "The field work was done by",
)
AFTER = ("في جمع البيانات وتحليلها خلال العام.", "لا غير، والله الموفق.", "على مراحل ثلاث", "during the first term.")


@given(
    name=names,
    how=st.sampled_from(mangle.ARABIC),
    seed=st.integers(0, 2**16),
    left=st.sampled_from(BEFORE),
    right=st.sampled_from(AFTER),
)
def test_a_mangled_name_is_found(name: str, how, seed: int, left: str, right: str):
    text = f"{left} {how(name, Random(seed))} {right}"  # noqa: S311 - nothing secret

    found = find_identities([Piece(text, 1)], Identities((Person(names=(name,)),)))

    assert any(each.trace is Trace.PERSON and each.strength >= Strength.SOFT for each in found)


def test_a_name_of_little_but_alefs_and_lams_is_found_run_together():
    found = find_identities(
        [Piece("وقد اعتمد آلاءبنهلالالحارثي في جمع البيانات", 1)],
        Identities((Person(names=("آلاء بن هلال الحارثي",)),)),
    )

    assert [each.strength for each in found] == [Strength.STRONG]


@given(name=names, other=names, left=st.sampled_from(BEFORE), right=st.sampled_from(AFTER))
def test_someone_else_is_not_taken_for_them(name: str, other: str, left: str, right: str):
    mine, theirs = set(name.split()), set(other.split())
    if mine & theirs - {"بن"}:
        return

    found = find_identities([Piece(f"{left} {other} {right}", 1)], Identities((Person(names=(name,)),)))

    assert [each for each in found if each.strength is Strength.STRONG] == []


@given(text=st.text(max_size=200))
def test_any_text_can_be_searched(text: str):
    person = Person(
        ("سالم الهاشمي", "Salim Al Hashmi"), ("a@b.example",), ("+96892345678",), ("U20231457",), ("@salim_h",)
    )
    for finding in find_identities([Piece(text, 1)], Identities((person,))):
        assert finding.excerpt


@given(text=st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str):
    assert tidy(tidy(text)) == tidy(text)
    assert settle(fold(settle(fold(tidy(text))))) == settle(fold(tidy(text)))
