"""Reports survive the way to the database and back; pages and documents are measured as asked."""

import hashlib
import json
from pathlib import Path

from service.inspection import inspect_file
from storage.inspect.limits import FileRules
from storage.inspect.report import Report
from tests import corpus


async def test_a_report_comes_back_from_json_as_it_was(tmp_path: Path):
    path = tmp_path / "a.pdf"
    corpus.saved(corpus.with_info)(path)
    (tmp_path / "pages").mkdir()

    report = await inspect_file(path, FileRules(), copy_to=tmp_path / "copy", pages_to=tmp_path / "pages")

    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


async def test_a_report_names_the_bytes_of_the_original_and_of_the_copy(tmp_path: Path):
    path, copy = tmp_path / "a.pdf", tmp_path / "copy"
    corpus.saved(corpus.pdf)(path)

    report = await inspect_file(path, FileRules(), copy_to=copy)

    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert report.clean is not None
    assert report.clean.sha256 == hashlib.sha256(copy.read_bytes()).hexdigest()
    assert (report.clean.size, report.clean.path) == (copy.stat().st_size, str(copy))


async def test_every_page_has_a_picture_with_its_text(tmp_path: Path):
    path, pages = tmp_path / "a.pdf", tmp_path / "pages"
    pages.mkdir()
    corpus.saved(lambda: corpus.pdf("Water and gardens", pages=3))(path)

    report = await inspect_file(path, FileRules(), copy_to=tmp_path / "copy", pages_to=pages)

    assert [page.number for page in report.pages] == [1, 2, 3]
    assert all("Water and gardens" in page.text for page in report.pages)
    assert sorted(pages.iterdir()) == sorted(Path(page.path) for page in report.pages)


async def test_too_many_pages_are_refused_with_both_numbers(tmp_path: Path):
    path = tmp_path / "a.pdf"
    corpus.saved(lambda: corpus.pdf(pages=5))(path)

    report = await inspect_file(path, FileRules(max_pages=4))

    assert ("pages.too-many", {"pages": 5, "limit": 4}) in [(each.code, dict(each.facts)) for each in report.findings]


async def test_the_text_of_a_comment_drawn_on_the_page_stays_and_its_author_goes(tmp_path: Path):
    path, copy = tmp_path / "a.pdf", tmp_path / "copy"
    corpus.saved(corpus.with_note)(path)

    report = await inspect_file(path, FileRules(), copy_to=copy)

    assert "pdf.remarks" in {finding.code for finding in report.findings}
    assert b"/Annot" not in corpus.said_inside(copy.read_bytes())


async def test_an_archive_is_listed_for_the_committee(tmp_path: Path):
    path = tmp_path / "a.zip"
    path.write_bytes(corpus.zipped(a=b"1", b=b"2"))

    report = await inspect_file(path, FileRules(is_for_judges=False))

    assert (report.verdict, report.facts.members) == ("accept", 2)
