"""Names that files come under: whatever they hold, one line that is safe to store, to show and to put in a header."""

import unicodedata
from email.message import EmailMessage

import pytest

from service.usecases.files.sent_files import LONGEST_NAME, clean_name
from storage.objects.signing import write_disposition
from storage.objects.store import ReadAs

RTL, ZERO, CUT = "\u202e", "\u200b", "\ud800"
NAMES = (
    "../../etc/passwd.pdf", "..\\..\\windows\\system32\\x.pdf", "/absolute.pdf", "C:\\film.mp4", "file://host/x.pdf",
    "a\x00b.pdf", "a\r\nSet-Cookie: x=1.pdf", "a\nb.pdf", "a\tb.pdf", "a\x7fb.pdf", "a\x1b[31m.pdf", "a\u2028b.pdf",
    f"invoice{RTL}fdp.exe", f"{RTL}.pdf", "a\u2066b\u2069.pdf", f"film{ZERO}.mp4", "\ufefffilm.mp4", f"a{CUT}b.pdf",
    'a".pdf', "a';drop table file;--.pdf", "a%0d%0aX: y.pdf", "a%2e%2e%2f.pdf", "a;filename=b.pdf", 'a\\".pdf',
    "<script>alert(1)</script>.pdf", "{{7*7}}.pdf", "${jndi:ldap://x}.pdf", "=cmd|' /C calc'!A0.pdf", "@SUM(1).pdf",
    "CON.pdf", "NUL", "aux.mp4", ".htaccess", "..pdf", " .pdf ", "  spaces   inside .pdf", "film.mp4.exe",
    "x" * 100_000 + ".pdf", "ط" * 5_000 + ".pdf", "😀🏳️‍🌈.mp4", "فيلم «الفلج».mp4", "cafe\u0301.pdf", "a." + "b" * 5_000,
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_becomes_one_safe_line(name: str):
    kept = clean_name(name)

    assert len(kept) <= 2 * LONGEST_NAME
    assert not set(kept) & set("/\\\r\n\t\x00\x7f\x1b\u2028\u202e\u2066\u2069\ufeff\ud800")
    assert kept == " ".join(kept.split())
    assert kept.encode("utf-8").decode("utf-8") == kept


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_makes_one_well_formed_header(name: str):
    header = write_disposition(ReadAs(media_type="application/pdf", file_name=clean_name(name), is_download=True))

    letter = EmailMessage()
    letter["Content-Disposition"] = header
    assert header.isascii()
    assert not set(header) & set("\r\n\x00")
    assert header.startswith('attachment; filename="')
    assert header.count("filename=") == 1 or "filename=" in clean_name(name)
    assert letter["Content-Disposition"].params["filename"] is not None


def test_twins_that_look_alike_are_one_name():
    composed, taken_apart = "caf\u00e9.pdf", unicodedata.normalize("NFD", "caf\u00e9.pdf")

    assert clean_name(composed) == clean_name(taken_apart)
