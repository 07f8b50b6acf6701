"""A student's whole way in Chromium, in both languages: fill in, upload, be cut off, resume, submit, the receipt."""

import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Site, sign_in
from tests.entrants import WORDS_AR, WORDS_EN, write_film, write_pdf

pytestmark = pytest.mark.browser

MIB = 1024 * 1024
WORDS = {
    "ar": {
        "start": "ابدأ مشاركة", "save": "احفظ وتابع", "again": "اختر الملف نفسه", "dropped": "انقطع الاتصال",
        "ready": "فُحص وهو جاهز", "submit": "سلّم المشروع", "submitted": "سُلّم مشروعك", "approve": "أوافق على المشاركة",
        "check": "راجع ثم سلّم", "left": "لم تبقَ مهام", "choose": "اختر ملفًا",
    },
    "en": {
        "start": "Start an entry", "save": "Save and continue", "again": "Choose the same file again",
        "dropped": "The connection dropped", "ready": "Checked and ready", "submit": "Submit the project",
        "submitted": "Your project is submitted", "approve": "Approve the entry", "check": "Check and submit",
        "left": "No task is left", "choose": "Choose a file",
    },
}  # fmt: skip


def big_film(path: Path) -> Path:
    """A film that plays, with room behind it: three parts of 16 MiB."""
    write_film(path)
    room = 40 * MIB
    with path.open("ab") as file:
        file.write(room.to_bytes(4, "big") + b"free" + bytes(room - 8))
    return path


def fill_in_details(page: Page, base: str, words: dict[str, str]) -> None:
    page.goto(f"{base}/details")
    page.fill("#f-title_ar", "الفلج الأخير")
    page.fill("#f-title_en", "The Last Falaj")
    page.fill("#f-abstract_ar", WORDS_AR)
    page.fill("#f-abstract_en", WORDS_EN)
    page.check("input[name=work_language][value=ar]")
    page.fill("#f-duration_seconds", "01:00")
    page.get_by_role("button", name=words["save"]).click()
    page.wait_for_url(re.compile(re.escape(base) + "$"))


def fill_in_statements(page: Page, base: str, words: dict[str, str]) -> None:
    page.goto(f"{base}/rights")
    page.check("input[name=material][value=own]")
    page.check("input[name=people][value=consented]")
    page.check("input[name=declared]")
    page.get_by_role("button", name=words["save"]).click()
    page.wait_for_url(re.compile(re.escape(base) + "$"))
    page.goto(f"{base}/ai-statement")
    page.check("input[name=statement][value=none]")
    page.get_by_role("button", name=words["save"]).click()
    page.wait_for_url(re.compile(re.escape(base) + "$"))


def have_it_approved(page: Page, visitor: BrowserContext, site: Site, base: str, lang: str) -> None:
    page.goto(f"{base}/supervisor")
    page.select_option("#f-institution", "squ")
    page.fill("#f-department", "Media")
    page.fill("#f-academic_year", "2026-2027")
    page.fill("#f-supervisor_name_ar", "د. نورة الساقية")
    page.fill("#f-supervisor_name_en", "Dr Noura Al-Saqiya")
    page.fill("#f-email", f"noura-{lang}@squ.example")
    page.get_by_role("button", name=WORDS[lang]["save"]).click()
    page.wait_for_url(re.compile(re.escape(base) + "$"))
    number = base.rpartition("/")[2]
    supervisor = visitor.browser.new_context(base_url=site.address)  # type: ignore[union-attr]
    theirs = supervisor.new_page()
    theirs.goto(f"/{lang}{mailed_link(page, site, number)}")
    theirs.get_by_role("button", name=WORDS[lang]["approve"]).click()
    expect(theirs.locator(".notice.ok")).to_be_visible()
    supervisor.close()


def mailed_link(page: Page, site: Site, number: str) -> str:
    """The address in the letter to a supervisor, once the worker has handed it over."""
    for _ in range(100):
        for letter in (site.data / "mail").glob("supervisor-*.eml"):
            body = message_from_bytes(letter.read_bytes(), policy=default).get_body(("plain",))
            found = re.search(rf"/approvals/{number}\?key=\S+", body.get_content() if body else "")
            if found:
                return found[0]
        page.wait_for_timeout(200)
    raise AssertionError("the letter did not come")


