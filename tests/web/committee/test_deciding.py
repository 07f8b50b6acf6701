"""Beside the ranking: comparing two projects, asking otherwise, exports and the bundle over HTTP."""

import json
import re
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp

from service.actors import Role
from service.text import Words
from service.usecases.publishing.bundle_format import check_bundle
from storage.reads.decisions import find_last_run, list_categories
from storage.tables.result import RankingRun
from storage.tables.scoresheet import ScoreSheet
from tests.conftest import ORIGIN, csrf_in
from tests.web.committee.conftest import House

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def scan(pdf: bytes) -> str:
    """The address that a telephone reads from the square on the first page."""
    with pypdfium2.PdfDocument(pdf) as document:
        (found,) = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil().convert("L"))
    return str(found.text)


async def codes_in(house: House) -> list[list[str]]:
    run = await find_last_run(house.competition.round_id)
    assert run is not None
    return [[line["code_name"] for line in lines] for lines in run.output["categories"].values()]


async def category_of(house: House, code: str) -> str:
    return {"DOC": "documentary", "POD": "podcast"}[code.split("-", maxsplit=1)[0]]


async def test_the_ranking_can_be_compared_and_asked_otherwise(ranked_now: House):
    first, second = (await codes_in(ranked_now))[0][:2]
    slug = await category_of(ranked_now, first)
    for language, words in (("ar", ("مقارنة مشروعين", "ماذا لو؟")), ("en", ("Two projects side by side", "What if?"))):
        member = await ranked_now.client("member")
        base = f"/{language}/committee/ranking/{slug}"
        shown = await member.get(base)
        assert f'href="{base}/compare"' in shown.text
        assert (await member.get(f"{base}?order=line")).status_code == 200

        compared = await member.get(f"{base}/compare?a={first}&b={second}")
        assert words[0] in compared.text
        assert first in compared.text
        assert second in compared.text
        assert "Judge 0" not in compared.text  # judges by letter

        run = await find_last_run(ranked_now.competition.round_id)
        assert run is not None
        judge = run.output["judges"][0]["judge"]
        line = next(each for lines in run.output["categories"].values() for each in lines if each["code_name"] == first)
        reviewer = line["by_review"][0]["judge"]
        page = (await member.get(f"{base}/what-if")).text
        weights = re.findall(r'name="(weight-[0-9a-f-]{36})"', page)
        assert len(weights) == 2
        tried = "&".join(f"{name}={weight}" for name, weight in zip(weights, (5, 95), strict=True))
        for question in (f"judge={judge}", "method=raw", "method=all", f"entry={first}&sheet_of={reviewer}", tried):
            asked = await member.get(f"{base}/what-if?{question}")
            assert asked.status_code == 200, asked.text[:500]
            assert words[1] in asked.text
            assert first in asked.text
    assert await RankingRun.count() == 1  # nothing was stored


async def test_projects_of_another_category_and_unknown_judges_are_not_found(ranked_now: House):
    (first, *_), (other, *_) = await codes_in(ranked_now)
    member = await ranked_now.client("member")
    base = f"/en/committee/ranking/{await category_of(ranked_now, first)}"

    assert (await member.get(f"{base}/compare?a={first}&b={other}")).status_code == 404
    assert (await member.get(f"{base}/what-if?judge=nobody")).status_code == 404
    assert (await member.get(f"{base}/what-if?method=magic")).status_code == 422
    assert (await member.get(f"{base}/what-if?method=raw&entry={first}")).status_code == 422
    run = await find_last_run(ranked_now.competition.round_id)
    assert run is not None
    line = next(each for lines in run.output["categories"].values() for each in lines if each["code_name"] == first)
    idle = {each["judge"] for each in run.output["judges"]} - {each["judge"] for each in line["by_review"]}
    assert (await member.get(f"{base}/what-if?entry={first}&sheet_of={idle.pop()}")).status_code == 422
    page = (await member.get(f"{base}/what-if")).text
    weight = re.findall(r'name="(weight-[0-9a-f-]{36})"', page)[0]
    assert (await member.get(f"{base}/what-if?{weight}=many")).status_code == 422


