"""How the sealed ladder told equal scores apart on a category's page of ranking, and which it left equal."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from markupsafe import Markup

from service.text import Ltr, Words
from storage.reads.committee.ranking import ComputedOrder

__all__ = ["tell_ties"]


def tell_ties(found: ComputedOrder, criteria: Mapping[str, tuple[str, str]], words: Words) -> tuple[Markup, ...]:
    """Say the steps of the ladder in this category, in its order, those that left the same projects equal at once;
    then the projects that share a place after all.

    ``criteria``: their names in Arabic and English, by id.
    """  # noqa: D205 (one sentence)
    codes = {line["entry"]: line["code_name"] for line in found.lines}
    steps = [each for each in (found.run.output["ties"] if found.run else ()) if each["entries"][0] in codes]
    told = [
        words.say(
            "rank.tie_told" if is_resolved else "rank.tie_kept",
            codes=_codes(codes[entry] for entry in entries),
            criteria=tuple(_name(criteria.get(str(each["criterion"]), ("", "")), words) for each in taken),
        )
        for (entries, is_resolved), taken in groupby(steps, key=lambda step: (step["entries"], step["is_resolved"]))
    ]
    return (*told, *_tell_left(found, words))


def _tell_left(found: ComputedOrder, words: Words) -> tuple[Markup, ...]:
    ranked = sorted(found.lines, key=lambda line: (line["rank"], line["code_name"]))
    return tuple(
        words.say("rank.tie_left", codes=_codes(each["code_name"] for each in shared), rank=rank)
        for rank, lines in groupby(ranked, key=lambda line: line["rank"])
        if len(shared := tuple(lines)) > 1
    )


def _codes(codes: Iterable[str]) -> tuple[Ltr, ...]:
    return tuple(Ltr(each) for each in sorted(codes))


def _name(names: tuple[str, str], words: Words) -> str:
    return names[0 if words.lang == "ar" else 1] or names[0]
