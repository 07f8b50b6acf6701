"""What people type into a field, whatever it is, is a text wherever it comes out: page, letter, table, certificate."""

import csv
import io
import json
from collections import Counter
from html.parser import HTMLParser
from uuid import uuid4

import openpyxl
import pypdfium2
import pytest

from service.mail.letters import write_letter
from service.spreadsheets import SheetTable, write_csv, write_json, write_xlsx
from service.typesetting import set_pdf
from service.usecases.publishing.certificates import describe
from service.usecases.written import read_line
from storage.columns import to_json
from storage.reads.certificates import CertificateView
from tests.cast import NOW
from tests.conftest import World, post
from tests.entrants import WORDS_AR, WORDS_EN, add_rules, start

RTL, ISOLATE, ZERO = "\u202e", "\u2066", "\u200b"
FIELDS = (
    "=1+1", "+968 2400 0000", "-2+3", "@SUM(A1:A9)", "\t=cmd|' /C calc'!A0", '=HYPERLINK("https://evil.example","x")',
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "' onfocus='alert(1)",
    '" autofocus onfocus="alert(1)', "</textarea><script>x()</script>", "</title><script>x()</script>",
    "<!-- not closed", "<b onmouseover=x>bold</b>", "&lt;b&gt; &amp; &#x27;", "javascript:alert(1)",
    "[press here](https://evil.example/)", "https://evil.example/sign-in", "evil.example/a?b=c&d=e#f",
    "{{ 7*7 }}", "{% raw %}", "${7*7}", "#{7*7}", "%(name)s", "{path}", "{0.__class__}", "%s%n%x",
    "#set page(width: 1pt)", "a\r\nBcc: all@example.org", "a\nSubject: other", "a\x00b", f"pay{RTL}fdp", f"a{ISOLATE}b",
    f"fa{ZERO}lse", "'; drop table entry; --", "الأفلاج «١٢» ٪ 😀 e\u0301",
)  # fmt: skip
"""Formulas, markup, links, templates, line ends, marks that turn or hide text, and SQL; the last is only text."""


class _Shape(HTMLParser):
    """The tags and attributes' names of a page, in order, and what it says."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.values += [value for name, value in attrs if name == "value" and value is not None]


def make_certificate(name: str) -> CertificateView:
    return CertificateView(
        code="0000-0000-0000", name_ar="اسم", name_en=name, issued_at=NOW, withdrawn_at=None, withdrawn_reason="",
        edition_id=uuid4(), edition_slug="e", edition_ar="دورة", edition_en="Edition", award_slug="a", place=1,
        is_shared=False, honour_ar="الأول", honour_en="First", title_ar="عنوان", title_en="Title",
        institution_ar="جامعة", institution_en="University", category_ar="فئة", category_en="Category",
    )  # fmt: skip


def kept(text: str) -> str:
    return read_line(text)


async def test_a_page_says_it_and_is_no_other_page_for_it(world: World):
    rules = await add_rules(world.edition_id)
    number = await start(world.actors["farah"], rules)
    farah, chair = await world.client("farah"), await world.client("jamal")
    page = f"/en/entries/{number}/details"

    async def save(title: str) -> tuple[int, _Shape]:
        shown = _Shape((await farah.get(page)).text)
        revision = next(value for value in shown.values if value.isdigit())
        form = {
            "title_ar": "الفلج الأخير", "title_en": title, "category": "documentary", "abstract_ar": WORDS_AR,
            "abstract_en": WORDS_EN, "work_language": "both", "revision": revision,
        }  # fmt: skip
        sent = await post(farah, page, form, page=page)
        return sent.status_code, _Shape((await farah.get(page)).text)

    _, plain = await save("The Last Falaj")
    for text in FIELDS:
        status, shown = await save(text)

        assert status in {303, 422}, text
        assert shown.tags == plain.tags, text
        assert kept(text) in shown.values, text
        found = await chair.get("/en/committee", params={"q": text})
        assert found.status_code < 500, text
        assert "<script>alert" not in found.text, text


@pytest.mark.parametrize("text", FIELDS, ids=range(len(FIELDS)))
def test_a_letter_has_the_headers_we_gave_it_and_no_link_of_others(text: str, settings):
    facts = {"path": "/invitations/abc", "role": "judge", "edition_ar": kept(text), "edition_en": text}
    row = {
        "id": uuid4(), "email": "reem@example.org", "template": "invitation", "language": "both",
        "facts": to_json(facts), "made_at": NOW,
    }  # fmt: skip

    message = write_letter(row, settings, now=NOW).message

    assert message["To"] == "reem@example.org"
    assert message["Bcc"] is None
    assert len(message.get_all("Subject")) == 1
    html = message.get_body(("html",))
    assert html is not None
    shape = _Shape(html.get_content())
    links = [attrs for tag, attrs in shape.tags if tag == "a"]
    assert len(links) == 2
    assert not {"script", "img", "svg", "b"} & {tag for tag, _ in shape.tags}
    assert 'href="https://evil' not in html.get_content()


def test_a_table_holds_the_same_texts_in_each_of_its_forms_and_computes_none():
    texts = [kept(text) for text in FIELDS]
    table = SheetTable("t", ("a",), ("a",), [[text] for text in texts])

    read = list(csv.reader(io.StringIO(write_csv(table).decode("utf-8-sig"), newline="")))[1:]
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(table, is_rtl=True))).active

    assert sheet is not None
    for (cell,), text in zip(read, texts, strict=True):
        assert cell in {text, f"'{text}"}
        assert not cell.startswith(("=", "+", "-", "@"))
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert all(cell.hyperlink is None for cell in cells)
    assert [row["a"] for row in json.loads(write_json(table))] == texts


def test_a_certificate_prints_it_as_it_is():
    texts = [kept(text) for text in FIELDS[:-1]]
    views = [make_certificate(text) for text in texts]

    with pypdfium2.PdfDocument(set_pdf("certificate", describe(views, "http://localhost:8000"))) as document:
        assert len(document) == len(texts)
        for page, text in zip(document, texts, strict=True):
            said = Counter(page.get_textpage().get_text_range())  # in what order depends on the reader
            assert Counter(filter(str.isalnum, text)) <= said, text
