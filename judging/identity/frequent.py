"""Words around names, and names that so many people bear that one of them alone tells little."""

from __future__ import annotations

from judging.identity.folding import fold, settle, sounds

_JOINT_WORDS = """
al el bin ibn ben bint bent binti abu abou abo abi umm um de the of and for at
ال آل بن ابن بنت أبو أبي أبا أم ولد
"""
JOINTS = frozenset(fold(word) for word in _JOINT_WORDS.split())
"""Words between the parts of a name that are written or left out at will."""

_TITLE_WORDS = """
dr prof professor eng mr mrs ms miss by author authors student students supervisor supervised prepared presented team
د الدكتور الدكتورة دكتور دكتورة أ الأستاذ الأستاذة أستاذ م المهندس المهندسة إعداد الطالب الطالبة الطلاب الطالبات
الباحث الباحثة المشرف المشرفة إشراف بإشراف تقديم بقلم إخراج المؤلف
"""
TITLES = frozenset(fold(word) for word in _TITLE_WORDS.split())
"""Words after which even a common name means someone."""

_COMMON = """
محمد أحمد علي حسن حسين عبدالله عبدالرحمن عبدالعزيز عبدالملك عبدالكريم عبدالسلام عبدالحميد عبدالمجيد خالد سالم
سعيد سعود سليمان سلطان ناصر يوسف إبراهيم إسماعيل إسحاق يعقوب عيسى موسى يحيى زكريا داود هارون نوح آدم عمر عثمان
بكر طارق زياد زيد حمد حمود حميد راشد ماجد فهد فيصل تركي بدر بندر نايف صالح صلاح مصطفى محمود مسعود مبارك مهند
مازن مروان هيثم هاني هشام هلال جمال جميل كريم كامل كمال قاسم قيس وليد وائل وسام أمين أنس أنور أسامة أيمن أشرف
إيهاب باسل باسم بلال تامر ثامر جابر جاسم جعفر حاتم حارث حازم حمزة خليفة خليل خميس ربيع رامي رائد زاهر سامي سعد
سيف شهاب طلال طه عادل عامر عصام عماد عمار غسان فادي فارس فراس فؤاد لؤي مالك محسن مراد معاذ منذر منير نادر نبيل
نزار نعيم هادي ياسر ياسين جمعة عوض غالب مرهون الخطاب الحارث فاطمة عائشة خديجة مريم زينب سارة سلمى سعاد سميرة
سناء شيماء صفاء ضحى عبير علياء غادة فرح ليلى لينا لمى مها منى منال مروة ميساء نادية نجلاء ندى نور نورة نوال
هالة هبة هدى هند ولاء ياسمين أمل أمينة أماني إيمان إسراء آلاء آمنة أسماء بشرى بثينة تهاني جواهر حنان حليمة
دعاء دلال رحمة رقية رنا ريم ريهام زهرة زهراء سمية شمسة شيخة عزة عهود موزة ميمونة نعيمة وردة رضا صباح سمر سحر
"""
COMMON = frozenset(settle(fold(name)) for name in _COMMON.split())
_COMMON_SOUNDS = frozenset(key for name in _COMMON.split() for key in sounds(fold(name)))
_ENOUGH_SOUNDS = 3


def is_common(word: str) -> bool:
    """Whether a folded name is one of very many people's, or too short to tell anything alone."""
    if settle(word) in COMMON or len(word) <= _ENOUGH_SOUNDS:
        return True
    keys = sounds(word)
    return bool(keys & _COMMON_SOUNDS) or all(sum(map(str.isupper, key)) < _ENOUGH_SOUNDS for key in keys)


def has_common_sound(word: str) -> bool:
    """Whether a folded word, in either script, sounds like a name of very many people."""
    return bool(sounds(word) & _COMMON_SOUNDS)
