"""Why a judge may not judge an entry."""

from piccolo.table import Table

from storage.columns import key, ref, text, when


class Conflict(Table, tablename="conflict"):
    """A tie between a judge and an entry (unique index ``one_conflict_per_pair``).

    ``state`` is proposed, held, confirmed or dismissed; ``source`` declared, institution, past-institution, department,
    supervisor, member, e-mail-domain, earlier or appeal. Only a confirmed or held one bars the pair, and the database
    itself refuses an assignment against it. ``facts`` says how the tie was seen, in codes that name nobody. ``note`` is
    the judge's own line, ``reason`` the committee's.
    """

    id = key()
    judge = ref("Judge", "panel")
    entry = ref("Entry", "entry")
    source = text()
    facts = text(null=True)
    kind = text()
    state = text(index=True)
    note = text()
    reason = text()
    made_at = when()
    decided_at = when(null=True)


class Independence(Table, tablename="independence"):
    """A judge's answer for one assignment, given before anything else: no tie, a tie, or not sure."""

    id = key()
    assignment = ref("Assignment", "assignment", unique=True)
    answer = text()
    answered_at = when()
