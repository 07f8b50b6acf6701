"""Lines of letters are told from textures, so that the committee need not look at every film."""

import pytest
from PIL import Image, ImageDraw

from storage.inspect.look import has_writing
from tests.corpus_pictures import written


def fence() -> Image.Image:
    sheet = Image.new("RGB", (1280, 720), "white")
    pen = ImageDraw.Draw(sheet)
    for left in range(0, 1280, 24):
        pen.rectangle((left, 0, left + 10, 720), fill="brown")
    return sheet


@pytest.mark.parametrize(
    "picture", [written("Directed by"), written("إخراج زهران"), written("A", "B", "and a longer line of thanks")]
)
def test_lines_of_letters_are_writing(picture: Image.Image):
    assert has_writing(picture)


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGB", (1280, 720), "navy"),
        Image.effect_noise((1280, 720), 80),
        Image.radial_gradient("L").resize((1280, 720)),
        fence(),
        Image.new("RGB", (8, 8)),
        Image.new("RGB", (4000, 3)),
    ],
    ids=["plain", "noise", "gradient", "fence", "tiny", "strip"],
)
def test_textures_are_not(picture: Image.Image):
    assert not has_writing(picture)
