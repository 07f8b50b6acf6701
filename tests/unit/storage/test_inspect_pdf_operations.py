"""Text taken out of a page's content in one pass must be the text that pypdf's own parser gives."""

from io import BytesIO

import pytest
import typst
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject

from storage.inspect.copy_content import clean_content
from storage.inspect.pdf_active import walk
from storage.inspect.pdf_operations import ease_reading, take_apart

SOURCE = """
#set page(paper: "a5")
= مسابقة «صوت»
#text(dir: rtl)[أعدّ العمل سالم بن راشد (الهاشمي) عام ٢٠٢٧ — لا سيّما الأول منه]

Salim (Rashid) \\\\ Al-Hashmi, 50 % #table(columns: 2, [a], [b])
"""


def test_a_page_taken_apart_reads_as_it_does_letter_by_letter():
    data = typst.compile(SOURCE.encode())
    slow = PdfReader(BytesIO(data)).pages[0].extract_text()
    reader = PdfReader(BytesIO(data))
    page = reader.pages[0]

    ease_reading(reader, page, page.get_contents().get_data())

    assert "Hashmi" in slow
    assert page.extract_text() == slow


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (rb"BT (a\(b\)\\ \101\12c (d) e) Tj ET", b"a(b)\\ A\nc (d) e"),
        (b"BT <4142 4> Tj ET", b"AB@"),
        (b"BT % (not this) Tj\n(this) Tj ET", b"this"),
        (b"/P <</MCID 0/ActualText(x)>> BDC BT (y)Tj ET EMC", b"y"),
    ],
)
def test_strings_mean_what_the_format_says(content, shown):
    operations = take_apart(content)

    assert operations is not None
    assert [operands for operands, operator in operations if operator == b"Tj"] == [[shown]]


@pytest.mark.parametrize(
    "content", [b"BT ((a(b)c)) Tj ET", b"BI /W 1 ID x EI BT (a) Tj ET", b"BT [(a) [(b)] TJ ET", b"BT ) Tj", b"[(a)"]
)
def test_what_is_not_plain_is_left_to_the_slow_reader(content):
    assert take_apart(content) is None


@pytest.mark.parametrize(
    ("content", "cleaned"),
    [
        (b"/Span<</ActualText<FEFF0644>>>BDC (x)Tj", b"/Span<</ActualText<FEFF0644>>>BDC (x)Tj"),
        (b"/Span<</Lang(ar)/Name(Salim)>>BDC (a<<b>>%c)Tj", b"/Span<<>>BDC (a<<b>>%c)Tj"),
        (b"q % Salim\nQ", b"q  \nQ"),
        (b"/P<</A<</B(Salim)>>>>BDC ((a(b))) Tj %x", b"/P<<>>BDC ((a(b))) Tj  "),
        (b"BI /W 1 ID <<%( EI\n% Salim", b"BI /W 1 ID <<%( EI\n "),
    ],
)
def test_content_keeps_what_draws_and_nothing_that_speaks(content, cleaned):
    assert clean_content(content) == cleaned


def test_structure_is_passed_over_and_a_name_spelt_in_hexadecimal_is_not():
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    structure = DictionaryObject({NameObject("/Type"): NameObject("/StructElem"), NameObject("/S"): NameObject("/P")})
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScriptXX")})
    hidden = DecodedStreamObject()
    hidden.set_data(b"app.alert(1)")
    for each in (structure, action, hidden):
        writer._add_object(each)
    file = BytesIO()
    writer.write(file)
    spelt = file.getvalue().replace(b"/JavaScriptXX", b"/JavaScrip#74")
    reader = PdfReader(BytesIO(spelt), strict=False)

    found = list(walk(reader))

    assert any(each.get("/S") == "/JavaScript" for each in found)
    assert not any(each.get("/Type") == "/StructElem" for each in found)
    assert any(isinstance(each, StreamObject) and each.get_data() == b"app.alert(1)" for each in found)
