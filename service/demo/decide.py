"""The invented committee decides: the computed order stands, places are withheld under the published threshold."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.usecases.deciding.decisions import open_decision, place_entries
from service.usecases.deciding.feedback import choose_comments
from service.usecases.deciding.placings import Given, Placing
from service.usecases.deciding.signing import approve_decision, sign_decision
from storage.lifecycle import DecisionState
from storage.reads.committee.decision import list_other_honours
from storage.reads.committee.feedback import list_team_comments
from storage.reads.decisions import find_last_run, list_categories, list_places
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.result import Decision

__all__ = ["choose_for_teams", "decide_categories"]

TENTHS = 10
COMMENTS_A_TEAM = 2


async def decide_categories(
    chair: Actor,
    members: Sequence[Actor],
    round_id: UUID,
    edition_id: UUID,
    sentences: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Decide each category that is not decided: places, citations, signatures, approval."""
    run = await find_last_run(round_id)
    if run is None:
        raise LookupError(round_id)
    edition = await get_row(Edition.select(Edition.honour_threshold).where(Edition.id == edition_id))
    honours = await list_places(edition_id)
    mentions = [each.id for each in await list_other_honours(edition_id) if each.is_per_category]
    for at, category in enumerate(await list_categories(edition_id)):
        moment = now + timedelta(hours=at)
        ranked = _by_score(run.output["categories"].get(str(category["id"]), []))
        if not ranked:
            continue
        decision_id = await open_decision(chair, round_id, category["id"], now=moment)
        decision = await get_row(Decision.select(Decision.state).where(Decision.id == decision_id))
        if decision["state"] == DecisionState.APPROVED:
            continue
        placings = [
            _place(honour["id"], ranked, place, edition["honour_threshold"] / TENTHS, sentences, at=at)
            for place, honour in enumerate(honours)
        ]
        others = _mention(mentions, ranked, len(honours), edition["honour_threshold"] / TENTHS, sentences, at=at)
        await place_entries(chair, decision_id, placings, others=others, now=moment + timedelta(minutes=20))
        for each, member in enumerate([chair, *members], start=1):
            await sign_decision(member, decision_id, now=moment + timedelta(minutes=30 + each))
        await approve_decision(chair, decision_id, now=moment + timedelta(minutes=50))


async def choose_for_teams(chair: Actor, round_id: UUID, edition_id: UUID, *, now: datetime) -> None:
    """Choose up to two of the judges' comments for each team, none said twice."""
    for category in await list_categories(edition_id):
        said: dict[UUID, dict[str, UUID]] = {}
        for each in await list_team_comments(round_id, category["id"]):
            said.setdefault(each.entry_id, {}).setdefault(each.content, each.sheet_id)
        sheets = [sheet for team in said.values() for sheet in list(team.values())[:COMMENTS_A_TEAM]]
        await choose_comments(chair, edition_id, round_id, category["id"], sheets, now=now)


def _by_score(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Order a category by score: groups that no judge links are each ranked from 1; places go to the best of all."""
    return sorted(lines, key=lambda line: line["score"], reverse=True)


def _place(
    honour_id: UUID,
    ranked: Sequence[Mapping[str, Any]],
    place: int,
    threshold: float,
    sentences: Mapping[str, Any],
    *,
    at: int,
) -> Placing:
    if place >= len(ranked) or ranked[place]["score"] < threshold:
        return Placing(honour_id, (), reason=sentences["withheld_ar"])
    number = (at * 3 + place) % len(sentences["citations_ar"])
    row = ranked[place]
    reason = "" if row["rank"] == place + 1 else sentences["withheld_ar"]
    return Placing(
        honour_id, (UUID(row["entry"]),), reason=reason, citation_ar=sentences["citations_ar"][number],
        citation_en=sentences["citations_en"][number],
    )  # fmt: skip


def _mention(
    mentions: Sequence[UUID],
    ranked: Sequence[Mapping[str, Any]],
    n_places: int,
    threshold: float,
    sentences: Mapping[str, Any],
    *,
    at: int,
) -> list[Given]:
    """Mention the first project below the places, where it reached the threshold."""
    if not mentions or len(ranked) <= n_places or ranked[n_places]["score"] < threshold:
        return []
    number = (at * 3 + n_places) % len(sentences["citations_ar"])
    return [
        Given(
            "other-1-1", mentions[0], UUID(ranked[n_places]["entry"]), sentences["citations_ar"][number],
            sentences["citations_en"][number],
        )
    ]  # fmt: skip
