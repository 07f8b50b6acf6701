"""Film and sound: limits, the copy's container, the cut before the credits."""

from pathlib import Path

import av
import pytest

from service.inspection import inspect_file
from storage.inspect.limits import FileRules
from tests import corpus


def last_second(path: Path) -> float:
    with av.open(str(path)) as film:
        return max(float(packet.pts * packet.time_base) for packet in film.demux() if packet.pts is not None)


async def test_a_film_in_quicktime_comes_out_as_mp4_with_the_same_streams(tmp_path: Path):
    path, copy = tmp_path / "a.mov", tmp_path / "copy"
    corpus.film("mov", "libx264", "aac")(path)

    report = await inspect_file(path, FileRules(), copy_to=copy)

    assert report.clean is not None
    assert report.clean.media_type == "video/mp4"
    with av.open(str(copy)) as film:
        assert [stream.codec_context.codec.canonical_name for stream in film.streams] == ["h264", "aac"]
        assert dict(film.metadata).keys() <= {"major_brand", "minor_version", "compatible_brands"}


async def test_no_packet_of_the_copy_is_shown_after_the_credits_start(tmp_path: Path):
    path, copy = tmp_path / "a.mp4", tmp_path / "copy"
    corpus.film("mp4", "libx264", "aac", seconds=5)(path)

    await inspect_file(path, FileRules(credits_start=3.0), copy_to=copy)

    assert 2.0 < last_second(copy) < 3.0
    assert last_second(path) > 4.5


@pytest.mark.parametrize(("limit", "verdict"), [(3.0, "reject"), (4.5, "accept"), (None, "accept")])
async def test_a_film_over_its_limit_is_refused_but_not_for_a_rounded_second(
    tmp_path: Path, limit: float | None, verdict: str
):
    path = tmp_path / "a.mp4"
    corpus.film("mp4", "libx264", "aac", seconds=5)(path)

    report = await inspect_file(path, FileRules(max_seconds=limit))

    assert report.verdict == verdict
    assert report.facts.seconds == pytest.approx(5, abs=0.2)


async def test_a_film_is_refused_where_only_documents_are_asked_for(tmp_path: Path):
    path = tmp_path / "report.pdf"
    corpus.film("mp4", "libx264", "aac")(path)

    report = await inspect_file(path, FileRules(formats=frozenset({"pdf", "docx"})))

    assert report.type == "mp4"
    assert [finding.code for finding in report.findings] == ["file.format"]


async def test_a_codec_that_browsers_do_not_play_is_named(tmp_path: Path):
    path = tmp_path / "a.mp4"
    corpus.film("mp4", "mpeg4", "aac")(path)

    report = await inspect_file(path, FileRules())

    assert [finding.facts.get("codec") for finding in report.findings] == ["mpeg4"]


async def test_a_poster_is_taken_and_lies_in_the_folder_of_pictures(tmp_path: Path):
    path, pages = tmp_path / "a.mp4", tmp_path / "pages"
    pages.mkdir()
    corpus.film("mp4", "libx264", "aac")(path)

    report = await inspect_file(path, FileRules(), pages_to=pages)

    assert report.poster is not None
    assert Path(report.poster.path).parent == pages
    assert report.poster.size > 0
