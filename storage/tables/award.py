"""What was published: the only result rows that public pages read."""

from piccolo.table import Table

from storage.columns import flag, key, ref, small, text, when


class Award(Table, tablename="award"):
    """A published honour, frozen as the public sees it. ``slug`` names its page and is made from the title.

    ``team`` is a JSON list of names in both languages, in the order that the team chose; ``player_key`` a film or sound
    that may be played, ``captions_key`` its captions (WebVTT).
    """

    id = key()
    edition = ref("Edition", "edition")
    category = ref("Category", "edition", null=True)
    honour = ref("Honour", "edition")
    entry = ref("Entry", "entry")
    position = small()
    place = small(null=True)
    is_shared = flag()
    slug = text()
    title_ar = text()
    title_en = text()
    abstract_ar = text()
    abstract_en = text()
    institution_ar = text()
    institution_en = text()
    supervisor_ar = text()
    supervisor_en = text()
    team = text()
    citation_ar = text()
    citation_en = text()
    picture_key = text(null=True)
    picture_media_type = text(null=True)
    player_key = text(null=True)
    player_media_type = text(null=True)
    captions_key = text(null=True)
    published_at = when()


class Publication(Table, tablename="publication"):
    """An edition's publication: its frozen public figures (JSON), the bundle's fingerprint and the log's last link."""

    id = key()
    edition = ref("Edition", "edition", unique=True)
    figures = text()
    bundle_hash = text()
    audit_head = text()
    published_at = when()


class Announcement(Table, tablename="announcement"):
    """The first step of a publication in two: who is honoured, before anybody learns which place.

    ``content`` is JSON of the honoured by category and title, without places, frozen at ``announced_at``; null before.
    """

    id = key()
    edition = ref("Edition", "edition", unique=True)
    due_at = when()
    content = text(null=True)
    announced_at = when(null=True)


class Certificate(Table, tablename="certificate"):
    """A member's certificate of a published award; ``code`` is what anybody may verify (unique).

    Withdrawn ones stay, with the moment and the reason, so that verifying tells of the withdrawal.
    """

    id = key()
    edition = ref("Edition", "edition")
    award = ref("Award", "award")
    position = small()
    code = text(unique=True)
    name_ar = text()
    name_en = text()
    issued_at = when()
    withdrawn_at = when(null=True)
    withdrawn_reason = text()
