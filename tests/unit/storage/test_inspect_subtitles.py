"""The judge's copy of captions: what browsers show beside a film, whatever was sent."""

from pathlib import Path

import pytest

from storage.inspect.examine import examine
from storage.inspect.limits import FileRules

SUBRIP = """1
00:00:01,500 --> 00:00:03,000
<font color="red">مرحبًا</font> <i>بكم</i>

2
01:02:03,004 --> 01:02:05,000
R&D: 3 < 5 --> so
"""
WEBVTT = """WEBVTT - made by somebody

NOTE a note

00:01.500 --> 00:03.000 align:start
<v Somebody>مرحبًا</v> <i>بكم</i>

01:02:03.004 --> 01:02:05.000
R&amp;D: 3 &lt; 5 → so
"""
COPY = """WEBVTT

1
00:00:01.500 --> 00:00:03.000
مرحبًا <i>بكم</i>

2
01:02:03.004 --> 01:02:05.000
R&amp;D: 3 &lt; 5 → so
"""


@pytest.mark.parametrize(("name", "sent"), [("film.srt", SUBRIP), ("film.vtt", WEBVTT)])
def test_captions_become_webvtt_with_times_and_words_alone(tmp_path: Path, name: str, sent: str):
    path, copy = tmp_path / name, tmp_path / "copy"
    path.write_text(sent, encoding="utf-8")

    report, _ = examine(path, FileRules(), copy_to=copy, pages_to=None)

    assert report.clean is not None
    assert report.clean.media_type == "text/vtt"
    assert copy.read_text(encoding="utf-8") == COPY
