"""The bridge from an entry to its people. Nothing that serves judges may reach this file."""

from piccolo.table import Table

from storage.columns import key, ref, small, text, when


class EntryOwner(Table, tablename="entry_owner"):
    """Who entered a project, and from which institution."""

    id = key()
    entry = ref("Entry", "entry", unique=True)
    lead = ref("Person", "person")
    institution = ref("Institution", "institution", null=True)
    department = text()
    academic_year = text()


class TeamMember(Table, tablename="team_member"):
    """A member of a team, who confirms by own link; the lead is the first and confirmed by entering."""

    id = key()
    entry = ref("Entry", "entry")
    person = ref("Person", "person", null=True)
    position = small()
    name_ar = text()
    name_en = text()
    email = text()
    invited_at = when(null=True)
    confirmed_at = when(null=True)


class Supervision(Table, tablename="supervision"):
    """The academic supervisor named for an entry, and the answer."""

    id = key()
    entry = ref("Entry", "entry", unique=True)
    person = ref("Person", "person", null=True)
    name_ar = text()
    name_en = text()
    email = text()
    asked_at = when(null=True)
    approved_at = when(null=True)
    returned_at = when(null=True)
    note = text()
