import pytest

from storage.lifecycle import EditionState
from tests.conftest import World

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
