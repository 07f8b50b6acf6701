from urllib.parse import urlsplit

import pytest

from storage.errors import LinkRefused
from storage.objects.signing import LinkSigner, read_query, write_disposition
from storage.objects.store import ReadAs

UPLOAD = "a" * 32
KEY = "original/" + "b" * 32
PDF = ReadAs(media_type="application/pdf", file_name="عمل.pdf")


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def signer(clock):
    return LinkSigner(b"secret", clock=clock)


def sign_part(signer, **changes):
    url = signer.sign_part(UPLOAD, 3, length=500, seconds=60)
    return read_query(urlsplit(url).query) | changes


def test_a_part_link_names_its_upload_and_part_and_gives_back_its_length(signer):
    url = signer.sign_part(UPLOAD, 3, length=500, seconds=60)

    assert urlsplit(url).path == f"/blob/{UPLOAD}/3"
    assert signer.check_part(UPLOAD, 3, read_query(urlsplit(url).query)) == 500


@pytest.mark.parametrize(
    "changes",
    [{"len": "501"}, {"len": "0500"}, {"exp": "1000061"}, {"sig": ""}, {"sig": "é"}, {"len": "x"}, {"len": "٥٠٠"},
     {"exp": "-1"}, {"len": "9" * 16}, {"len": ""}],
)  # fmt: skip
def test_a_changed_part_link_is_forged(signer, changes):
    if changes == {"len": "0500"}:
        assert signer.check_part(UPLOAD, 3, sign_part(signer, **changes)) == 500
        return
    with pytest.raises(LinkRefused) as caught:
        signer.check_part(UPLOAD, 3, sign_part(signer, **changes))

    assert caught.value.reason == "forged"


@pytest.mark.parametrize(("upload", "number"), [("c" * 32, 3), (UPLOAD, 4), (UPLOAD, 33)])
def test_a_link_serves_no_other_part_and_no_other_upload(signer, upload, number):
    with pytest.raises(LinkRefused):
        signer.check_part(upload, number, sign_part(signer))


def test_a_link_lives_until_its_second_and_not_longer(signer, clock):
    query = sign_part(signer)

    clock.now += 59.9
    assert signer.check_part(UPLOAD, 3, query) == 500
    clock.now += 0.1
    with pytest.raises(LinkRefused) as caught:
        signer.check_part(UPLOAD, 3, query)

    assert caught.value.reason == "expired"


def test_a_link_of_another_secret_is_forged(signer, clock):
    with pytest.raises(LinkRefused):
        LinkSigner(b"other", clock=clock).check_part(UPLOAD, 3, sign_part(signer))


def test_a_reading_link_is_bound_to_the_object_and_to_how_it_is_read(signer):
    query = read_query(urlsplit(signer.sign_get(KEY, PDF, seconds=60)).query)

    assert signer.check_get(KEY, query) == PDF
    for changed in (query | {"type": "text/html"}, query | {"name": "x.html"}, query | {"how": "attachment"}):
        with pytest.raises(LinkRefused):
            signer.check_get(KEY, changed)
    with pytest.raises(LinkRefused):
        signer.check_get("original/" + "c" * 32, query)


def test_no_two_lists_of_fields_are_signed_alike(signer):
    """What moves from one field into the next must change the signature."""
    query = read_query(urlsplit(signer.sign_get(KEY, ReadAs("application/pdf", "a.pdf"), seconds=60)).query)

    with pytest.raises(LinkRefused):
        signer.check_get(KEY, query | {"type": "application/pdf1", "name": ".pdf"})


def test_a_parameter_given_twice_is_refused():
    with pytest.raises(LinkRefused):
        read_query("len=5&len=6")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("DOC-417.pdf", "inline; filename=\"DOC-417.pdf\"; filename*=UTF-8''DOC-417.pdf"),
        ("عمل.pdf", "inline; filename=\"___.pdf\"; filename*=UTF-8''%D8%B9%D9%85%D9%84.pdf"),
        ('a"b\\c%d', "inline; filename=\"a_b_c_d\"; filename*=UTF-8''a%22b%5Cc%25d"),
        ("a\r\nX-Evil: 1\u202e", "inline; filename=\"aX-Evil: 1\"; filename*=UTF-8''aX-Evil%3A%201"),
    ],
)
def test_a_disposition_is_one_well_formed_header_whatever_the_name(name, written):
    assert write_disposition(ReadAs("application/pdf", name)) == written


def test_a_download_is_said_to_be_one():
    assert write_disposition(ReadAs("application/pdf", "x", is_download=True)).startswith("attachment; ")
