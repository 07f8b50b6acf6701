"""Rounds of judging and the judges who serve in them."""

from piccolo.table import Table

from storage.columns import flag, key, ref, small, text, when


class Round(Table, tablename="round"):
    """One stage of judging of an edition. ``seed`` makes its draws reproducible; times are its opening and close.

    ``reminder_days`` is a JSON list of days before the close; NULL stands for the usual ones. ``academics_least`` and
    ``practitioners_least``: how many judges of each kind an entry must have. ``institution_once``: no two judges of an
    institution for an entry. ``team_once``: no two entries of a team for a judge.
    """

    id = key()
    edition = ref("Edition", "edition")
    ordinal = small()
    state = text(index=True)
    reviews_per_entry = small()
    opens_at = when()
    closes_at = when()
    seed = text()
    method = text()
    reminder_days = text(null=True)
    academics_least = small(default=0)
    practitioners_least = small(default=0)
    institution_once = flag(default=True)
    team_once = flag(default=True)


class Judge(Table, tablename="judge"):
    """A person's service as a judge in one edition. ``kind`` is academic or practitioner.

    ``languages``, ``expertise`` and ``past`` (slugs of institutions left within five years) are JSON lists.
    """

    id = key()
    edition = ref("Edition", "edition")
    person = ref("Person", "person")
    kind = text()
    institution = ref("Institution", "institution", null=True)
    title_ar = text()
    title_en = text()
    employer_ar = text()
    employer_en = text()
    department = text(null=True)
    languages = text()
    expertise = text()
    past = text()
    max_entries = small()
    order_seed = text()
    is_active = flag(default=True)
    guide_read_at = when(null=True)


class PanelMember(Table, tablename="panel_member"):
    """A judge who serves in a category of a round (unique index ``one_seat_per_judge``).

    ``max_entries``: the most entries of the category; NULL where the judge's limit in all is the only one.
    """

    id = key()
    round = ref("Round", "panel")
    category = ref("Category", "edition")
    judge = ref("Judge", "panel")
    max_entries = small(null=True)


class JudgeCertificate(Table, tablename="judge_certificate"):
    """The committee's thanks to a judge who served (one a judge); ``code`` is what anybody may verify (unique).

    It holds the judge's own name as it stood at publication, and nothing that leads to a project.
    """

    id = key()
    edition = ref("Edition", "edition")
    judge = ref("Judge", "panel", unique=True)
    code = text(unique=True)
    name_ar = text()
    name_en = text()
    issued_at = when()
