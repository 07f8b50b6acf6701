"""Frozen ranking runs, and what the committee decided on them."""

from piccolo.table import Table

from storage.columns import flag, key, number, ref, small, text, when


class RankingRun(Table, tablename="ranking_run"):
    """A computed ranking: inputs' hash, parameters, versions, seed and output, never updated. A new run supersedes.

    ``inputs``, ``parameters``, ``versions`` and ``output`` are canonical JSON; ``inputs_hash`` and ``output_hash`` are
    the SHA-256 of ``inputs`` and ``output``.
    """

    id = key()
    round = ref("Round", "panel")
    ordinal = small()
    method = text()
    inputs = text()
    inputs_hash = text()
    parameters = text()
    versions = text()
    seed = text()
    output = text()
    output_hash = text()
    made_at = when()


class RankedEntry(Table, tablename="ranked_entry"):
    """An entry's line in a run, for lists and sorting; scores in millionths of a point."""

    id = key()
    run = ref("RankingRun", "result")
    entry = ref("Entry", "entry")
    category = ref("Category", "edition")
    rank = small()
    score = number()
    raw_mean = number()
    reviews = small()


class Decision(Table, tablename="decision"):
    """The committee's decision on one category of a round. ``state`` is open or approved; ``minutes`` JSON."""

    id = key()
    round = ref("Round", "panel")
    category = ref("Category", "edition")
    run = ref("RankingRun", "result")
    state = text()
    present = text()
    minutes = text()
    opened_at = when()
    approved_at = when(null=True)


class DecisionSignature(Table, tablename="decision_signature"):
    """A member's signature under a decision (index ``one_signature_per_member``)."""

    id = key()
    decision = ref("Decision", "result")
    person = ref("Person", "person")
    signed_at = when()


class Outcome(Table, tablename="outcome"):
    """What was decided about an entry in a round: honoured, advanced or none (index ``one_outcome_per_entry``)."""

    id = key()
    decision = ref("Decision", "result")
    entry = ref("Entry", "entry")
    kind = text()
    honour = ref("Honour", "edition", null=True)
    is_shared = flag()
    computed_rank = small()
    reason = text()
    citation_ar = text()
    citation_en = text()


class Motion(Table, tablename="motion"):
    """A motion put in the session of a decision. ``verdict`` is carried or lost, once it is closed."""

    id = key()
    decision = ref("Decision", "result")
    person = ref("Person", "person")
    content = text()
    made_at = when()
    closed_at = when(null=True)
    verdict = text(null=True)


class Ballot(Table, tablename="ballot"):
    """One member's word on a motion: for, against or abstain (index ``one_ballot_per_member``)."""

    id = key()
    motion = ref("Motion", "result")
    person = ref("Person", "person")
    choice = text()
    cast_at = when()


class EntryComment(Table, tablename="entry_comment"):
    """What a member of the committee wrote on an entry, for the record; never changed, never removed."""

    id = key()
    entry = ref("Entry", "entry")
    person = ref("Person", "person")
    content = text()
    made_at = when()
