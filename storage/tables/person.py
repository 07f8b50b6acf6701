"""People, what they may act as, and the one-time links that were sent to them."""

from piccolo.table import Table

from storage.columns import flag, key, ref, text, when


class Person(Table, tablename="person"):
    """Somebody with an account, or invited to have one. ``email`` is folded (lower case, trimmed)."""

    id = key()
    email = text(unique=True)
    name_ar = text()
    name_en = text()
    password_hash = text(null=True)
    language = text()
    digits = text()
    theme = text()
    is_confirmed = flag()
    created_at = when()


class RoleGrant(Table, tablename="role_grant"):
    """A role or committee duty held in one edition (in all of them where ``edition`` is null)."""

    id = key()
    person = ref("Person", "person")
    edition = ref("Edition", "edition", null=True)
    role = text()
    granted_at = when()
    revoked_at = when(null=True)


class Token(Table, tablename="token"):
    """A single-use secret that was mailed: only its hash is kept.

    ``purpose`` is confirm, sign-in, reset, invitation, member or supervisor; ``about`` the row it concerns, if any.
    """

    id = key()
    hash = text(unique=True)
    purpose = text()
    email = text()
    person = ref("Person", "person", null=True)
    about = text(null=True)
    created_at = when()
    expires_at = when()
    used_at = when(null=True)
