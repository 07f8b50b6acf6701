"""What a judge may be refused beyond the common refusals."""

from service.errors import Conflicting

__all__ = [
    "AnswerFirst",
    "CommentNeeded",
    "CriterionMissing",
    "PractiseFirst",
    "SheetHeld",
    "SheetSealed",
    "SheetSetAside",
]


class SheetSealed(Conflicting):
    """The sheet is sealed; only two committee members can reopen it."""

    code = "sheet-sealed"


class SheetSetAside(Conflicting):
    """The sheet is kept and no longer counts."""

    code = "sheet-set-aside"


class SheetHeld(Conflicting):
    """The project is held (or gone) because of a conflict of interest, or the judge abstained."""

    code = "sheet-held"


class AnswerFirst(Conflicting):
    """The judge has not said yet whether there is a conflict of interest."""

    code = "answer-first"


class PractiseFirst(Conflicting):
    """The judge has not marked every practice work yet, and no project either. ``n``: works that are left."""

    code = "practise-first"


class CriterionMissing(Conflicting):
    """Criteria without a mark: the sheet cannot be sealed. ``criteria`` holds their ids."""

    code = "criterion-missing"
    status = 422


class CommentNeeded(Conflicting):
    """A level that asks for a sentence has none."""

    code = "comment-needed"
    status = 422
