"""The minutes as data for their printed form, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.text import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.web.committee.minutes import MinutesPage
    from service.web.committee.placing import PlaceLine

__all__ = ["describe_minutes"]


def describe_minutes(shown: Mapping[str, MinutesPage], editions: Mapping[str, str]) -> dict[str, Any]:
    """Give what ``minutes.typ`` reads: a part a language, in the order given."""
    parts = [_part(page, editions[language], Words(language)) for language, page in shown.items()]
    return {"title": parts[0]["title"], "languages": parts}


def _part(page: MinutesPage, edition: str, words: Words) -> dict[str, Any]:
    say = words.plain
    facts = [(say("minutes.session"), words.moment(page.opened_at) if page.opened_at else "–")]
    facts.append((say("minutes.presided"), say("list.separator").join(page.session.presided) or "–"))
    if page.ordinal and page.made_at:
        facts.append((say("minutes.run"), say("rank.run", number=page.ordinal, at=page.made_at)))
    approved = say("decision.approved", date=page.approved_at, time=page.approved_at) if page.approved_at else ""
    facts.append((say("head.state"), approved or say("minutes.draft")))
    return {
        "language": words.lang,
        "title": say("minutes.title", category=page.name),
        "edition": edition,
        "facts": facts,
        "digest": str(page.output_hash),
        "footer": say("minutes.title", category=page.name),
        "words": {
            "digest": say("method.output"),
            "attendance": say("session.attendance"),
            "attendance_heads": [say("session.member"), say("head.state"), say("head.reason")],
            "discussion": say("session.discussion"),
            "motions": say("session.motions"),
            "places": say("decision.places"),
            "reason": say("head.reason"),
            "order": say("decision.computed"),
            "order_heads": [say("com.rank"), say("head.entry"), say("chart.adjusted"), say("com.inside_short")],
            "signatures": say("decision.signatures"),
            "signature_heads": [say("session.member"), say("decision.signed")],
        },
        "attendance": [[each.name, say(f"session.{each.state}"), each.reason or "–"] for each in page.session.members],
        "discussion": [
            {
                "project": f"{each.title} · {each.code}" if each.title else str(each.code),
                "comments": [[f"{name} · {words.moment(at)}", content] for name, at, content in each.comments],
            }
            for each in page.discussion
        ],
        "motions": [
            {
                "content": each.content,
                "counts": say("session.count", n_for=each.n_for, n_against=each.n_against, n_abstain=each.n_abstain),
                "verdict": say(f"session.{each.verdict}") if each.verdict else "",
            }
            for each in page.session.motions
        ],
        "places": [_place(each, words) for each in page.places],
        "order": [
            [str(each.rank), f"{each.title} · {each.code}", words.number(each.score), say(f"com.{each.word}")]
            for each in page.order
        ],
        "signatures": [[each.name, words.moment(each.signed_at) if each.signed_at else "–"] for each in page.signers],
    }


def _place(each: PlaceLine, words: Words) -> dict[str, Any]:
    lines = [
        f"{title} · {code} · {words.plain('decision.computed_rank', rank=rank)}"
        for title, code, rank in zip(each.titles, each.codes, each.ranks, strict=False)
    ]
    shared = f" · {words.plain('place.shared')}" if each.is_shared else ""
    return {
        "name": f"{each.name}{shared}",
        "lines": [words.plain("place.withheld")] if each.is_withheld else lines,
        "reason": each.reason,
        "citation": each.citation,
    }
