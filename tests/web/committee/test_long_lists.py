"""Lists of hundreds of projects: in parts, and found by words however they are spelt."""

import re

import httpx

from storage.tables.entry import Entry, EntryVersion
from storage.tables.person import Person
from storage.tables.scoresheet import ScoreSheet
from tests.conftest import post
from tests.web.committee.conftest import House

ENTRIES = "/en/committee/entries"


async def _name(code: str, *, title_ar: str, title_en: str) -> None:
    """Give a project other titles."""
    entry = await Entry.select(Entry.id).where(Entry.code_name == code).first()
    assert entry is not None
    await EntryVersion.update({EntryVersion.title_ar: title_ar, EntryVersion.title_en: title_en}).where(
        EntryVersion.entry == entry["id"]
    )


async def _codes() -> list[str]:
    return [row["code_name"] for row in await Entry.select(Entry.code_name).order_by(Entry.code_name)]


def _listed(text: str) -> list[str]:
    return re.findall(r"/en/committee/entries/([A-Z]+-\d+)", text)


async def test_the_list_says_of_each_project_how_many_of_its_sheets_are_sealed(ranked_now: House):
    shown = (await (await ranked_now.client("chair")).get(ENTRIES)).text

    assert _listed(shown) == await _codes()
    for code in await _codes():
        n_sealed, n_given = await _count(code)
        row = shown[shown.index(f"/entries/{code}") :]
        assert f"{n_sealed} of {n_given}" in row[: row.index("</tr>")]


async def _count(code: str) -> tuple[int, int]:
    rows = await Entry.raw(
        "SELECT score_sheet.state AS state FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment "
        "JOIN entry ON entry.id = assignment.entry WHERE entry.code_name = {} AND assignment.state = 'published'",
        code,
    )
    return sum(row["state"] == "sealed" for row in rows), len(rows)


async def test_words_find_a_project_by_code_name_and_by_title_in_any_spelling(ranked_now: House):
    first, second = (await _codes())[:2]
    await _name(first, title_ar="الفَلَج الأخيــر", title_en="The Last Falaj")
    await _name(second, title_ar="سوق الخميس", title_en="Thursday Market")
    browser = await ranked_now.client("chair")

    for words, found in {"فلج الاخير": first, "thursday": second, second.lower(): second}.items():
        assert _listed((await browser.get(ENTRIES, params={"q": words})).text) == [found], words
    nothing = (await browser.get(ENTRIES, params={"q": '"><script>'})).text
    assert not _listed(nothing)
    assert "No project has these words" in nothing
    assert "<script>" not in nothing.split('type="search"')[1].split(">")[0]


