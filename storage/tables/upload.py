"""Files on their way in, under the names that their owners gave them."""

from piccolo.table import Table

from storage.columns import big, key, number, ref, text, when


class Upload(Table, tablename="upload"):
    """One file being sent for one material of an entry.

    ``digests`` is a JSON list with the SHA-256 of each part, registered before the first byte; ``commitment`` the
    SHA-256 over them; ``store_upload`` the object store's own name for the multipart upload; ``findings`` the
    inspection's report as JSON, for the entrant; ``missing`` a JSON list of parts to send again.
    """

    id = key()
    entry = ref("Entry", "entry")
    material = ref("Material", "edition")
    file = ref("File", "file", null=True)
    person = ref("Person", "person")
    state = text(index=True)
    name = text()
    object_key = text()
    store_upload = text()
    size = big()
    part_size = big()
    digests = text()
    commitment = text()
    sha256 = text(null=True)
    findings = text(null=True)
    missing = text(null=True)
    attempts = number()
    committed_at = when()
    completed_at = when(null=True)
    inspected_at = when(null=True)