async def test_exports_and_the_bundle_are_handed_out_by_forms(told: House):
    chair = await told.client("chair")
    page = await chair.get("/en/committee/exports")
    token = {"csrf": csrf_in(page.text)}

    csv = await chair.post("/ar/committee/exports/table/marks/csv", data=token)
    assert csv.content.startswith(b"\xef\xbb\xbf")
    assert csv.headers["content-disposition"] == 'attachment; filename="small-2027-marks.csv"'
    xlsx = await chair.post("/ar/committee/exports/table/marks/xlsx", data=token)
    assert xlsx.headers["content-type"] == EXCEL

    await chair.post("/en/committee/exports/bundle", data=token)
    made = await chair.get("/en/committee/exports")
    assert "Matches the decisions as they stand" in made.text
    digest = made.text.split("/committee/exports/bundle/")[1].split('"')[0]
    bundle = await chair.post(f"/en/committee/exports/bundle/{digest}", data=token)
    found = check_bundle(bundle.content)
    assert found.difference is None
    assert found.sha256 == digest
    assert json.loads(bundle.content)["edition"]["slug"] == "small-2027"


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_certificates_can_be_verified_and_withdrawn(told: House, language: str):
    competition = told.competition
    chair, visitor = await told.client("chair"), told.visitor()
    before = await chair.get(f"/{language}/committee/certificates")
    assert "/pdf" not in before.text
    await competition.schedule()
    await competition.publish()

    listed = await chair.get(f"/{language}/committee/certificates")
    code = listed.text.split("/committee/certificates/")[2].split("/")[0]
    one = await chair.get(f"/{language}/committee/certificates/{code}/pdf")
    assert one.content.startswith(b"%PDF")
    address = scan(one.content)
    assert address.startswith(f"{ORIGIN}/")
    scanned = await visitor.get(
        address.removeprefix(ORIGIN), headers={"accept-language": language}, follow_redirects=True
    )
    assert code in scanned.text
    assert any(words in scanned.text for words in ("شهادة صحيحة", "A valid certificate"))
    assert (await chair.get(f"/{language}/committee/certificates/all.pdf")).content.startswith(b"%PDF")
    valid = await visitor.get(f"/{language}/verify/{code.lower()}")
    assert ("شهادة صحيحة" if language == "ar" else "A valid certificate") in valid.text
    asked = await visitor.get(f"/{language}/verify?code={code}", follow_redirects=True)
    assert code in asked.text
    unknown = await visitor.get(f"/{language}/verify/2222-2222-2222")
    assert ("لا شهادة بهذا الرمز" if language == "ar" else "No certificate has this code") in unknown.text

    token = csrf_in(listed.text)
    path = f"/{language}/committee/certificates/{code}/withdraw"
    folds = re.findall(r'<section class="card pad"><details class="fold"( open)?>', listed.text)
    assert folds == [""] * 3, "two categories and the judges' thanks, folded away"
    refused = await chair.post(path, data={"csrf": token, "reason": ""})
    assert refused.status_code == 422
    opened = re.findall(r'<details class="fold" open>.*?</summary>', refused.text, re.DOTALL)
    assert len(opened) == 2, "the category's fold and the form's own"
    await chair.post(path, data={"csrf": token, "reason": "A false statement"})
    gone = await visitor.get(f"/{language}/verify/{code}")
    assert ("سُحبت هذه الشهادة" if language == "ar" else "was withdrawn") in gone.text
    assert "A false statement" not in gone.text
    after = (await chair.get(f"/{language}/committee/certificates")).text
    assert after.count("سُحبت واحدة" if language == "ar" else "one withdrawn") == 1


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_session_is_held_on_the_page_and_printed_in_both_languages(ranked_now: House, language: str):
    competition = ranked_now.competition
    category = (await list_categories(competition.edition_id))[0]
    await competition.place(category)
    base = f"/{language}/committee/decision/{category['slug']}"
    chair, member = await ranked_now.client("chair"), await ranked_now.client("member")
    form = (await chair.get(base)).text
    token = {"csrf": csrf_in(form)}
    ids = [str(competition.actors[role].person_id) for role in (Role.CHAIR, Role.MEMBER)]
    seen = {"attendance": re.findall(r'name="attendance" value="([0-9a-f]{32})"', form)[0]}

    refused = await chair.post(
        f"{base}/attendance",
        data=token | seen | {"member": ids, f"state-{ids[0]}": "present", f"state-{ids[1]}": "recused"},
    )
    assert refused.status_code == 422
    assert f'href="#f-reason-{ids[1]}"' in refused.text
    everybody = token | seen | {"member": ids} | {f"state-{each}": "present" for each in ids}
    assert (await chair.post(f"{base}/attendance", data=everybody)).status_code == 303
    assert (await chair.post(f"{base}/attendance", data=everybody)).status_code == 409  # noted since this page was read
    await chair.post(f"{base}/motions", data=token | {"motion": "نقترح المناصفة في المركز الثاني"})
    shown = await member.get(base)
    assert "نقترح المناصفة في المركز الثاني" in shown.text
    ballot = shown.text.split("/motions/")[1].split("/")[0]
    await member.post(f"{base}/motions/{ballot}/ballot", data={"csrf": csrf_in(shown.text), "choice": "for"})
    await chair.post(f"{base}/motions/{ballot}/close", data=token)
    minutes = await member.get(f"/{language}/committee/minutes/{category['slug']}")
    assert ("أُقرّ" if language == "ar" else "carried") in minutes.text
    in_the_chair = minutes.text.split("ترأّس الجلسة" if language == "ar" else "In the chair")[1].split("</dd>")[0]
    assert ("Chair بالعربية" if language == "ar" else "Chair") in in_the_chair
    pdf = await member.get(f"/{language}/committee/minutes/{category['slug']}/pdf")
    assert pdf.content.startswith(b"%PDF")

    mine = [
        codes for codes in await codes_in(ranked_now) if await category_of(ranked_now, codes[0]) == category["slug"]
    ]
    code = mine[0][0]
    entry = f"/{language}/committee/entries/{code}"
    assert (
        await member.post(f"{entry}/comments", data={"csrf": csrf_in(shown.text), "comment": ""})
    ).status_code == 422
    await member.post(f"{entry}/comments", data={"csrf": csrf_in(shown.text), "comment": "الصوت أُعيد بناؤه."})
    assert "الصوت أُعيد بناؤه." in (await chair.get(entry)).text
    minutes = await member.get(f"/{language}/committee/minutes/{category['slug']}")
    assert "الصوت أُعيد بناؤه." in minutes.text


