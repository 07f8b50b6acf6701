"""The entrant's pages: each is shown in both languages, its form saves, and nobody else's number opens anything."""

import re
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from service.usecases.entering.entries import open_entry
from service.usecases.entering.team import invite_member
from service.usecases.files.accepting import inspect_upload
from storage.columns import to_json
from storage.inspect.report import Finding, Place, PlaceKind, Severity
from storage.tables.upload import Upload
from tests.cast import NOW
from tests.conftest import World, post
from tests.entrants import (
    DEADLINE,
    WORDS_AR,
    WORDS_EN,
    Rules,
    last_link,
    register,
    send,
    write_film,
    write_pdf,
)
from tests.web.entrant.forms import save

PAGES = (
    "", "/details", "/team", "/supervisor", "/files", "/files/film", "/rights", "/ai-statement", "/preview", "/check",
    "/withdraw",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["ar", "en"])
async def test_every_page_of_an_entry_is_shown(world: World, farah: httpx.AsyncClient, number: str, lang: str):
    for path in PAGES:
        shown = await farah.get(f"/{lang}/entries/{number}{path}")

        assert shown.status_code == 200, path
        assert f'<html lang="{lang}"' in shown.text
        assert number in shown.text or "The Last Falaj" in shown.text or "الفلج الأخير" in shown.text


async def test_the_list_begins_empty_and_then_holds_the_entry(world: World, rules: Rules, farah: httpx.AsyncClient):
    assert "You have not started an entry yet." in (await farah.get("/en/entries")).text

    answer = await post(
        farah, "/en/entries/new", {"title_en": "The Last Falaj", "category": "documentary"}, page="/en/entries/new"
    )

    assert answer.status_code == 303
    shown = await farah.get("/en/entries")
    assert "The Last Falaj" in shown.text
    assert answer.headers["location"].rpartition("/")[2] in shown.text


async def test_starting_without_a_title_shows_the_form_again_with_what_was_typed(
    world: World, rules: Rules, farah: httpx.AsyncClient
):
    answer = await post(farah, "/ar/entries/new", {"category": "documentary"}, page="/ar/entries/new")

    assert answer.status_code == 422
    assert "<title>خطأ:" in answer.text
    assert 'value="documentary" checked' in answer.text
    assert "أدخل العنوان بالعربية أو بالإنجليزية أو بهما معًا" in answer.text


async def test_either_title_starts_an_entry_and_both_fields_say_so(rules: Rules, farah: httpx.AsyncClient):
    form = (await farah.get("/en/entries/new")).text

    assert form.count("One of the two titles is enough to start") == 2
    assert "(optional)" not in form
    for field in ("title_ar", "title_en"):
        typed = {field: "Falaj", "category": "documentary"}
        assert (await post(farah, "/en/entries/new", typed, page="/en/entries/new")).status_code == 303, field


async def test_the_whole_entry_is_filled_in_by_forms(world: World, rules: Rules, farah: httpx.AsyncClient, number: str):
    base = f"/en/entries/{number}"
    details = {
        "title_ar": "الفلج الأخير", "title_en": "The Last Falaj", "category": "documentary", "abstract_ar": WORDS_AR,
        "abstract_en": WORDS_EN, "work_language": "both", "tags": "film", "duration_seconds": "٢:٠٠",
        "credits_start": "1:50",
    }  # fmt: skip
    assert (await save(farah, f"{base}/details", details)).status_code == 303
    rights = {"material": "own", "people": "nobody", "declared": "yes"}
    assert (await save(farah, f"{base}/rights", rights)).status_code == 303
    assert (await save(farah, f"{base}/ai-statement", {"statement": "none"})).status_code == 303
    supervisor = {
        "institution": "squ", "department": "Media", "academic_year": "2026-2027", "supervisor_name_ar": "د. نورة",
        "supervisor_name_en": "Dr Noura", "email": "noura@squ.example",
    }  # fmt: skip
    assert (await save(farah, f"{base}/supervisor", supervisor)).status_code == 303

    entry = (await open_entry(world.actors["farah"], number))[1]
    assert entry.duration_seconds == 120
    assert entry.credits_start == 110
    assert entry.rights == {"material": "own", "people": "nobody", "help": ""}
    assert entry.ai_slug == "none"
    assert entry.institution_en == "Sultan Qaboos University"
    assert entry.supervision is not None
    assert "We wrote to the supervisor on" in (await farah.get(base)).text


async def test_a_faulty_form_comes_back_whole_with_each_error_beside_its_field(
    world: World, farah: httpx.AsyncClient, number: str
):
    long = " ".join(["word"] * 251)
    typed = {"title_ar": "", "title_en": "Kept <b>", "abstract_en": long, "duration_seconds": "soon"}

    answer = await save(farah, f"/en/entries/{number}/details", typed)

    assert answer.status_code == 422
    assert "Kept &lt;b&gt;" in answer.text
    assert long in answer.text
    for field in ("title_ar", "abstract_en", "work_language", "duration_seconds", "category"):
        assert f'href="#f-{field}"' in answer.text, field


