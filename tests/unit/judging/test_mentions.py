"""Whether a judge's note seems to name somebody: names as they look, not the names of a team."""

import pytest

from judging.identity.identities import Institution
from judging.identity.mentions import seems_to_name

UNIVERSITY = Institution(names=("جامعة السلطان قابوس", "Sultan Qaboos University"), domains=("squ.edu.om",))


@pytest.mark.parametrize(
    "text",
    [
        "يبدو أن الدكتور سامح أشرف على العمل",
        "عمل سالم الجابري واضح هنا: سالم بن حمد",
        "أظنه من أعمال فاطمة ناصر",
        "إعداد خالد، كما أظن",
        "أسلوب مريم السدرة معروف",
        "كأنه عمل عزّان الدروبي",
        "جمال الحوسني بارع في هذا",
        "Maryam Al-Sidra has done this before",
        "as Said bin Salim would",
        "This looks like the work of Ahmed Hassan to me",
        "I know Dr Whitfield taught this",
        "write to ahmed@example.com",
        "their account is @studio_falaj",
        "الجودة مألوفة في جامعة السلطان قابوس",
        "as usual from Sultan Qaboos University",
    ],
)
def test_what_looks_like_a_name_is_noticed(text: str):
    assert seems_to_name(text, (UNIVERSITY,))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "صورة قوية وإيقاع مدروس، ويحسن اختصار المنتصف.",
        "عمل جميل يمنح المشاهد الأمل",
        "أداء الطالب في المقابلات مقنع، والصوت واضح",
        "الإضاءة عند الفجر مميزة؛ نور خافت وهدى بصري",
        "A strong opening; the middle could be shorter.",
        "The team handled Ramadan nights in Muscat with care.",
        "جمال الصورة وكمال الفكرة يغطيان على الأخطاء، ونور الشمس باهر",
        "أسماء الشخصيات مسلم بها، وباسم الوطن يُختتم العمل صباح السبت",
        "شهد الفيلم تطورًا، وأحلام الشباب حاضرة في غدير الحكاية",
        "The view of Jabal Al-Akhdar and of Wadi Al Hawasina is superb.",
        "جامعة المعلومات في بداية الفيلم كثيرة",
    ],
)
def test_ordinary_notes_pass(text: str):
    assert not seems_to_name(text, (UNIVERSITY,))


def test_the_answer_does_not_depend_on_who_the_team_is():
    note = "I think that Mubaraka made this"

    assert seems_to_name(note) == seems_to_name(note, (UNIVERSITY,)) is False
