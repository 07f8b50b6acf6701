"""The committee decides by its forms: places with reasons, two members at once, signatures and a quorum."""

import re

from storage.lifecycle import RoundState
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.panel import Round
from storage.tables.result import Decision, DecisionSignature, Outcome
from tests.conftest import post
from tests.web.committee.conftest import House


def field_in(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]


async def places_form(house: House, language: str = "en") -> tuple[str, dict[str, str]]:
    """The decision's form as the chair's page offers it, citations filled in."""
    chair = await house.client("chair")
    page = f"/{language}/committee/decision/documentary"
    if await Decision.count() == 0:
        assert (await post(chair, f"{page}/open", page=page)).status_code == 303
    text = (await chair.get(page)).text
    selects = dict(
        re.findall(r'<select class="input" id="f-(place-\d)".*?<option value="([^"]+)" selected', text, re.DOTALL)
    )
    form = {**selects, "seen": field_in(text, "seen")}
    for number in range(1, len(selects) + 1):
        form |= {f"citation-{number}": "جملة", f"citation-en-{number}": "A sentence", f"reason-{number}": ""}
    return page, form


async def test_places_in_the_computed_order_need_no_reason_and_departures_do(ranked_now: House):
    chair = await ranked_now.client("chair")
    page, form = await places_form(ranked_now)

    swapped = form | {"place-1": form["place-2"], "place-2": form["place-1"]}
    refused = await post(chair, f"{page}/places", swapped, page=page)
    kept = await post(chair, f"{page}/places", form)
    await Edition.update({Edition.honour_threshold: 1000}).where(Edition.id == ranked_now.competition.edition_id)
    withheld = await post(
        chair,
        f"{page}/places",
        {
            **form,
            "seen": field_in((await chair.get(page)).text, "seen"),
            "place-2": "withheld",
            "reason-2": "Under the threshold",
        },
    )

    assert refused.status_code == 422
    assert 'id="f-reason-1-error"' in refused.text
    assert f'value="{form["place-2"]}" selected' in refused.text
    assert (kept.status_code, withheld.status_code) == (303, 303)
    assert await Outcome.count().where(Outcome.honour.is_not_null()) == 1


async def test_of_two_members_at_once_one_is_told_that_the_places_changed(ranked_now: House):
    chair, member = await ranked_now.client("chair"), await ranked_now.client("member")
    page, form = await places_form(ranked_now)
    first = await post(chair, f"{page}/places", form, page=page)
    read = field_in((await member.get(page)).text, "seen")
    other = await post(chair, f"{page}/places", {**form, "reason-1": "Said otherwise", "seen": read})
    stale = await post(chair, f"{page}/places", {**form, "reason-1": "", "seen": read})

    signed = await post(member, f"{page}/sign", {"seen": read}, page="/en/account")

    assert (first.status_code, other.status_code, stale.status_code, signed.status_code) == (303, 303, 409, 409)
    assert await DecisionSignature.count() == 0
    assert "What stands now: <bdi>Said otherwise</bdi>" in stale.text
    assert stale.text.count("What stands now") == 1
    mine = await post(chair, f"{page}/places", {**form, "seen": field_in(stale.text, "seen")})
    assert mine.status_code == 303


async def test_a_place_given_to_another_meanwhile_is_named_beside_one_s_own(ranked_now: House):
    chair = await ranked_now.client("chair")
    page, form = await places_form(ranked_now, "ar")
    swapped = {**form, "place-1": form["place-2"], "place-2": form["place-1"], "reason-1": "أسبق", "reason-2": "أحدث"}
    kept = await post(chair, f"{page}/places", swapped, page=page)

    stale = await post(chair, f"{page}/places", form, page=page)

    assert (kept.status_code, stale.status_code) == (303, 409)
    first, second = re.findall(r"المحفوظ الآن: <bdi>([^<]+)</bdi>", stale.text)[:2]
    assert first != second
    assert f'value="{form["place-2"]}" selected' in stale.text


async def test_a_decision_is_signed_once_each_and_approved_by_a_quorum(ranked_now: House):
    chair, member = await ranked_now.client("chair"), await ranked_now.client("member")
    page, form = await places_form(ranked_now, "ar")
    unwritten = await post(member, f"{page}/sign", {"seen": form["seen"]}, page="/ar/account")
    await post(chair, f"{page}/places", form, page=page)
    seen = field_in((await member.get(page)).text, "seen")

    early = await post(chair, f"{page}/approve")
    signed = [await post(each, f"{page}/sign", {"seen": seen}, page="/ar/account") for each in (chair, member, member)]
    approved = await post(chair, f"{page}/approve")
    again = await post(chair, f"{page}/approve")

    assert unwritten.status_code == early.status_code == again.status_code == 409
    assert [answer.status_code for answer in signed] == [303, 303, 409]
    assert approved.status_code == 303
    minutes = await member.get("/ar/committee/minutes/documentary")
    assert "جملة" in minutes.text
    assert (await get_row(Round.select(Round.state)))["state"] == RoundState.RANKED
