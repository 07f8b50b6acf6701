"""What members of the committee ask of each other, and where they step aside. Nothing that serves judges reads this."""

from piccolo.table import Table

from storage.columns import key, ref, text, when


class JointRequest(Table, tablename="joint_request"):
    """An act that takes two people: asked for by one with a reason, done once another agrees.

    ``matter`` is unmask, reopen-sheet, exclude, preview-names or reopen-method; ``subject`` the id of the entry, sheet,
    edition or round; ``facts`` JSON of what else the act needs; ``state`` waiting, agreed or declined. One waits for
    each matter and subject at a time (index ``one_waiting_request``).
    """

    id = key()
    edition = ref("Edition", "edition")
    matter = text()
    subject = text(index=True)
    facts = text()
    reason = text()
    state = text()
    asked_by = ref("Person", "person")
    asked_at = when()
    answered_by = ref("Person", "person", null=True)
    answered_at = when(null=True)


class MemberConflict(Table, tablename="member_conflict"):
    """A member's tie to an entry: from then on its category's scores, ranks and totals are closed to them.

    Unique index ``one_tie_per_member``.
    """

    id = key()
    person = ref("Person", "person")
    entry = ref("Entry", "entry")
    kind = text()
    note = text()
    made_at = when()
