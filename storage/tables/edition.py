"""One running of the competition: its rules, dates, categories and honours, all of it data."""

from piccolo.table import Table

from storage.columns import big, flag, key, number, ref, small, text, when


class Edition(Table, tablename="edition"):
    """One running of the competition.

    ``honour_threshold`` is in tenths of a point (700 is 70.0); ``comment_levels`` a JSON list of levels that ask for a
    sentence; ``notice_*`` a sentence shown on every page (a demonstration says there that its data are invented);
    ``may_share``: whether a place may go to two entries. ``differ_points``: from how many points of a hundred between
    two reviews of an entry judges are said to differ;
    ``appeals_days`` null where the rules have no appeals; ``fingerprint`` the SHA-256 of the rules, sealed at opening.
    """

    id = key()
    slug = text(unique=True)
    state = text(index=True)
    name_ar = text()
    name_en = text()
    short_ar = text()
    short_en = text()
    theme_ar = text()
    theme_en = text()
    notice_ar = text(null=True)
    notice_en = text(null=True)
    limits_notice_ar = text(null=True)
    limits_notice_en = text(null=True)
    time_zone = text()
    contact_email = text()
    max_members = small()
    max_entries_per_student = small()
    abstract_min_words = small()
    abstract_max_words = small()
    steps = small()
    judges_per_entry = small()
    max_entries_per_judge = small()
    honour_threshold = small()
    comment_levels = text()
    upload_grace_minutes = number()
    appeals_days = small(null=True)
    minutes_per_entry = small()
    break_after_entries = small()
    may_share = flag(default=True)
    differ_points = small(default=25)
    fingerprint = text(null=True)
    publish_at = when(null=True)
    published_at = when(null=True)
    created_at = when()


class TimelineDate(Table, tablename="timeline_date"):
    """A named date of an edition: ``slug`` is open, questions, deadline, judging, notice, publish and so on."""

    id = key()
    edition = ref("Edition", "edition")
    slug = text()
    position = small()
    at = when()
    until = when(null=True)
    name_ar = text()
    name_en = text()


class DeadlineExtension(Table, tablename="deadline_extension"):
    """The deadline moved by the chair, with its reason: shown on every page, never erased."""

    id = key()
    edition = ref("Edition", "edition")
    from_at = when()
    to_at = when()
    reason = text()
    made_at = when()


class RuleChange(Table, tablename="rule_change"):
    """A sealed rule changed after the opening, with its reason: shown to judges and public, never erased.

    ``kind`` says which sort of line changed, ``name_*`` which one; ``changes`` is a JSON list of
    ``[field, before, after]``. The fingerprints are those of all the rules before and after it.
    """

    id = key()
    edition = ref("Edition", "edition")
    kind = text()
    name_ar = text()
    name_en = text()
    changes = text()
    reason = text()
    fingerprint_before = text()
    fingerprint_after = text()
    made_at = when()


class EligibilityRule(Table, tablename="eligibility_rule"):
    """One numbered condition of taking part; ``only_for`` names the category it is for, null for every one."""

    id = key()
    edition = ref("Edition", "edition")
    slug = text()
    position = small()
    only_for = text(null=True)
    text_ar = text()
    text_en = text()


class Honour(Table, tablename="honour"):
    """A place, a mention or a prize that may be given; ``place`` is null for mentions and prizes across categories."""

    id = key()
    edition = ref("Edition", "edition")
    slug = text()
    position = small()
    place = small(null=True)
    is_per_category = flag()
    amount_omr = number()
    name_ar = text()
    name_en = text()


class ScaleLevel(Table, tablename="scale_level"):
    """A level of the edition's scale and the steps that belong to it."""

    id = key()
    edition = ref("Edition", "edition")
    level = small()
    first_step = small()
    last_step = small()
    name_ar = text()
    name_en = text()


class Category(Table, tablename="category"):
    """What an entry competes in. ``prefix`` begins its code names (DOC-417)."""

    id = key()
    edition = ref("Edition", "edition")
    slug = text()
    prefix = text()
    position = small()
    name_ar = text()
    name_en = text()
    about_ar = text()
    about_en = text()


class Material(Table, tablename="material"):
    """A file that a category asks for, with its limits; null means no limit.

    ``formats`` is a JSON list of format names; ``audience`` is judges or committee.
    """

    id = key()
    category = ref("Category", "edition")
    slug = text()
    position = small()
    name_ar = text()
    name_en = text()
    rule_ar = text()
    rule_en = text()
    formats = text()
    audience = text()
    is_required = flag()
    max_files = small()
    max_bytes = big()
    min_pages = number(null=True)
    max_pages = number(null=True)
    min_seconds = number(null=True)
    max_seconds = number(null=True)
    min_words = number(null=True)
    max_words = number(null=True)
    min_width = number(null=True)
    min_height = number(null=True)


class Expertise(Table, tablename="expertise"):
    """A field in which a judge is at home and which an entry may ask for."""

    id = key()
    edition = ref("Edition", "edition")
    slug = text()
    name_ar = text()
    name_en = text()


class AiStatement(Table, tablename="ai_statement"):
    """A ready wording that an entrant may choose for the statement on AI tools."""

    id = key()
    edition = ref("Edition", "edition")
    slug = text()
    position = small()
    text_ar = text()
    text_en = text()
