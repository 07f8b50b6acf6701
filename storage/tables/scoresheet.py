"""One judge on one entry: the sheet, its marks, every change of them, and private notes."""

from piccolo.table import Table

from storage.columns import key, number, ref, small, text, when


class ScoreSheet(Table, tablename="score_sheet"):
    """One judge's sheet on one entry: draft, sealed or set-aside. ``abstained`` holds the reason, if any."""

    id = key()
    assignment = ref("Assignment", "assignment", unique=True)
    state = text(index=True)
    revision = number()
    comment_team = text()
    comment_committee = text()
    abstained = text(null=True)
    opened_at = when(null=True)
    saved_at = when(null=True)
    sealed_at = when(null=True)


class Mark(Table, tablename="mark"):
    """The step one judge chose for one criterion of one score sheet.

    A sheet holds at most one mark per criterion (index ``one_mark_per_criterion``).
    """

    id = key()
    sheet = ref("ScoreSheet", "scoresheet")
    criterion = ref("Criterion", "rubric")
    step = small()
    made_at = when()


class MarkChange(Table, tablename="mark_change"):
    """A mark as it was and as it became, revision by revision without gaps (index ``one_change_per_revision``)."""

    id = key()
    sheet = ref("ScoreSheet", "scoresheet")
    criterion = ref("Criterion", "rubric", null=True)
    revision = number()
    field = text()
    before = text(null=True)
    after = text(null=True)
    made_at = when()


class PrivateNote(Table, tablename="private_note"):
    """A judge's own note at a moment of the work; nobody else sees it."""

    id = key()
    sheet = ref("ScoreSheet", "scoresheet", cascade=True)
    second = number(null=True)
    content = text()
    made_at = when()


class FileOpening(Table, tablename="file_opening"):
    """That a judge opened a file, so that unopened ones can be named before sealing (index ``one_opening``)."""

    id = key()
    sheet = ref("ScoreSheet", "scoresheet", cascade=True)
    file = ref("File", "file", cascade=True)
    opened_at = when()
