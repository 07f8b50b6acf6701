import pytest
from fontTools.ttLib import TTFont

from service.fonts import FACES, ensure_fonts

ARABIC_TEXT = "سُلّم المشروع، وبقيت 3 ملفات يُتاح إكمال رفعها حتى الساعة 14:00 «الفلج الأخير»؟ ٠١٢٣"
LATIN_TEXT = "“Settled” – £12.50 × 3 → DOC-417 … −0.4"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("fonts")
    ensure_fonts(made)
    return made


@pytest.mark.long
def test_every_face_holds_the_letters_that_pages_use_and_their_joining(folder):
    for path in ensure_fonts(folder):
        font = TTFont(path)
        characters = set(font.getBestCmap())
        assert {ord(char) for char in LATIN_TEXT} <= characters | {0x20}, path.name
        if "arabic" in path.name:
            assert {ord(char) for char in ARABIC_TEXT} <= characters, path.name
            features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
            assert {"init", "medi", "fina", "rlig"} <= features
            assert "mark" in {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord}


def test_what_a_page_preloads_stays_under_120_kilobytes(folder):
    sizes = {path.name: path.stat().st_size for path in ensure_fonts(folder)}
    assert sizes["plex-sans-arabic-400.woff2"] + sizes["plex-sans-arabic-600.woff2"] < 120_000


def test_the_licences_lie_beside_the_fonts_and_nothing_is_done_twice(folder):
    first = ensure_fonts(folder)
    made_at = [path.stat().st_mtime_ns for path in first]
    assert len(list(folder.glob("*-OFL.txt"))) == 2
    assert all(
        "SIL Open Font License" in path.read_text().replace("SIL OPEN FONT LICENSE", "SIL Open Font License")
        for path in folder.glob("*-OFL.txt")
    )
    assert [path.stat().st_mtime_ns for path in ensure_fonts(folder)] == made_at
    assert len(first) == len(FACES)
    assert {path.name for path in folder.iterdir()} == {path.name for path in first} | {
        path.name for path in folder.glob("*-OFL.txt")
    }
