"""The static archive of an edition: whole, closed in itself, and nothing but what was published."""

import io
import re
import zipfile
from posixpath import dirname, join, normpath

import pytest

from service.errors import NotFound
from service.web.archive import build_archive
from storage.rows import get_row
from storage.tables.award import Award
from storage.tables.edition import Edition, EligibilityRule, TimelineDate
from storage.tables.entry import Entry
from storage.tables.rubric import Criterion
from tests.web.committee.conftest import House, told

pytestmark = pytest.mark.long

__all__ = ["told"]

LINK = re.compile(r'\b(?:href|src)="([^"]*)"')


async def test_there_is_no_archive_before_publication(told: House):
    await told.competition.schedule()

    with pytest.raises(NotFound):
        await build_archive("small-2027", told.app.state.objects, told.app.state.static)


async def test_the_archive_opens_from_disk_and_every_link_in_it_leads_somewhere(told: House):
    await told.competition.schedule()
    await told.competition.publish()

    made = await build_archive("small-2027", told.app.state.objects, told.app.state.static)

    with zipfile.ZipFile(io.BytesIO(made)) as folder:
        names = set(folder.namelist())
        pages = {name: folder.read(name).decode() for name in names if name.endswith(".html")}
    awards = await Award.select(Award.slug, Award.title_en)
    assert {f"{language}/winner-{row['slug']}.html" for row in awards for language in ("ar", "en")} <= names
    assert {"index.html", "ar/index.html", "en/method.html", "ar/fingerprints.html", "css/tokens.css"} <= names
    assert "en/category-documentary.html" in names
    for name, text in pages.items():
        for link in LINK.findall(text):
            if not link.startswith("#"):
                assert normpath(join(dirname(name), link.split("#")[0])) in names, (name, link)
        assert "<form" not in text
        assert "<script" not in text
    for row in awards:
        assert row["title_en"] in pages["en/index.html"]
    for page in ("en/categories.html", "ar/rules.html", "en/timeline.html", "en/rubric-podcast.html"):
        assert f'href="{page[3:]}"' in pages[page[:3] + "index.html"] + pages[page[:3] + "categories.html"], page
    criteria = await Criterion.select(Criterion.name_en, Criterion.ask_ar).where(Criterion.category.slug == "podcast")
    for each in criteria:
        assert each["name_en"] in pages["en/rubric-podcast.html"]
        assert each["ask_ar"] in pages["ar/rubric-podcast.html"]
    for each in await EligibilityRule.select():
        assert each["text_ar"] in pages["ar/rules.html"]
    edition = await get_row(Edition.select())
    assert edition["fingerprint"] in pages["en/rules.html"]
    for each in await TimelineDate.select():
        assert each["name_en"] in pages["en/timeline.html"]
    assert edition["name_ar"] in pages["ar/timeline.html"]
    codes = [row["code_name"] for row in await Entry.select(Entry.code_name)]
    assert not any(code in text for code in codes for text in pages.values())
    assert made == await build_archive("small-2027", told.app.state.objects, told.app.state.static)
