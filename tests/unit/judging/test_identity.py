"""Names, addresses and numbers found in text; words that only look like them left alone."""

import pytest

from judging.identity.find import Piece, Trace, find_identities
from judging.identity.identities import Identities, Institution, Person
from judging.identity.people import Strength
from tests import mangle

SALIM = Person(
    names=("سالم بن راشد الهاشمي", "Salim Rashid Al Hashmi"),
    emails=("s.hashmi@student.example.edu",),
    phones=("+968 9234 5678",),
    numbers=("U20231457",),
    handles=("@salim.films",),
)
SUPERVISOR = Person(names=("مروة الشكيلي", "Marwa Al-Shukaili"), role="supervisor")
UNIVERSITY = Institution(names=("جامعة السلطان قابوس", "Sultan Qaboos University", "SQU"), domains=("squ.edu.om",))
ALL = Identities((SALIM, SUPERVISOR), (UNIVERSITY,), ("فريق الأفلاج",))


def traces(text: str) -> set[Trace]:
    found = find_identities([Piece(text, 1)], ALL)
    return {finding.trace for finding in found if finding.strength >= Strength.SOFT}


@pytest.mark.parametrize(
    "text",
    [
        "إعداد سالم الهاشمي",
        "سَالِم بن رَاشِد الهَاشِمي",
        "الهاشمي، سالم",
        "A film by Salem Al-Hashemi",
        "HASHMI, S.",
        "directed by S. Al Hashmi",
        "S a l i m   A l   H a s h m i",
        "salimalhashmi_final",
        "Marwah Shukaily",
        "بإشراف د. الشكيلي",
        "Supervisor: Dr. Shukaili",
        "يمشاهلا دشار نب ملاس",
        "وسالم الهاشمي",
    ],
)
def test_a_person_is_found(text: str):
    assert Trace.PERSON in traces(text)


@pytest.mark.parametrize(
    ("text", "trace"),
    [
        ("write to S.HASHMI@student.example.edu now", Trace.EMAIL),
        ("s.hashmi (at) student.example (dot) edu", Trace.EMAIL),
        ("s.hashmi @ student.example.edu", Trace.EMAIL),
        ("هاتف ٩٢٣٤٥٦٧٨", Trace.PHONE),
        ("tel 00968-9234-5678", Trace.PHONE),
        ("tel (+968) 92 34 56 78", Trace.PHONE),
        ("۹۲۳۴۵۶۷۸", Trace.PHONE),
        ("٨٧٦٥٤٣٢٩", Trace.PHONE),
        ("الرقم u20231457", Trace.NUMBER),
        ("U-2023 1457", Trace.NUMBER),
        ("follow @Salim.Films", Trace.HANDLE),
        ("instagram.com/salim.films", Trace.HANDLE),
        ("طلاب جامعة السلطان قابوس", Trace.INSTITUTION),
        ("بجامعة السُّلطان قابُوس", Trace.INSTITUTION),
        ("Sultan Qaboos  University", Trace.INSTITUTION),
        ("University of Sultan Qaboos", Trace.INSTITUTION),
        ("at SQU we", Trace.INSTITUTION),
        ("at S.Q.U. we", Trace.INSTITUTION),
        ("www.squ.edu.om/films", Trace.INSTITUTION),
        ("x@cs.squ.edu.om", Trace.INSTITUTION),
        ("سوباق ناطلسلا ةعماج", Trace.INSTITUTION),
        ("فريق الأفلاج يشكركم", Trace.WORD),
    ],
)
def test_whatever_points_at_someone_is_found(text: str, trace: Trace):
    assert trace in traces(text)


@pytest.mark.parametrize(
    "text",
    [
        "على سالم أن يعرف أن الرجل قال ذلك",
        "قال محمد لأحمد إن الفلج قديم",
        "Salim went to the market",
        "she said that the rash was mild",
        "the hash function and the salt",
        "السلطان قابوس رحمه الله",
        "a university in the sultanate",
        "squat and square",
        "call 12345678 or 92345679",
        "number 9234567812345678",
        "20231457 litres",
        "films by salim and others",
        "example.edu.om",
        "قنوات الأفلاج في عُمان",
        "",
        "\u200f\u0640\u064e",
    ],
)
def test_what_only_looks_like_it_asks_for_nothing(text: str):
    assert traces(text) == set()


def test_a_common_first_name_alone_is_told_softly():
    (finding,) = find_identities([Piece("قال سالم: الماء حياة", 1)], Identities((SALIM,)))
    assert finding.strength is Strength.FAINT


def test_an_excerpt_shows_the_words_around():
    (finding,) = find_identities([Piece("كتب هذا التقرير سالم الهاشمي في مسقط", "page 3")], Identities((SALIM,)))
    assert (finding.place, finding.excerpt) == ("page 3", "كتب هذا التقرير سالم الهاشمي في مسقط")


def test_one_person_is_told_once_a_place_and_in_every_place():
    pieces = [Piece("سالم الهاشمي، سالم راشد الهاشمي، Salim Al Hashmi", 1), Piece("سالم الهاشمي", 2)]
    assert [finding.place for finding in find_identities(pieces, Identities((SALIM,)))] == [1, 2]


def test_identities_survive_json():
    assert Identities.from_json(ALL.to_json()) == ALL


@pytest.mark.parametrize(("arabic", "latin"), mangle.PEOPLE, ids=lambda value: value if isinstance(value, str) else "")
def test_a_name_given_in_one_script_is_found_in_the_other(arabic: str, latin: tuple[str, ...]):
    for spelling in latin:
        there = find_identities([Piece(f"the study of {spelling} shows", 1)], Identities((Person(names=(arabic,)),)))
        back = find_identities([Piece(f"وقد شارك {arabic} في العمل", 1)], Identities((Person(names=(spelling,)),)))
        assert any(finding.strength >= Strength.SOFT for finding in there), spelling
        assert any(finding.strength >= Strength.SOFT for finding in back), spelling
