import re
import zipfile
from pathlib import Path

import av
import pypdfium2
import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from service.demo import films
from service.demo.data import load_edition
from service.demo.edition import DemoEdition, Entry
from service.demo.files import link_of, make_files
from service.demo.making import Making
from service.demo.papers import words
from service.demo.pictures import MOTIFS, PALETTES
from service.demo.terms import Material


@pytest.fixture(scope="module")
def edition() -> DemoEdition:
    return load_edition()


def _make(edition: DemoEdition, entry_id: str, material_id: str, folder: Path) -> list[Path]:
    entry = edition.entry(entry_id)
    return make_files(entry, edition.category(entry.category).material(material_id), folder)


def _names(entry: Entry) -> list[str]:
    people = [*entry.members, entry.supervisor]
    return [part for person in people for part in (person.name.ar, person.name.en)]


def _text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return " ".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def _pages_within(material: Material, path: Path) -> bool:
    n_pages = len(PdfReader(path).pages)
    return (material.min_pages or 1) <= n_pages <= (material.max_pages or n_pages)


PAPERS = [
    ("last-falaj", "dossier"),
    ("house-telephone", "dossier"),
    ("khutwa", "dossier"),
    ("counted-drop", "case"),
    ("water-bottles", "work"),
    ("municipal-comments", "paper"),
    ("trust-emergency", "summary"),
]


@pytest.mark.parametrize(("entry_id", "material_id"), PAPERS)
def test_a_document_keeps_to_its_pages_and_words_and_names_nobody(edition, tmp_path, entry_id, material_id):
    entry = edition.entry(entry_id)
    material = edition.category(entry.category).material(material_id)

    path = next(path for path in make_files(entry, material, tmp_path) if path.suffix == ".pdf")

    text = _text(path)
    assert _pages_within(material, path)
    assert len(text.split()) >= (material.min_words or 1)
    assert not [name for name in _names(entry) if name in text]
    assert edition.institution(entry.institution).name.en not in text


def test_the_same_seed_gives_the_same_bytes(edition, tmp_path):
    made = []
    for turn in ("one", "two"):
        (tmp_path / turn).mkdir()
        made.append([path.read_bytes() for path in _make(edition, "khutwa", "dossier", tmp_path / turn)])

    assert made[0] == made[1]


def test_a_film_lasts_as_declared_and_chromium_can_play_it(edition, tmp_path):
    entry = edition.entry("letters-sea")

    (path,) = _make(edition, entry.id, "film", tmp_path)

    with av.open(str(path)) as film:
        picture, sound = film.streams.video[0], film.streams.audio[0]
        assert (picture.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert (picture.width, picture.height) == (640, 360)
        assert film.duration / 1e6 == pytest.approx(entry.demo_seconds, abs=0.2)
        assert sum(1 for _ in film.decode(picture)) == entry.demo_seconds * films.RATE
    assert path.stat().st_size < 2_000_000


def test_captions_end_where_the_credits_begin(edition, tmp_path):
    entry = edition.entry("last-falaj")

    (path,) = _make(edition, entry.id, "captions", tmp_path)

    last = re.findall(r"--> 00:00:(\d\d[.,]\d{3})", path.read_text(encoding="utf-8"))[-1]
    assert float(last.replace(",", ".")) <= entry.demo_credits_start


def test_an_episode_is_sound_of_the_declared_length(edition, tmp_path):
    entry = edition.entry("voice-hara")

    (path,) = _make(edition, entry.id, "audio", tmp_path)

    with av.open(str(path)) as episode:
        assert episode.duration / 1e6 == pytest.approx(entry.demo_seconds, abs=0.3)
        assert not episode.streams.video


def test_posters_are_one_page_or_a_large_enough_picture_and_every_kind_occurs(edition, tmp_path):
    kinds = set()
    material = edition.category("documentary").material("poster")
    for entry in edition.entries:
        if entry.category == "documentary":
            (path,) = make_files(entry, material, tmp_path)
            kinds.add(path.suffix)
            if path.suffix == ".pdf":
                assert len(PdfReader(path).pages) == 1
            else:
                with Image.open(path) as image:
                    assert image.width >= material.min_width
                    assert image.height >= material.min_height

    assert ".pdf" in kinds
    assert len(kinds) > 1


def test_sheets_and_archives_open(edition, tmp_path):
    for entry_id, material_id in [
        ("meal-price", "archive"),
        ("trust-emergency", "data"),
        ("women-advertising", "data"),
    ]:
        for path in _make(edition, entry_id, material_id, tmp_path):
            if path.suffix == ".zip":
                assert "index.html" in zipfile.ZipFile(path).namelist()
            elif path.suffix == ".xlsx":
                assert load_workbook(path).active.max_row > 100
            else:
                assert path.read_text(encoding="utf-8").startswith("participant,")


def test_a_link_has_an_address_and_no_file(edition, tmp_path):
    entry = edition.entry("khutwa")
    link = edition.category("digital").material("link")

    assert make_files(entry, link, tmp_path) == []
    assert link_of(entry, link) == "https://khutwa.example/"
    assert link_of(entry, edition.category("digital").material("demo")) is None


def test_some_documents_name_their_maker_in_their_properties_for_the_inspection_to_find(edition, tmp_path):
    authors = []
    for entry in edition.entries:
        if entry.category == "campaign":
            (path,) = _make(edition, entry.id, "case", tmp_path)
            authors.append((PdfReader(path).metadata or {}).get("/Author"))

    assert any(authors)
    assert not all(authors)


async def test_a_second_run_makes_nothing_again_and_an_unfinished_file_is_not_taken(edition, tmp_path):
    one = edition.entry("khutwa")
    small = type(edition)(**{name: getattr(edition, name) for name in edition.__slots__} | {"entries": (one,)})
    folder = tmp_path / "files"
    steps: list[tuple[int, int]] = []

    async def make() -> dict[str, list[Path]]:
        with Making(small, folder, lambda done, total: steps.append((done, total)), workers=1) as making:
            materials = small.category(one.category).materials
            return {each.id: await making.files_of(one.id, each.id) for each in materials}

    first = await make()
    times = {path: path.stat().st_mtime_ns for paths in first.values() for path in paths}
    (folder / "khutwa-demo-0000.99").mkdir()
    second = await make()

    assert second == first
    assert {path: path.stat().st_mtime_ns for paths in second.values() for path in paths} == times
    assert steps == [(1, 3), (2, 3), (3, 3), (3, 3)]


def test_every_entry_has_a_picture_of_its_own(edition):
    pictures = words()["pictures"]

    assert set(pictures) == {entry.id for entry in edition.entries}
    assert len({tuple(pair) for pair in pictures.values()}) > len(pictures) - 4
    assert all(palette in PALETTES and motif in MOTIFS for palette, motif in pictures.values())
