"""A judge's certificate of thanks: taken after the publication, verified by anybody, silent on what was judged."""

from collections.abc import AsyncIterator

import httpx
import pypdfium2
import pytest
import zxingcpp

from service.settings import Settings
from service.usecases.people.personal_data import export_own_data
from storage.tables.entry import Entry
from storage.tables.panel import JudgeCertificate
from storage.tables.scoresheet import ScoreSheet
from tests.competition import PUBLISH, Competition
from tests.conftest import SetClock, World
from tests.program import get_program

pytestmark = pytest.mark.long
PATH = "/en/judging/certificate"


@pytest.fixture
async def bench(notified: Competition, settings: Settings) -> AsyncIterator[World]:
    """The program at the hour of publication; the last judge has sealed nothing."""
    last = notified.judges[-1]
    await ScoreSheet.update({ScoreSheet.sealed_at: None}, force=True).where(ScoreSheet.assignment.judge == last.id)
    await notified.schedule()
    app = await get_program(settings, SetClock(PUBLISH))
    actors = {f"judge {at}": judge.actor for at, judge in enumerate(notified.judges)}
    world = World(app, settings, SetClock(PUBLISH), notified.edition_id, actors | {"chair": notified.chair})
    async with world.exit:
        yield world


def read(answer: httpx.Response) -> tuple[str, list[str]]:
    """The words of a PDF of one page, and where its square leads."""
    with pypdfium2.PdfDocument(answer.content) as document:
        assert len(document) == 1
        picture = document[0].render(scale=2).to_pil().convert("L")
        return document[0].get_textpage().get_text_range(), [each.text for each in zxingcpp.read_barcodes(picture)]


async def test_a_judge_takes_it_after_the_publication_and_anybody_may_verify_it(bench: World, notified: Competition):
    mine = await bench.client("judge 0")
    early, listed = await mine.get(PATH), (await mine.get("/en/judging")).text
    await notified.publish()

    taken, page = await mine.get(PATH), (await mine.get("/ar/judging")).text
    row = await JudgeCertificate.select().where(JudgeCertificate.judge == notified.judges[0].id).first()
    assert row is not None
    shown = {lang: (await bench.visitor().get(f"/{lang}/verify/{row['code']}")).text for lang in ("ar", "en")}

    assert early.status_code == 404
    assert "Certificate of thanks" not in listed
    assert taken.headers["content-type"] == "application/pdf"
    words, links = read(taken)
    assert {"Judge", "Small", "competition", "thanks", "jury"} <= set(words.split())
    assert links == [f"http://localhost:8000/verify/{row['code']}"]
    assert row["code"] in page
    assert "شهادة شكر وتقدير" in page
    assert "Member of the jury" in shown["en"]
    assert "Judge 0" in shown["en"]
    assert "عضوية لجنة التحكيم" in shown["ar"]
    codes = [row["code_name"] for row in await Entry.select(Entry.code_name)]
    for told in (*codes, *notified.entrants, "The work of"):
        assert not [text for text in (words, *shown.values()) if told in text], told


async def test_who_sealed_nothing_has_none_and_nobody_takes_another_s(bench: World, notified: Competition):
    await notified.publish()
    idle = await bench.client(f"judge {len(notified.judges) - 1}")

    assert (await idle.get(PATH)).status_code == 404
    assert "Certificate of thanks" not in (await idle.get("/en/judging")).text
    assert (await (await bench.client("chair")).get(PATH)).status_code == 403
    assert await JudgeCertificate.count() == len(notified.judges) - 1


async def test_the_committee_lists_them_and_a_judge_s_own_data_holds_the_own_one(bench: World, notified: Competition):
    chair = await bench.client("chair")
    await notified.publish()

    listed = (await chair.get("/en/committee/certificates")).text
    mine = await export_own_data(notified.judges[0].actor, now=PUBLISH)
    idle = await export_own_data(notified.judges[-1].actor, now=PUBLISH)

    rows = await JudgeCertificate.select()
    assert len(rows) == len(notified.judges) - 1
    assert all(f'href="/en/verify/{row["code"]}"' in listed for row in rows)
    own = next(row for row in rows if row["judge"] == notified.judges[0].id)
    assert [each["code"] for each in mine["thanks"]] == [own["code"]]
    assert idle["thanks"] == []
