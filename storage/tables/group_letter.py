"""What the committee wrote to a whole group; the letters themselves are rows of the queue."""

from piccolo.table import Table

from storage.columns import key, number, ref, text, when


class GroupLetter(Table, tablename="group_letter"):
    """One text in both languages to everybody of a group, as it stood when it was sent.

    ``audience`` is a group of ``storage.reads.committee.groups``; each letter's name begins with ``group:<id>:``.
    """

    id = key()
    edition = ref("Edition", "edition")
    audience = text()
    subject_ar = text()
    subject_en = text()
    body_ar = text()
    body_en = text()
    n_people = number()
    made_by = ref("Person", "person")
    made_at = when()
