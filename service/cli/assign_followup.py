"""``tahkim assign --follow-up``: which extra reviews could still change a prize, with what each is expected to gain."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment import Policy, believe, propose_followups
from service.cli.assign_files import read_reviews
from service.cli.assign_words import header, write_table

if TYPE_CHECKING:
    from argparse import Namespace

    from service.cli.assign_files import Encoded
    from service.text import Words


def follow_up(encoded: Encoded, options: Namespace, words: Words) -> None:
    """Propose ``options.extra`` reviews and write them, those worth most first."""
    pairs, scores = read_reviews(options.marks, encoded)
    problem = encoded.problem
    beliefs = believe(pairs, scores, n_judges=problem.n_judges, category=problem.category)
    prizes = np.full(int(problem.category.max()) + 1, options.prizes)
    found = propose_followups(problem, pairs, beliefs, extra=options.extra, prizes=prizes, seed=options.seed)
    head = [header("entry", words), header("judge", words), words.plain("assign.column_gain"), header("reason", words)]
    reasons = {int(policy): words.plain(f"assign.policy_{policy.name.lower()}") for policy in Policy}
    rows = [
        (encoded.entries[entry], encoded.judges[judge], f"{gain:.4f}", reasons[policy])
        for entry, judge, gain, policy in zip(
            found.entry.tolist(), found.judge.tolist(), found.gain.tolist(), found.policy.tolist(), strict=True
        )
    ]
    write_table(options.out, head, rows)
    for category, name in enumerate(encoded.categories):
        before, after = (words.percent(chance[category], 0) for chance in (found.chance_before, found.chance_after))
        key = "assign.chance" if name else "assign.chance_whole"
        print(words.plain(key, category=name, before=before, after=after), file=sys.stderr)
    if len(rows) < options.extra:
        print(words.plain("assign.fewer", n=len(rows)), file=sys.stderr)