@pytest.mark.parametrize(("lang", "name"), [("ar", "farah"), ("en", "hadi")])
def test_a_student_enters_uploads_with_an_interruption_and_submits(
    visitor: BrowserContext, site: Site, tmp_path: Path, lang: str, name: str
):
    words, page = WORDS[lang], visitor.new_page()
    sign_in(page, name, lang)
    page.goto(f"/{lang}/entries")
    page.get_by_role("link", name=words["start"]).first.click()
    page.fill("#f-title_ar", "الفلج الأخير")
    page.check("input[name=category][value=documentary]")
    page.get_by_role("button", name=words["start"]).click()
    page.wait_for_url(re.compile(rf"/{lang}/entries/2027-\w{{4}}$"))
    base = page.url.removeprefix(site.address)
    fill_in_details(page, base, words)
    fill_in_statements(page, base, words)
    have_it_approved(page, visitor, site, base, lang)

    film = big_film(tmp_path / "falaj.mp4")
    page.route("**/blob/**", let_the_first_part_through)
    page.goto(base)
    with page.expect_response(lambda answer: "/blob/" in answer.url, timeout=60_000) as first:
        choose(page, "film", film)
    assert first.value.status == 200
    assert part_number(first.value.url) == 1
    expect(page.locator("#f-film")).to_contain_text(words["dropped"], timeout=60_000)

    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    card = page.locator("#f-film")
    expect(card).to_contain_text(words["again"])
    page.unroute("**/blob/**")  # only now: a line that comes back before the page is left would finish the film
    resent: set[int] = set()
    page.on("request", lambda request: resent.add(part_number(request.url)) if "/blob/" in request.url else None)
    choose(page, "film", film)
    expect(page.locator("#f-film")).to_contain_text(words["ready"], timeout=90_000)
    assert resent == {2, 3}

    choose(page, "dossier", write_pdf(tmp_path / "dossier.pdf"))
    expect(page.locator("#f-dossier")).to_contain_text(words["ready"], timeout=60_000)
    expect(page.locator("aside")).to_contain_text(words["left"])
    page.get_by_role("link", name=words["check"]).click()
    page.check("#f-declared")
    page.get_by_role("button", name=words["submit"]).click()

    expect(page.locator("h1")).to_have_text(words["submitted"])
    assert page.locator(".digest").count() >= 6
    assert base.rpartition("/")[2] in page.locator(".confirm").inner_text()


def choose(page: Page, material: str, path: Path) -> None:
    """Choose a file, once the script shows its button."""
    expect(page.locator(f"#f-{material} [data-pick]")).to_be_visible(timeout=30_000)
    page.locator(f"#f-{material} input[type=file]").set_input_files(path)


def let_the_first_part_through(route: Route) -> None:
    """Cut the line for every part but the first."""
    if part_number(route.request.url) == 1:
        route.continue_()
    else:
        route.abort("connectionreset")


def part_number(url: str) -> int:
    return int(url.partition("?")[0].rpartition("/")[2])


def test_another_file_is_told_apart_and_a_wrong_ending_is_refused_in_words(
    visitor: BrowserContext, site: Site, tmp_path: Path
):
    page = visitor.new_page()
    sign_in(page, "ghaith", "en")
    page.goto("/en/entries/new")
    page.fill("#f-title_en", "Another")
    page.check("input[name=category][value=documentary]")
    page.get_by_role("button", name=WORDS["en"]["start"]).click()
    page.wait_for_url(re.compile(r"/en/entries/2027-\w{4}$"))
    notes = tmp_path / "notes.docx"
    notes.write_bytes(b"PK" + bytes(100))

    choose(page, "dossier", notes)

    expect(page.locator("#f-dossier [role=alert]")).to_contain_text("DOCX")
    expect(page.locator("#f-dossier [role=alert]")).to_contain_text("PDF")


def test_without_script_a_file_is_sent_by_the_plain_form(visitor: BrowserContext, site: Site, tmp_path: Path):
    plain = visitor.browser.new_context(base_url=site.address, java_script_enabled=False)  # type: ignore[union-attr]
    page = plain.new_page()
    sign_in(page, "ghaith", "en")
    page.goto("/en/entries/new")
    page.fill("#f-title_en", "By form")
    page.check("input[name=category][value=documentary]")
    page.get_by_role("button", name=WORDS["en"]["start"]).click()
    page.wait_for_url(re.compile(r"/en/entries/2027-\w{4}$"))
    base = page.url

    page.locator("#f-dossier").get_by_role("link", name=WORDS["en"]["choose"]).click()
    page.locator("#f-file").set_input_files(write_pdf(tmp_path / "dossier.pdf"))
    page.get_by_role("button", name="Send the file").click()
    page.wait_for_url(base)

    for _ in range(60):
        if WORDS["en"]["ready"] in page.locator("#f-dossier").inner_text():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("#f-dossier")).to_contain_text(WORDS["en"]["ready"])
    plain.close()
