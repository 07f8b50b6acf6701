"""What is judged. No column here identifies anyone: ``EntryOwner`` points at the entry and nothing points back."""

from piccolo.table import Table

from storage.columns import flag, key, number, ref, small, text, when


class Entry(Table, tablename="entry"):
    """A project, as its entrants edit it now. Judges, receipts and eligibility read versions, never this draft.

    ``entry_number`` is for entrants and registrars, ``code_name`` for judges and committee (drawn when entries close).
    ``ai_slug`` names the chosen statement; ``rights`` and ``ai`` are null until answered. ``extended_to`` is a later
    deadline that the chair gave this entry alone.
    """

    id = key()
    edition = ref("Edition", "edition")
    category = ref("Category", "edition")
    entry_number = text(unique=True)
    code_name = text(null=True)
    state = text(index=True)
    revision = number()
    title_ar = text()
    title_en = text()
    abstract_ar = text()
    abstract_en = text()
    work_language = text()
    tags = text()
    duration_seconds = number(null=True)
    credits_start = number(null=True)
    rights = text(null=True)
    ai_slug = text(null=True)
    ai_text = text(null=True)
    created_at = when()
    saved_at = when()
    extended_to = when(null=True)


class EntryVersion(Table, tablename="entry_version"):
    """What was submitted, immutable but for the time at which its last file arrived.

    ``ordinal`` counts from 1 within the entry; ``files`` is a JSON list of file ids with material, name-free facts and
    digests; ``digest`` the SHA-256 over the canonical content, printed on the receipt.
    """

    id = key()
    entry = ref("Entry", "entry")
    ordinal = small()
    category = ref("Category", "edition")
    title_ar = text()
    title_en = text()
    abstract_ar = text()
    abstract_en = text()
    work_language = text()
    tags = text()
    duration_seconds = number(null=True)
    credits_start = number(null=True)
    rights = text()
    ai_slug = text(null=True)
    ai_text = text()
    files = text()
    digest = text()
    submitted_at = when()
    complete_at = when(null=True)
    is_current = flag()


class EligibilityCheck(Table, tablename="eligibility_check"):
    """The registrar's decision on a submitted entry: admitted, returned with a date, or excluded by a rule.

    ``answers`` is JSON of rule → whether it is met, where the registrar went through the rules.
    """

    id = key()
    entry = ref("Entry", "entry")
    decision = text()
    rule = ref("EligibilityRule", "edition", null=True)
    reason = text()
    due_at = when(null=True)
    decided_at = when()
    answers = text(null=True)
