"""Lines of letters are told from textures, so that the committee need not look at every film."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from storage.inspect.examination import Examination
from storage.inspect.limits import FileRules
from storage.inspect.look import has_writing, is_reader_here, look_at, look_at_pages
from storage.inspect.report import Place, PlaceKind
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


def table(*, may_read: bool) -> Examination:
    return Examination(Path(), 0, FileRules(), None, None, may_read=may_read)


@pytest.mark.skipif(not is_reader_here(), reason="tesseract is not installed: pictures are pointed at, not read")
def test_several_pictures_read_at_once_keep_their_places():
    examination = table(may_read=True)
    first, third = Place(PlaceKind.SECOND, 1), Place(PlaceKind.SECOND, 9)

    look_at(
        [(written("Directed by"), first), (fence(), Place(PlaceKind.SECOND, 5)), (written("Zahran"), third)],
        examination,
    )

    said = {piece.place: piece.text for piece in examination.pieces}
    assert "Directed" in said[first]
    assert "Zahran" in said[third]
    assert set(said) == {first, third}


@pytest.mark.skipif(not is_reader_here(), reason="tesseract is not installed: pictures are pointed at, not read")
def test_pages_are_read_some_at_a_time_and_each_is_shown_to_the_committee():
    examination = table(may_read=True)
    pages = [Place(PlaceKind.PAGE, number) for number in range(1, 7)]

    look_at_pages(pages, lambda number: written(f"Chapter {number}") if number != 2 else None, examination)

    assert [finding.place for finding in examination.findings] == pages
    assert [piece.place.number for piece in examination.pieces] == [1, 3, 4, 5, 6]
    assert all(f"{piece.place.number}" in piece.text for piece in examination.pieces)


def test_where_nothing_can_read_writing_is_pointed_at():
    examination = table(may_read=False)

    look_at([(written("Directed by"), Place(PlaceKind.SECOND, 1)), (fence(), Place())], examination)

    assert [(finding.code, finding.place.number) for finding in examination.findings] == [("look.writing", 1)]
