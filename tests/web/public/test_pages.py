import re

import pytest

from storage.lifecycle import EditionState
from storage.tables.edition import Material
from tests.conftest import World
from tests.entrants import add_rules

PAGES = ["/", "/about", "/categories", "/rules", "/timeline", "/editions", "/help", "/accessibility", "/privacy"]


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_every_page_for_everybody_is_shown_in_every_stage(world: World, language: str):
    browser = world.visitor()
    for stage in EditionState:
        await world.set_stage(stage)
        for path in [*PAGES, "/categories/documentary"] if stage is not EditionState.DRAFT else PAGES:
            answer = await browser.get(f"/{language}{path}")
            assert answer.status_code == 200, (stage, path)
            assert f'lang="{language}"' in answer.text
            assert "set-cookie" not in answer.headers


async def test_a_category_says_every_limit_of_its_files_in_both_languages_before_anybody_uploads(world: World):
    rules = await add_rules(world.edition_id)
    limits = {"min_seconds": 300, "max_seconds": 1500, "min_width": 1920, "min_height": 1080}
    await Material.update(limits).where((Material.category == rules.category_id) & (Material.slug == "film"))
    await Material.update({"min_pages": 1, "max_pages": 8, "max_words": 4000}).where(Material.slug == "dossier")
    browser = world.visitor()

    english, arabic = [_text((await browser.get(f"/{each}/categories/documentary")).text) for each in ("en", "ar")]

    assert "MP4, MOV · 1 file · Up to 64 MB a file · Length: 05:00 to 25:00 · Picture at least 1920×1080" in english
    assert "PDF · 1 file · Up to 8 MB a file · Pages: 8 at most · Words: 4000 at most" in english
    assert "JPG, PNG · Up to 3 files · Up to 2 MB a file" in english
    assert "MP4، MOV · ملف واحد · حتى 64 ميجابايت للملف · المدة من 05:00 إلى 25:00 · أبعاد الصورة 1920×1080" in arabic
    assert "عدد الصفحات 8 على الأكثر · عدد الكلمات 4000 على الأكثر" in arabic
    assert "3 ملفات على الأكثر" in arabic


def _text(page: str) -> str:
    """What a reader sees of a page: no marks of form, one space between words."""
    return " ".join(re.sub(r"<[^>]+>", "", page).split())
