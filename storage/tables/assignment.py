"""Judges asked to judge entries."""

from piccolo.table import Table

from storage.columns import key, ref, small, text, when


class AssignmentRun(Table, tablename="assignment_run"):
    """A computed proposal for a round: its parameters, seed, inputs' hash and quality, as canonical JSON."""

    id = key()
    round = ref("Round", "panel")
    ordinal = small()
    state = text()
    seed = text()
    parameters = text()
    inputs_hash = text()
    quality = text()
    made_at = when()
    published_at = when(null=True)


class Assignment(Table, tablename="assignment"):
    """One judge asked to judge one entry (unique index ``one_assignment_per_pair``).

    ``state`` is proposed, published or removed; ``position`` the place of the entry in the judge's own order;
    ``reasons`` a JSON list of codes with facts. ``due_at`` is the last moment of a follow-up review, which the round's
    own close does not end; all other pairs have none.
    """

    id = key()
    round = ref("Round", "panel")
    run = ref("AssignmentRun", "assignment", null=True)
    entry = ref("Entry", "entry")
    judge = ref("Judge", "panel")
    state = text(index=True)
    position = small()
    reasons = text()
    made_at = when()
    due_at = when(null=True)
    removed_at = when(null=True)
    removal = text(null=True)
