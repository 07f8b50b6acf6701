"""Files as they stand after inspection, without the names that people gave them."""

from piccolo.table import Table

from storage.columns import big, key, number, ref, small, text, when


class File(Table, tablename="file"):
    """A file of an entry: committed from the start, ready once its bytes arrived and passed inspection.

    ``object_key`` holds the original, for the committee; ``judge_key`` the rebuilt copy, the only one judges get, and
    ``light_key`` the same film made lighter by the operator, for slow lines.
    """

    id = key()
    entry = ref("Entry", "entry")
    material = ref("Material", "edition")
    state = text(index=True)
    position = small()
    media_type = text()
    size = big()
    sha256 = text(null=True)
    commitment = text()
    object_key = text()
    judge_key = text(null=True)
    judge_media_type = text(null=True)
    judge_size = big(null=True)
    light_key = text(null=True)
    light_media_type = text(null=True)
    light_size = big(null=True)
    poster_key = text(null=True)
    poster_media_type = text(null=True)
    pages = number(null=True)
    seconds = number(null=True)
    width = number(null=True)
    height = number(null=True)
    words = number(null=True)
    created_at = when()


class FilePage(Table, tablename="file_page"):
    """A page of a document as a picture with its text: what the viewer shows."""

    id = key()
    file = ref("File", "file", cascade=True)
    page = small()
    object_key = text()
    media_type = text()
    width = number()
    height = number()
    content = text()


class IdentityFinding(Table, tablename="identity_finding"):
    """A place where a name or institution may stand: shown to the entrant and to the committee, never to judges.

    ``state`` is open until the registrar confirms or dismisses it; ``reason`` is the registrar's, for a dismissal.
    """

    id = key()
    file = ref("File", "file", null=True, cascade=True)
    entry = ref("Entry", "entry")
    code = text()
    place = text()
    excerpt = text()
    state = text()
    reason = text(null=True)
    decided_at = when(null=True)
    found_at = when()
