"""Signed-in devices, and counted attempts."""

from piccolo.table import Table

from storage.columns import key, number, ref, text, when


class WebSession(Table, tablename="web_session"):
    """One signed-in device. ``hash`` is the SHA-256 of the cookie's secret, which is not kept.

    ``grant`` is the role in which the person acts now; ``csrf`` the secret behind the form tokens.
    """

    id = key()
    hash = text(unique=True)
    person = ref("Person", "person", cascade=True)
    grant = ref("RoleGrant", "person", null=True)
    csrf = text()
    device = text()
    created_at = when()
    seen_at = when()
    expires_at = when()


class Attempt(Table, tablename="attempt"):
    """Counted tries in a window: sign-in by account or address, mails by account, certificate look-ups."""

    id = key()
    bucket = text(unique=True)
    window_at = when()
    tries = number()


class KeptForm(Table, tablename="kept_form"):
    """A form that came after its session had ended. ``owner`` is the mark of its person, which tells nobody's name.

    ``page`` is the address from which it was sent, without language; ``fields`` what was typed, as canonical JSON.
    """

    id = key()
    owner = text(unique=True)
    page = text()
    fields = text()
    kept_at = when()
