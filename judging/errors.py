"""What the numbers cannot answer, as typed values: a code and facts, never a sentence.

JudgingError
├── MarksError                  the marks themselves are at fault
│   ├── NoMarksError            there is nothing to compute from
│   ├── DuplicateMarkError      one judge marked one criterion of one entry twice
│   ├── MarkOutOfRangeError     a mark lies outside its criterion's range, or off its steps
│   ├── ForeignCriterionError    a mark on a criterion that its entry's category does not have
│   └── MarksShapeError         arrays that do not fit each other, or numbers that are none
├── RubricError                 weights or ranges that no score can be computed with
├── UnknownMethodError          no scoring method has this name
├── UnconvergedError            a fit did not settle; nothing plausible is given instead
└── AssignmentError             (grows in the assignment's own modules)
"""


class JudgingError(Exception):
    """The numbers cannot answer the question; ``code`` finds the words and ``facts`` fill them."""

    code = "judging"

    def __init__(self, **facts: float | str) -> None:
        super().__init__(self.code, facts)
        self.facts = facts


class MarksError(JudgingError):
    """The marks themselves are at fault."""

    code = "marks"


class NoMarksError(MarksError):
    """There is not one mark to compute from."""

    code = "marks.none"


class DuplicateMarkError(MarksError):
    """One judge marked one criterion of one entry twice; facts: the two rows, counted from 0."""

    code = "marks.duplicate"


class MarkOutOfRangeError(MarksError):
    """A mark lies outside the range its criterion declares; facts: row, value, minimum, maximum."""

    code = "marks.out-of-range"


class ForeignCriterionError(MarksError):
    """A mark on a criterion that belongs to another category than the entry's; facts: row, criterion."""

    code = "marks.foreign-criterion"


class MarksShapeError(MarksError):
    """Arrays of unequal length, negative indices, or values that are not finite; facts: what."""

    code = "marks.shape"


class RubricError(JudgingError):
    """Weights or ranges that no score can be computed with; facts: criterion, what."""

    code = "rubric"


class UnknownMethodError(JudgingError):
    """No scoring method has this name; nothing is fallen back to."""

    code = "method.unknown"


class UnconvergedError(JudgingError):
    """A fit did not settle within its limit of steps."""

    code = "fit.unconverged"


class AssignmentError(JudgingError):
    """The assignment of judges cannot be made as asked."""

    code = "assignment"
