"""Further rounds of judging: the sealed rule by which entries go on, and the shortlist that it gave."""

from piccolo.table import Table

from storage.columns import flag, key, number, ref, small, text, when


class RoundRule(Table, tablename="round_rule"):
    """What is sealed of a round after the first (unique index ``one_rule_per_round``).

    The first ``takes`` entries of each category go on, with those that share the last of these ranks. ``is_carried``:
    marks of the rounds before count on; else each entry is ranked by this round's own marks.
    """

    id = key()
    edition = ref("Edition", "edition")
    ordinal = small()
    takes = small()
    reviews_per_entry = small()
    is_carried = flag()
    begins_at = when()
    ends_at = when()


class ShortlistEntry(Table, tablename="shortlist_entry"):
    """Whether an entry goes on into a round, by its rank in the run before (index ``one_line_per_shortlist``).

    ``score`` is in millionths of a point; ``reason`` JSON of a code with facts.
    """

    id = key()
    round = ref("Round", "panel")
    run = ref("RankingRun", "result")
    entry = ref("Entry", "entry")
    category = ref("Category", "edition")
    rank = small()
    score = number()
    is_in = flag()
    reason = text()