async def test_a_project_tells_its_rank_without_a_judge_and_by_other_methods_its_spread_and_who_is_missing(
    ranked_now: House,
):
    run = await find_last_run(ranked_now.competition.round_id)
    assert run is not None
    lines = next(iter(run.output["categories"].values()))
    line, slug = lines[0], await category_of(ranked_now, lines[0]["code_name"])
    rows = await ScoreSheet.select(ScoreSheet.id).where(ScoreSheet.assignment.entry == UUID(line["entry"]))
    await ScoreSheet.update({ScoreSheet.abstained: "Unwell"}).where(ScoreSheet.id == rows[0]["id"])
    await ScoreSheet.update({ScoreSheet.state: "set-aside"}).where(ScoreSheet.id == rows[1]["id"])
    member, words = await ranked_now.client("member"), Words("en")

    entry = (await member.get(f"/en/committee/entries/{line['code_name']}")).text
    ranking = (await member.get(f"/en/committee/ranking/{slug}")).text

    low, high = line["rank_without_a_judge"]
    assert str(words("entries.without", low=low, high=high)) in entry
    by_method = entry.split(words.plain("entries.otherwise"))[1]
    for method, rank in line["rank_by_method"].items():
        told = by_method.split(words.plain(f"whatif.method_{method}"))[1].split("</li>")[0]
        assert f">{rank}<" in told
    row = ranking.split(f'entries/{line["code_name"]}"')[1].split("</tr>")[0]
    for said in (
        words("rank.n_abstained", n=1),
        words("rank.n_set_aside", n=1),
        words("rank.spread", points=line["spread"]),
    ):
        assert str(said) in row


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_the_plain_and_the_trimmed_mean_stand_beside_the_ranking_and_the_answer_before_the_questions(
    ranked_now: House, language: str
):
    """R093."""
    slug, words = "documentary", Words(language)
    member = await ranked_now.client("member")
    path = f"/{language}/committee/ranking/{slug}/what-if"

    every = (await member.get(f"{path}?method=all")).text
    alone = (await member.get(f"{path}?method=trimmed")).text

    heads = [words.plain(f"whatif.method_{each}") for each in ("raw", "trimmed", "zscore", "model")]
    table = every.split("<thead")[1].split("</thead>")[0]
    assert all(each in table for each in heads)
    assert words.plain("whatif.about_trimmed") in every
    assert words.plain("whatif.about_trimmed") in alone
    assert every.index("<table") < every.index('name="sheet_of"')
    assert alone.index("<table") < alone.index('name="sheet_of"')
    assert "trimmed" not in (await member.get(f"/{language}/committee/ranking/{slug}")).text
