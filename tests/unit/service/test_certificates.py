"""Certificates: drawn with the publication, scanned to a page that says valid, withdrawn for a reason."""

import io

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from service.actors import Role
from service.errors import Invalid, NotAllowed, NotFound, TooMany
from service.typesetting import set_pages
from service.usecases.publishing.certificates import (
    ALPHABET,
    AlreadyWithdrawn,
    describe,
    draw_code,
    link_of,
    print_certificates,
    read_code,
    verify_certificate,
    withdraw_certificate,
)
from storage.columns import from_json
from storage.reads.certificates import CertificateView, list_certificates, list_certificates_of_entry
from storage.tables.audit import AuditEvent
from storage.tables.award import Award, Certificate
from tests.competition import PUBLISH, Competition

pytestmark = pytest.mark.long

BASE = "https://tahkim.example"
MILLIMETRES_AN_INCH = 25.4
SHADE = 128


@pytest.fixture
async def published(notified: Competition) -> Competition:
    await notified.schedule()
    await notified.publish()
    return notified


def read_squares(pdf: bytes, *, dpi: int = 150) -> list[list[str]]:
    """What a reader of squares that is not ours makes of each page, drawn as a printer draws it."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    return [[found.text for found in zxingcpp.read_barcodes(page)] for page in pages]


async def test_each_member_of_each_honoured_team_has_one_and_no_code_is_twice(published: Competition):
    found = await list_certificates(published.edition_id)

    members = sum(len(from_json(row["team"])) for row in await Award.select(Award.team))
    assert len(found) == members > 0
    assert len({each.code for each in found}) == len(found)


async def test_there_is_none_before_the_publication(notified: Competition):
    await notified.schedule()

    assert await Certificate.count() == 0
    assert await list_certificates(notified.edition_id) == ()


async def test_the_square_on_the_printed_page_is_the_address_that_verifies(published: Competition):
    found = await list_certificates(published.edition_id)

    pdf = await print_certificates(found, base_url=BASE)

    assert read_squares(pdf) == [[link_of(each.code, BASE)] for each in found]
    for each in found:
        answer = await verify_certificate(link_of(each.code, BASE).rsplit("/", 1)[1], address="::1", now=PUBLISH)
        assert answer == each


async def test_arabic_is_printed_joined_and_from_the_right(published: Competition):
    found = (await list_certificates(published.edition_id))[0]

    def draw(name: str) -> np.ndarray:
        """Give the ink of the printed Arabic name, without the white beside it."""
        given = describe([found], BASE)
        given["certificates"][0]["ar"]["name"] = name
        scale = 4
        page = Image.open(io.BytesIO(set_pages("certificate", given, scale=scale)[0])).convert("L")
        left, top, right, bottom = (round(mm * scale * 72 / MILLIMETRES_AN_INCH) for mm in (150, 81, 273, 96))
        ink = np.asarray(page)[top:bottom, left:right] < SHADE
        columns = np.flatnonzero(ink.any(axis=0))
        return ink[:, columns[0] : columns[-1] + 1]

    def count_gaps(ink: np.ndarray) -> int:
        is_empty = ~ink.any(axis=0)
        return int((is_empty[1:] & ~is_empty[:-1]).sum())

    joined, apart = draw("محمد"), draw("م\u200cح\u200cم\u200cد")
    assert count_gaps(joined) == 0
    assert count_gaps(apart) >= 2
    # Two names that differ in their last letter alone are alike at the right, where Arabic begins.
    other = draw("محمر")
    width = min(joined.shape[1], other.shape[1]) // 2
    assert (joined[:, -width:] != other[:, -width:]).mean() < 0.03
    assert (joined[:, :width] != other[:, :width]).mean() > 0.1


async def test_what_stands_in_a_name_is_never_read_as_source(published: Competition):
    found = (await list_certificates(published.edition_id))[0]
    given = describe([found], BASE)
    plain = set_pages("certificate", given)
    given["certificates"][0]["en"]["name"] = '#panic("x") $ *Al* \\'

    assert set_pages("certificate", given) != plain


async def test_a_withdrawn_certificate_says_so_and_is_printed_no_more(published: Competition):
    """R097."""
    first, *others = await list_certificates(published.edition_id)
    with pytest.raises(Invalid):
        await withdraw_certificate(published.chair, first.code, reason=" ", now=PUBLISH)

    await withdraw_certificate(published.chair, first.code, reason="A false statement", now=PUBLISH)

    answer = await verify_certificate(first.code, address="::1", now=PUBLISH)
    assert answer is not None
    assert answer.withdrawn_at == PUBLISH
    assert await AuditEvent.exists().where(
        (AuditEvent.event == "certificate-withdrawn") & (AuditEvent.reason == "A false statement")
    )
    with pytest.raises(AlreadyWithdrawn):
        await withdraw_certificate(published.chair, first.code, reason="Again", now=PUBLISH)
    with pytest.raises(NotFound):
        await print_certificates([answer], base_url=BASE)
    with pypdfium2.PdfDocument(
        await print_certificates(await list_certificates(published.edition_id), base_url=BASE)
    ) as document:
        assert len(document) == len(others)


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.MEMBER])
async def test_only_the_chair_withdraws(published: Competition, role: Role):
    first = (await list_certificates(published.edition_id))[0]

    with pytest.raises(NotAllowed):
        await withdraw_certificate(published.actors[role], first.code, reason="x", now=PUBLISH)
    with pytest.raises(NotFound):
        await withdraw_certificate(published.chair, "AAAA-AAAA-AAAA", reason="x", now=PUBLISH)


async def test_guessing_is_slow(published: Competition):
    with pytest.raises(TooMany):
        for _ in range(40):
            assert await verify_certificate(draw_code(), address="192.0.2.1", now=PUBLISH) is None
    assert await verify_certificate(draw_code(), address="192.0.2.2", now=PUBLISH) is None


async def test_an_entrant_finds_the_certificates_of_ones_own_entry(published: Competition):
    award = await Award.select(Award.entry, Award.title_en).first()
    assert award is not None

    mine: tuple[CertificateView, ...] = await list_certificates_of_entry(award["entry"])

    assert {each.title_en for each in mine} == {award["title_en"]}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("7q4k9xpm3hrd", "7Q4K-9XPM-3HRD"), (" 7Q4K 9XPM 3HRD ", "7Q4K-9XPM-3HRD"),
        ("7Q4K_9XPM/3HRD", "7Q4K-9XPM-3HRD"),
        ("7Q4K-9XPM-3HR", None), ("7Q4K-9XPM-3HR0", None), ("", None), ("x" * 500, None),
    ],
)  # fmt: skip
def test_a_code_is_read_as_people_type_it(typed: str, read: str | None):
    assert read_code(typed) == read


def test_drawn_codes_can_be_read_back():
    for _ in range(200):
        code = draw_code()
        assert read_code(code) == code
        assert set(code) <= {*ALPHABET, "-"}
