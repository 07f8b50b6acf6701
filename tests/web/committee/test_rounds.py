"""The page of rounds and the shortlist: seen by those who decide, made by the chair, once."""

import re
from datetime import timedelta

from storage.tables.further_round import RoundRule
from storage.tables.panel import Round
from tests.competition import JUDGED
from tests.conftest import post
from tests.web.committee.conftest import House


async def add_rule(house: House) -> None:
    """A second round for this edition, as if it had been sealed with the rules."""
    await RoundRule(
        edition=house.edition_id, ordinal=2, takes=1, reviews_per_entry=2, is_carried=False,
        begins_at=JUDGED + timedelta(days=3), ends_at=JUDGED + timedelta(days=9),
    ).save()  # fmt: skip


async def test_the_shortlist_is_shown_with_reasons_and_begun_once_by_the_chair(ranked_now: House):
    await add_rule(ranked_now)
    chair, member, assigner = [await ranked_now.client(role) for role in ("chair", "member", "assigner")]
    overview = (await chair.get("/en/committee")).text
    page = re.findall(r'href="(/en/committee/rounds/[^"]+/shortlist)"', overview)[0]
    seen, arabic = await member.get(page), await chair.get(page.replace("/en/", "/ar/"))

    rules = [(await ranked_now.visitor().get(f"/{language}/rules")).text for language in ("en", "ar")]
    early = await post(chair, page, {"run": "0"}, page=page)
    begun = await post(chair, page, {"run": "1"}, page=page)
    again = await post(chair, page, {"run": "1"}, page=page)
    listed = (await assigner.get("/en/committee/rounds")).text
    after = (await member.get(page)).text

    assert "Make the shortlist for the next round" in overview
    assert 'name="run"' not in seen.text
    assert seen.text.count("Goes on") == 2
    assert "The first project of each category goes on to round 2" in rules[0]
    assert "ينتقل إلى الجولة 2 أول مشروع في كل فئة" in rules[1]
    assert "ينتقل" in arabic.text
    assert (early.status_code, begun.status_code) == (409, 303)
    assert again.status_code == 409
    assert "The next round has begun already" in again.text
    assert await Round.count() == 2
    assert "Round 2" in listed
    assert "the next round has begun" in after
    assert 'name="run"' not in after
    for path in ("", "/assignments", "/progress", "/entries", "/ranking/documentary", "/judges"):
        assert (await chair.get(f"/en/committee{path}")).status_code == 200, path


async def test_where_the_rules_have_one_round_there_is_no_shortlist(ranked_now: House):
    chair = await ranked_now.client("chair")
    row = await Round.select(Round.id).first()
    assert row

    assert "/shortlist" not in (await chair.get("/en/committee/rounds")).text
    assert (await chair.get(f"/en/committee/rounds/{row['id']}/shortlist")).status_code == 404
