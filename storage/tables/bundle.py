"""What is given out of a decided edition so that anybody may compute it again."""

from piccolo.table import Table

from storage.columns import key, ref, text, when


class ResultsBundle(Table, tablename="results_bundle"):
    """A results bundle as it was given: canonical JSON without people, and the SHA-256 of its bytes.

    ``subject`` is the fingerprint of the runs and decisions that it tells of: a bundle of other decisions is stale.
    """

    id = key()
    edition = ref("Edition", "edition")
    content = text()
    sha256 = text()
    subject = text()
    made_at = when()