async def test_a_form_made_from_an_older_state_is_refused_and_nothing_is_lost(
    world: World, farah: httpx.AsyncClient, number: str
):
    path = f"/en/entries/{number}/ai-statement"
    await save(farah, path, {"statement": "none"})

    answer = await post(farah, path, {"revision": "1", "statement": "own", "text": "Something"}, page=path)

    assert answer.status_code == 409
    assert (await open_entry(world.actors["farah"], number))[1].ai_slug == "none"


async def test_somebody_elses_entry_answers_exactly_as_an_unknown_number(world: World, number: str):
    hadi = await world.client("hadi")

    for path in PAGES:
        theirs = await hadi.get(f"/ar/entries/{number}{path}")
        unknown = await hadi.get(f"/ar/entries/2027-ZZZZ{path}")
        assert theirs.status_code == unknown.status_code == 404, path
        assert without_nonces(theirs.text, number) == without_nonces(unknown.text, "2027-ZZZZ")
        sent = [
            (await post(hadi, f"/ar/entries/{each}{path}", {"revision": "1"}, page="/ar/account")).status_code
            for each in (number, "2027-ZZZZ")
        ]
        assert sent[0] == sent[1] >= 400, path


def without_nonces(html: str, number: str) -> str:
    return re.sub(r'(csrf" (?:content|value))="[^"]*"', r"\1", html.replace(number, "NUMBER"))


async def test_a_judge_is_turned_away_from_the_entrants_area(world: World, number: str):
    basil = await world.client("basil")

    assert (await basil.get("/ar/entries")).status_code == 403
    assert (await basil.get(f"/ar/entries/{number}")).status_code == 403
    assert (await world.visitor().get("/ar/entries")).status_code == 401


async def test_a_member_is_asked_shown_and_confirmed_by_the_button_alone(
    world: World, farah: httpx.AsyncClient, number: str
):
    path = f"/ar/entries/{number}/team"
    answer = await post(
        farah, path, {"name_ar": "غيث", "name_en": "Ghaith", "email": "ghaith@tahkim.example"}, page=path
    )
    assert answer.status_code == 303
    assert "ghaith@tahkim.example" in (await farah.get(path)).text
    link = f"/ar/members/{await last_link('member')}"
    visitor = world.visitor()

    for _ in range(3):
        assert "الفلج الأخير" in (await visitor.get(link)).text
    done = await post(visitor, link, page=link)

    assert done.status_code == 200
    assert number in done.text
    assert (await visitor.get(link)).status_code == 404
    assert (await (await world.client("ghaith")).get(f"/ar/entries/{number}")).status_code == 200


async def test_a_team_that_is_full_or_a_member_twice_is_refused_in_words(
    world: World, farah: httpx.AsyncClient, number: str
):
    path = f"/en/entries/{number}/team"
    member = {"name_ar": "غيث", "name_en": "Ghaith", "email": "ghaith@tahkim.example"}
    await post(farah, path, member, page=path)
    assert (await post(farah, path, member, page=path)).status_code == 422
    for index in range(4):
        await invite_member(
            world.actors["farah"], number, name_ar="عضو", name_en="Member", email=f"m{index}@x.example", now=NOW
        )

    full = await post(farah, path, {**member, "email": "seventh@x.example"}, page="/en/account")

    assert full.status_code == 409
    assert 'name="email"' not in (await farah.get(path)).text


async def test_the_cards_show_what_is_missing_arriving_refused_and_ready(
    world: World, farah: httpx.AsyncClient, number: str, tmp_path: Path
):
    objects, actor = world.app.state.objects, world.actors["farah"]
    await register(actor, number, "film", write_film(tmp_path / "film.mp4"), objects)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing" * 40)
    await inspect_upload(await send(actor, number, "dossier", broken, objects), objects=objects, now=NOW)
    await inspect_upload(
        await send(actor, number, "release", write_pdf(tmp_path / "release.pdf"), objects), objects=objects, now=NOW
    )

    shown = (await farah.get(f"/en/entries/{number}")).text

    states = dict(re.findall(r'id="f-([a-z]+)"[^>]*data-state="([a-z]+)"', shown))
    assert states == {"film": "paused", "dossier": "refused", "photos": "needed", "release": "ready"}
    assert 'href="#f-dossier"' in shown
    assert "For the committee only" in shown
    assert "There is one problem" in shown


async def test_a_file_asks_to_look_at_writing_only_while_it_can_be_changed(
    world: World, farah: httpx.AsyncClient, number: str, tmp_path: Path
):
    objects, actor = world.app.state.objects, world.actors["farah"]
    sent = await send(actor, number, "dossier", write_pdf(tmp_path / "dossier.pdf"), objects)
    await inspect_upload(sent, objects=objects, now=NOW)
    unread = Finding("look.writing", Severity.COMMITTEE, Place(PlaceKind.PAGE, 1), {})
    await Upload.update({Upload.findings: to_json([asdict(unread)])}).where(Upload.id == sent)
    page = f"/en/entries/{number}"

    open_yet = (await farah.get(page)).text
    world.clock.set(DEADLINE + timedelta(days=30))
    closed = (await (await world.client("farah")).get(page)).text

    assert "There is writing in the picture" in open_yet
    assert "There is writing in the picture" not in closed
    assert 'data-state="ready"' in closed
    for asked in ("Check and submit", "must not appear in the files"):
        assert asked in open_yet
        assert asked not in closed
