"""What judges mark: criteria with weights and four anchored levels, and the practice works."""

from piccolo.table import Table

from storage.columns import key, ref, small, text


class Criterion(Table, tablename="criterion"):
    """One line of a category's rubric. ``anchors_*`` are JSON lists, lowest level first."""

    id = key()
    category = ref("Category", "edition")
    slug = text()
    position = small()
    weight = small()
    name_ar = text()
    name_en = text()
    ask_ar = text()
    ask_en = text()
    anchors_ar = text()
    anchors_en = text()


class PracticeWork(Table, tablename="practice_work"):
    """An invented work that every judge of the edition marks before judging; never ranked."""

    id = key()
    edition = ref("Edition", "edition")
    position = small()
    category_slug = text()
    title_ar = text()
    title_en = text()
    text_ar = text()
    text_en = text()


class PracticeCriterion(Table, tablename="practice_criterion"):
    """A criterion on which the practice works are marked: the words are those of the common list."""

    id = key()
    edition = ref("Edition", "edition")
    slug = text()
    position = small()
    weight = small()
    name_ar = text()
    name_en = text()
    ask_ar = text()
    ask_en = text()
    anchors_ar = text()
    anchors_en = text()


class PracticeReference(Table, tablename="practice_reference"):
    """The reference step for one practice work and criterion, with its reason, shown after marking."""

    id = key()
    work = ref("PracticeWork", "rubric")
    criterion = ref("PracticeCriterion", "rubric")
    step = small()
    reason_ar = text()
    reason_en = text()


class PracticeMark(Table, tablename="practice_mark"):
    """A judge's step on a practice work."""

    id = key()
    work = ref("PracticeWork", "rubric")
    criterion = ref("PracticeCriterion", "rubric")
    judge = ref("Judge", "panel")
    step = small()
