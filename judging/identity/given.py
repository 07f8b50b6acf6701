"""Given names before a family name, as a note to a team would hold them: «سالم الجابري», "Maryam Al-Sidra".

A family name of the Gulf begins with "ال"; in Arabic very many ordinary words do too. So a given name that is no
ordinary word names somebody before any of them; one that is also a word («جمال», «أمل») only before a family name of
its gender.
"""

import re

from judging.identity.folding import fold, settle
from judging.identity.frequent import COMMON

__all__ = ["has_latin_family_name", "precedes_family_name"]

_ALSO_GIVEN = """
أثير أحلام أروى أريج أزهار أسيل أصيلة أفراح أفنان ألطاف أميرة أنوار أيهم أيوب ابتسام ابتهال اعتدال البراء الحسن الحسين
العنود المؤيد المعتصم المنذر اليقظان انتصار باقر بتول بخيت بخيتة بدرية بدور براء بركات بسام بلعرب تسنيم تغريد تماضر
ثابت ثرياء ثريا ثويني جلال جليلة جميلة جميل جواد جوخة حارب حامد حبيب حبيبة حسام حسناء حفيظ حمدان حمدة حميدة حمير حنين
خالصة خصيب خلفان خلود خليفة خميسة خولة درويش ذكرى ذياب راشدة راية رابعة رجاء رحاب رحيمة رزان رشا رغد رفيف رهف روان
روضة زاهرة زايد زبيدة زكية زهير زوينة زيانة سعدية سعيدة سكينة سلام سلامة سلوى سليم سهام سهيل سهيلة سيف شادية شامسة
شاهين شذى شروق شريفة شعيب شهد شهلاء شوق شيخان صبرا صفية صقر طالب طاهر طيف ظافر عائدة عاصم عبدالحكيم عبدالخالق
عبدالرزاق عبدالغني عبدالفتاح عبدالقادر عبداللطيف عبدالمنعم عبدالواحد عبدالوهاب عبود عدنان عزان علاء عهد عيد غالية غدير
غصن غنية غيث فائزة فاتن فاضل فايزة فضيلة فوزية فيض قحطان قصي كلثوم كوثر لجين لطيفة لقمان لميس مؤمنة ماجدة ماهر مبارك
محفوظ محفوظة مديحة مرام مسلم مشاري مشاعل مطر معتصم مكتوم ملاك منصور موسى مياء ميثاء ناصرة نبراس نجاة نجود نجيب نسيبة
نصراء نصر نضال نهى نوف هاجر هزاع أسعد إيلاف جمانة دانة رنيم سندس غلا ليان ليث محاد ميار نصار هنادي ابتهاج رؤى مودة
هلالة هود هيا هيام وجدان وداد وصال وضاح وضحى وفاء وهيب يزن يسرى يعرب يقين يمنى
"""
_HIS = """
أمين أنور باسم بدر ثابت جابر جلال جمال جميل جواد حارس حازم حامد حبيب حسام حسن حميد خالص خليل خميس درويش راشد رائد ربيع
زاهر زيد سامي سعد سعيد سلطان سليم سيف شاهين شهاب صالح صباح صقر صلاح طارق طالب طاهر عاصم عادل عامر علاء علي عماد عوض
عيد غالب غصن غيث فارس فاضل فؤاد قاسم قيس كامل كريم كمال ماجد مالك ماهر مبارك محسن محفوظ محمود مراد مسعود مسلم مصطفى
مطر منصور منير نادر ناصر نايف نبراس نبيل نجيب نزار نصر نضال نعيم نور هادي هلال وسام وضاح وليد يقين
"""
"""Men's names that are ordinary words too; the family name after one ends in ي."""

_HERS = """
أثير أحلام أريج أزهار أسماء أصيلة أفراح ألطاف أمل أماني أمينة أميرة أنوار إيمان ابتسام ابتهاج ابتهال اعتدال انتصار
بدرية بدور براء بركات بشرى جليلة جمعة جميلة جواهر حبيبة حسناء حنان حنين خالصة خلود خليفة دعاء دلال ذكرى راشدة راية
رابعة رجاء رحاب رحمة رضا رغد رؤى روضة زاهرة زكية زهرة سحر سعيدة سكينة سمر سناء شروق شريفة شهد شمسة شوق
شيماء صباح صفاء صفية ضحى طيف عبير عهد عهود غادة غالية غدير غنية فائزة فاتن فرح فضيلة فيض كوثر لطيفة ماجدة محفوظة مرام
مشاعل ملاك منى منال مودة نادرة نادية نجاة ندى نعيمة نوال نور هالة هبة هدى وجدان وداد وردة وصال وفاء ولاء ياسمين يقين
"""
"""Women's names that are ordinary words too; the family name after one ends in ية."""

_NO_FAMILY = """
الأغنية الأغلبية الأهمية البداية البشرية البلدية البيئية التجربة التربية التقنية الثانية الجدية الجزئية الجمالية
الحرية الحكاية الحيوية الخلفية الذاتية الرؤية الرعاية الرمزية الرواية الشخصية الشعبية العربية العفوية العملية العناية
الغاية الفنية القرية القصصية القضية الكتابة الكلية المأساوية المسؤولية المسرحية المصداقية المهنية الموسيقية النهاية
النوعية الهداية الهوية الواقعية الوطنية الإنسانية
"""
"""Ordinary words in the form of a family name that come after such a word."""

_GIVEN = COMMON | {settle(fold(name)) for name in _ALSO_GIVEN.split()}
_MEN = frozenset(settle(fold(name)) for name in _HIS.split())
_WOMEN = frozenset(settle(fold(name)) for name in _HERS.split())
_ORDINARY = frozenset(_NO_FAMILY.split())
_NEVER = frozenset({"على", "إلا", "الا", "ولا", "الى", "إلى"})
"""Ordinary words that folding makes equal to a name."""

_FAMILY = re.compile(r"ال\w{3,}")
_OF_A_MAN = re.compile(r"ال\w{2,}ي")
_OF_A_WOMAN = re.compile(r"ال\w{2,}ي[ةه]")
_LATIN = re.compile(r"\b([A-Z][\w'’]+)\s+(?:Al|El|Bin|bin|bint|Bint|Ibn|ibn)[-\s]\s?[A-Z]\w+")
_PLACES = frozenset(
    {
        *("Jabal", "Jebel", "Wadi", "Umm", "Ras", "Bait", "Bayt", "Souq", "Sur", "Nizwa", "Qasr", "Hisn", "Muscat"),
        *("The", "In", "At", "From", "Of", "And"),
    }
)


def precedes_family_name(given: str, family: str) -> bool:
    """Say whether two Arabic words side by side look like a given name and a family name."""
    folded = settle(fold(given))
    if given in _NEVER or folded not in _GIVEN or family in _ORDINARY:
        return False
    if folded not in _MEN | _WOMEN:
        return _FAMILY.fullmatch(family) is not None
    is_his = folded in _MEN and _OF_A_MAN.fullmatch(family) is not None
    return is_his or (folded in _WOMEN and _OF_A_WOMAN.fullmatch(family) is not None)


def has_latin_family_name(text: str) -> bool:
    """Say whether a name like "Maryam Al-Sidra" stands in a text; a place like "Jabal Al-Akhdar" is none."""
    return any(found[1] not in _PLACES for found in _LATIN.finditer(text))
