"""People, what they may act as, and the one-time links that were sent to them."""

from piccolo.table import Table

from storage.columns import flag, key, number, ref, text, when


class Person(Table, tablename="person"):
    """Somebody with an account, or invited to have one. ``email`` is folded (lower case, trimmed).

    From ``second_factor_at`` on, signing in also asks for a code.
    """

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
    second_factor_at = when(null=True)


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

    ``purpose`` is confirm, sign-in, second-factor, reset, invitation, member or supervisor; ``about`` the row it
    concerns, if any; of a confirmation, what was typed when the account was asked for.
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


class SecondFactor(Table, tablename="second_factor"):
    """What a person's application computes codes from.

    ``sealed`` is the shared secret, encrypted with the installation's; ``last_step`` the last half minute whose code
    was taken, since each is taken once.
    """

    id = key()
    person = ref("Person", "person", unique=True, cascade=True)
    sealed = text()
    last_step = number()
    begun_at = when()


class RecoveryCode(Table, tablename="recovery_code"):
    """A printed code that stands in once for the application; only its hash is kept."""

    id = key()
    person = ref("Person", "person", cascade=True)
    hash = text(unique=True)
    made_at = when()
    used_at = when(null=True)


class DeletionRequest(Table, tablename="deletion_request"):
    """A person's wish that what is held about them be deleted (index ``one_waiting_deletion``).

    ``edition`` is the one whose registrar sees it; ``state`` waiting, taken-back, declined (``answer`` says why), done.
    """

    id = key()
    person = ref("Person", "person")
    edition = ref("Edition", "edition")
    state = text()
    answer = text()
    asked_at = when()
    answered_at = when(null=True)