async def test_a_long_list_is_shown_in_parts_that_keep_what_was_sought(ranked_now: House, monkeypatch):
    monkeypatch.setattr("service.web.committee.entries.ENTRIES_A_PART", 2)
    browser = await ranked_now.client("chair")
    codes = await _codes()

    seen: list[str] = []
    address: str | None = f"{ENTRIES}?q=-"
    while address:
        shown = (await browser.get(address)).text
        part = _listed(shown)
        assert 0 < len(part) <= 2
        seen += part
        following = re.search(r'href="([^"]+)" rel="next"', shown)
        address = following[1].replace("&amp;", "&") if following else None
        assert address is None or "q=-" in address

    assert seen == codes
    for asked in ("0", "99999", "-1", "two", "٢", "9" * 5000):
        assert (await browser.get(ENTRIES, params={"part": asked})).status_code == 200
    last = codes[(len(codes) - 1) // 2 * 2 :]
    assert _listed((await browser.get(ENTRIES, params={"part": "99999"})).text) == last


async def test_the_map_of_progress_comes_in_parts_and_counts_everything_on_each(judged_now: House, monkeypatch):
    browser = await judged_now.client("secretary")
    whole = (await browser.get("/en/committee/progress")).text
    columns = re.findall(r'<th scope="col"><span class="ltr">([^<]+)</span>', whole)
    counts = re.findall(r'<td class="count">(\d+ of \d+)</td>', whole)
    assert len(columns) > 2
    monkeypatch.setattr("service.web.committee.progress.PROJECTS_A_PART", 2)

    parts = [(await browser.get("/en/committee/progress", params={"part": at})).text for at in (1, 2)]

    for at, part in enumerate(parts):
        assert re.findall(r'<th scope="col"><span class="ltr">([^<]+)</span>', part) == columns[2 * at : 2 * at + 2]
        assert set(re.findall(r'<td class="count">(\d+ of \d+)</td>', part)) <= set(counts)
        assert f"Projects {2 * at + 1} to" in re.sub(r"<[^>]+>", "", part)
        assert part.split('class="stats"')[1].split("</section>")[0].count("card stat") == 4


async def test_a_long_ranking_comes_in_parts_on_one_axis_with_its_line_where_it_falls(ranked_now: House, monkeypatch):
    monkeypatch.setattr("service.web.committee.ranking.PROJECTS_A_PART", 1)
    path = "/en/committee/ranking/documentary"
    browser = await ranked_now.client("chair")
    whole = [each for each in await _codes() if each.startswith("DOC")]

    first, second = (await browser.get(path)).text, (await browser.get(f"{path}?part=2")).text
    nearest = (await browser.get(f"{path}?order=line")).text

    codes = [re.findall(r'/en/committee/entries/(DOC-\d+)"', _table(each))[0] for each in (first, second)]
    assert sorted(codes) == whole
    assert "Projects 1 to 1 of 2" in first
    assert f'href="{path}?part=2"' in first
    assert f'href="{path}"' in second
    assert f'href="{path}?order=line&amp;part=2"' in nearest
    ticks = [re.findall(r'class="tick[^>]*>([^<]+)', _table(each)) for each in (first, second)]
    assert ticks[0] == ticks[1]


def _table(page: str) -> str:
    return page.split('<table class="rank')[1].split("</table>", maxsplit=1)[0]


async def test_every_page_counts_the_same_sheets(judged_now: House):
    sheets = [row["id"] for row in await ScoreSheet.select(ScoreSheet.id).order_by(ScoreSheet.id)]
    await ScoreSheet.update({ScoreSheet.abstained: "Unwell"}).where(ScoreSheet.id == sheets[0])
    await ScoreSheet.update({ScoreSheet.state: "set-aside"}).where(ScoreSheet.id == sheets[1])
    await ScoreSheet.update({ScoreSheet.state: "sealed"}).where(ScoreSheet.id == sheets[2])
    browser = await judged_now.client("chair")

    told = {}
    for page in ("", "/progress", "/rounds"):
        text = (await browser.get(f"/en/committee{page}")).text
        told[page] = re.findall(
            r"(?:Sheets sealed.*?|>)(\d+) (?:<small>)?of (\d+)<", text.split("Sheets sealed", 1)[1]
        )[0]
    shown = (await browser.get(ENTRIES)).text
    by_project = [tuple(map(int, each)) for each in re.findall(r">(\d+) of (\d+)<", shown)]

    n_left = len(sheets) - 2
    assert set(told.values()) == {("1", str(n_left))}
    assert [sum(each) for each in zip(*by_project, strict=True)] == [1, n_left]


async def test_judges_stand_in_the_order_of_the_reader_s_alphabet_however_their_names_are_spelt(judged_now: House):
    names = {"إيمان": "Zahra", "ابتسام": "Álvaro", "أحمد": "bader"}
    for judge, (name_ar, name_en) in zip(judged_now.competition.judges, names.items(), strict=True):
        await Person.update({Person.name_ar: name_ar, Person.name_en: name_en}).where(
            Person.id == judge.actor.person_id
        )
    browser = await judged_now.client("chair")

    for page in ("/judges", "/progress", "/progress/reminders"):
        arabic, english = [(await browser.get(f"/{lang}/committee{page}")).text for lang in ("ar", "en")]
        assert sorted(names, key=arabic.index) == ["ابتسام", "أحمد", "إيمان"], page
        assert sorted(names.values(), key=english.index) == ["Álvaro", "bader", "Zahra"], page


async def _read_parts(browser: httpx.AsyncClient, address: str, found: str) -> list[list[str]]:
    """What a pattern finds in each part of a list, following the link to the next."""
    parts, following = [], address
    while following:
        shown = (await browser.get(following)).text
        parts.append(list(dict.fromkeys(re.findall(found, shown))))
        link = re.search(r'href="([^"]+)" rel="next"', shown)
        following = link[1].replace("&amp;", "&") if link else ""
    return parts


async def test_who_judges_what_comes_in_parts_that_keep_the_category(judged_now: House, monkeypatch):
    monkeypatch.setattr("service.web.committee.assignments.ENTRIES_A_PART", 1)
    browser = await judged_now.client("assigner")
    code = r'<div class="xs muted">.*?([A-Z]+-\d+)'

    every = await _read_parts(browser, "/en/committee/assignments", code)
    films = await _read_parts(browser, "/en/committee/assignments?category=documentary", code)

    codes = await _codes()
    assert sorted(every) == [[each] for each in codes]
    assert sorted(films) == [[each] for each in codes if each.startswith("DOC")]


async def test_the_registrar_s_queue_comes_in_parts_and_begins_with_what_waits(judged_now: House, monkeypatch):
    monkeypatch.setattr("service.web.committee.eligibility_queue.ENTRIES_A_PART", 3)
    rows = await Entry.select(Entry.id, Entry.entry_number).order_by(Entry.entry_number)
    waiting = rows[-1]
    await Entry.update({Entry.state: "submitted"}).where(Entry.id == waiting["id"])
    browser = await judged_now.client("registrar")

    parts = await _read_parts(browser, "/en/committee/eligibility", r'/en/committee/eligibility/([^"?]+)"')

    assert [len(each) for each in parts] == [3, 1]
    assert parts[0][0] == waiting["entry_number"]
    assert {each for part in parts for each in part} == {row["entry_number"] for row in rows}
    shown = (await browser.get("/en/committee/eligibility")).text
    assert 'Waiting for a decision <span class="muted">1</span>' in shown
    assert f'Decided <span class="muted">{len(rows) - 1}</span>' in shown


async def test_sealed_sheets_come_in_parts_and_a_form_sent_empty_comes_back_in_its_own(judged_now: House, monkeypatch):
    monkeypatch.setattr("service.web.committee.sheets.SHEETS_A_PART", 2)
    await ScoreSheet.update({ScoreSheet.state: "sealed"}).where(ScoreSheet.state == "draft")
    browser = await judged_now.client("chair")
    form = r'action="/en/committee/sheets/([0-9a-f-]+)/reopen"'

    parts = await _read_parts(browser, "/en/committee/sheets", form)
    refused = await post(browser, f"/en/committee/sheets/{parts[-1][0]}/reopen", {"reason": ""})

    assert all(0 < len(each) <= 2 for each in parts)
    assert len({each for part in parts for each in part}) == await ScoreSheet.count()
    assert refused.status_code == 422
    assert list(dict.fromkeys(re.findall(form, refused.text))) == parts[-1]


async def test_projects_come_fifty_to_a_page_and_all_on_one_where_that_is_asked(ranked_now: House, monkeypatch):
    browser = await ranked_now.client("chair")
    codes = await _codes()
    assert "on one page" not in (await browser.get(ENTRIES)).text
    monkeypatch.setattr("service.web.committee.entries.ENTRIES_A_PART", 2)

    part = (await browser.get(f"{ENTRIES}?q=-")).text
    [whole] = re.findall(r'href="([^"]+part=all)"', part)
    shown = (await browser.get(whole.replace("&amp;", "&"))).text

    assert _listed(part) == codes[:2]
    assert _listed(shown) == codes
    assert 'rel="next"' not in shown
    assert "In parts" in shown
    monkeypatch.setattr("service.web.committee.entries.WHOLE_AT_MOST", 3)
    long = (await browser.get(ENTRIES, params={"part": "all"})).text
    assert _listed(long) == codes[:2]
    assert "on one page" not in long


async def test_comments_on_many_projects_are_folded_and_still_chosen_in_one_form(ranked_now: House, monkeypatch):
    path = "/en/committee/feedback/documentary"
    browser = await ranked_now.client("chair")
    assert '<details class="fold"' not in (await browser.get(path)).text
    monkeypatch.setattr("service.web.committee.feedback.PROJECTS_OPEN", 1)

    folded = (await browser.get(path)).text
    sheets = re.findall(r'name="sheet" value="([^"]+)"', folded)
    saved = await post(browser, path, {"sheet": sheets[:1]}, page=path)
    after = (await browser.get(path)).text

    assert folded.count("0 of 2 chosen") == folded.count('<details class="fold"') == 2
    assert len(sheets) == 4
    assert saved.status_code == 303
    assert after.count("1 of 2 chosen") == 1
