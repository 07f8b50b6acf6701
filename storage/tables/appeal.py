"""What a team asks and objects to, and what it is answered. Nothing that serves judges may reach this file."""

from piccolo.table import Table

from storage.columns import key, number, ref, small, text, when


class Question(Table, tablename="question"):
    """A team's question on its entry and its answer.

    ``kind`` is entry, outcome (one of these, while told) or withdrawal: a request that the registrar answers.
    """

    id = key()
    entry = ref("Entry", "entry")
    person = ref("Person", "person")
    kind = text()
    content = text()
    answer = text(null=True)
    asked_at = when()
    answered_at = when(null=True)


class HelpAnswer(Table, tablename="help_answer"):
    """A question that concerns all, rewritten without names with its answer, for the page of help."""

    id = key()
    edition = ref("Edition", "edition")
    question = ref("Question", "appeal", unique=True)
    question_ar = text()
    question_en = text()
    answer_ar = text()
    answer_en = text()
    made_at = when()


class Appeal(Table, tablename="appeal"):
    """A team's objection to the procedure, once an entry (unique index ``entry``).

    ``ground`` is score, conflict or procedure; ``state`` lodged, proposed or answered. ``verdict`` (upheld, dismissed)
    and ``answer`` are what ``proposed_by`` wrote; the team reads them once ``confirmed_by``, somebody else, agreed.
    ``left_out``: ids of the judges whose sheets the answer sets aside, as JSON; where the ground is a conflict of
    interest its ties say so instead.
    """

    id = key()
    entry = ref("Entry", "entry", unique=True)
    person = ref("Person", "person")
    ground = text()
    content = text()
    state = text(index=True)
    object_key = text(null=True)
    file_name = text(null=True)
    media_type = text(null=True)
    size = number(null=True)
    lodged_at = when()
    verdict = text(null=True)
    answer = text()
    proposed_by = ref("Person", "person", null=True)
    proposed_at = when(null=True)
    confirmed_by = ref("Person", "person", null=True)
    answered_at = when(null=True)
    left_out = text(null=True)


class ChosenComment(Table, tablename="chosen_comment"):
    """A judge's words to the team that the committee passes on, once a sheet; no row points at the judge's name."""

    id = key()
    entry = ref("Entry", "entry")
    sheet = ref("ScoreSheet", "scoresheet", unique=True)
    position = small()
    content = text()
    chosen_at = when()
