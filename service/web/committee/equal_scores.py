"""How the sealed ladder told equal scores apart on a category's page of ranking, and which it left equal."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from markupsafe import Markup

from service.text import Words
from storage.reads.committee.ranking import ComputedOrder

__all__ = ["tell_ties"]


def tell_ties(found: ComputedOrder, criteria: Mapping[str, tuple[str, str]], words: Words) -> tuple[Markup, ...]:
    """Say each step of the ladder in this category, in its order; then the projects that share a place after all.

    ``criteria``: their names in Arabic and English, by id.
    """
    codes = {line["entry"]: line["code_name"] for line in found.lines}
    steps = [each for each in (found.run.output["ties"] if found.run else ()) if each["entries"][0] in codes]
    told = [_tell_step(each, codes, criteria, words) for each in steps]
    ranked = sorted(found.lines, key=lambda line: (line["rank"], line["code_name"]))
    for rank, lines in groupby(ranked, key=lambda line: line["rank"]):
        shared = tuple(line["code_name"] for line in lines)
        if len(shared) > 1:
            told.append(words.say("rank.tie_left", codes=shared, rank=rank))
    return tuple(told)


def _tell_step(
    step: Mapping[str, Any],
    codes: Mapping[str, str],
    criteria: Mapping[str, tuple[str, str]],
    words: Words,
) -> Markup:
    names = criteria.get(str(step["criterion"]), ("", ""))
    return words.say(
        "rank.tie_told" if step["is_resolved"] else "rank.tie_kept",
        codes=tuple(sorted(codes[entry] for entry in step["entries"])),
        criterion=names[0 if words.lang == "ar" else 1] or names[0],
    )
