"""Files go from the browser straight to an S3 server of another origin, as on the night of a national deadline."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import FONTS, Site, free_port, seed, serving, sign_in
from tests.browser.test_entrant_journey import WORDS, choose
from tests.entrants import write_pdf
from tests.swift import SwiftServer

pytestmark = [pytest.mark.browser, pytest.mark.s3]


@pytest.fixture
def swift_site(tmp_path: Path) -> Iterator[tuple[Site, str]]:
    """A site whose files are in a Swift of its own, which lets in this origin and no other."""
    data, port = tmp_path / "site", free_port()
    data.mkdir()
    (data / "fonts").symlink_to(FONTS)
    seed(data)
    swift = SwiftServer(origin=f"http://localhost:{port}")
    try:
        swift.start()
        address = swift.make_address()
        settings = {
            "TAHKIM_OBJECTS_URL": f"s3://{address.bucket}",
            "TAHKIM_OBJECTS_ENDPOINT": str(address.endpoint),
            "TAHKIM_OBJECTS_KEY": address.access_key,
            "TAHKIM_OBJECTS_SECRET": address.secret_key,
        }
        with serving(data, port=port, **settings) as origin:
            yield Site(origin, data), str(address.endpoint)
    finally:
        swift.stop()


def test_a_file_goes_to_another_origin_and_is_read_from_there(
    chromium: Browser, swift_site: tuple[Site, str], tmp_path: Path
):
    site, store = swift_site
    context = chromium.new_context(base_url=site.address, locale="en")
    context.set_default_timeout(60_000)
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    sign_in(page, "farah", "en")
    page.goto("/en/entries")
    page.get_by_role("link", name=WORDS["en"]["start"]).first.click()
    page.fill("#f-title_ar", "الفلج الأخير")
    page.check("input[name=category][value=documentary]")
    page.get_by_role("button", name=WORDS["en"]["start"]).click()
    page.wait_for_url(re.compile(r"/en/entries/2027-\w{4}$"))

    choose(page, "dossier", write_pdf(tmp_path / "dossier.pdf"))
    expect(page.locator("#f-dossier")).to_contain_text(WORDS["en"]["ready"], timeout=90_000)

    assert len(sent) == 1
    assert sent[0].startswith(f"{store}/")
    assert "X-Amz-Signature=" in sent[0]
    page.goto(f"{page.url}/files/dossier")
    link = str(page.locator("a[href$='/copy']").first.get_attribute("href"))
    read = context.request.get(link.removesuffix("copy") + "original")
    assert read.url.startswith(f"{store}/")
    assert read.body() == (tmp_path / "dossier.pdf").read_bytes()
    context.close()
