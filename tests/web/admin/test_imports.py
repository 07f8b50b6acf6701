"""Institutions and judges from a sheet: every faulty row is named, and nothing is added until all are right."""

import io
import re

from openpyxl import Workbook

from storage.tables.institution import Institution
from storage.tables.message import Message
from storage.tables.panel import Judge
from storage.tables.past_entry import PastEntry
from tests.conftest import World, csrf_in, post

PAGE = "/en/admin/institutions"
HEAD = "name_ar,name_en,city_ar,city_en,mail_domain,aliases"
JUDGES = "/en/committee/judges/import"


async def test_faulty_rows_are_named_and_nothing_is_added(lubna):
    sheet = f"{HEAD}\nجامعة,A University,,,a.example,\n,No Arabic,,,not a domain,\nجامعة,A University,,,,"

    looked = await post(lubna, f"{PAGE}/import", {"text": sheet}, page=PAGE)

    assert looked.status_code == 200
    assert "2 rows must be mended" in looked.text
    assert "Arabic name missing · Not a mail domain" in looked.text
    assert "In the register, or twice in the sheet" in looked.text
    assert "import/confirm" not in looked.text
    forced = await post(lubna, f"{PAGE}/import/confirm", {"checked": sheet}, page=PAGE)
    assert forced.status_code == 422
    assert await Institution.count() == 0


async def test_a_spreadsheet_is_looked_over_and_then_added(lubna):
    book = Workbook()
    for row in (HEAD.split(","), ["جامعة أولى", "First University", "مسقط", "Muscat", "first.example", "FU;الأولى"]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    token = csrf_in((await lubna.get(PAGE)).text)

    files = {"sheet": ("list.xlsx", content.getvalue(), "application/octet-stream")}
    looked = await lubna.post(f"{PAGE}/import", data={"csrf": token}, files=files)
    checked = f"{HEAD}\nجامعة أولى,First University,مسقط,Muscat,first.example,FU;الأولى\n"
    added = await post(lubna, f"{PAGE}/import/confirm", {"checked": checked}, page=PAGE)

    assert "1 row is ready" in looked.text
    assert "First University" in looked.text
    assert added.status_code == 303
    assert (await Institution.select(Institution.slug, Institution.mail_domain)) == [
        {"slug": "first-university", "mail_domain": "first.example"}
    ]


async def test_what_is_no_sheet_says_so(lubna):
    for text, words in (("a,b\n1,2", "must name these columns"), ("", "Choose a file")):
        refused = await post(lubna, f"{PAGE}/import", {"text": text}, page=PAGE)
        assert refused.status_code == 422
        assert words in refused.text


async def test_judges_of_one_sheet_are_invited_together_or_not_at_all(world: World):
    nawal = await world.client("nawal")
    head = "email,name_ar,name_en,kind,languages,categories"
    good = "one@judges.example,حكم أول,One,academic,ar;en,documentary\n"
    good += "two@judges.example,حكم ثان,Two,practitioner,ar,podcast"
    before = await Judge.count()

    looked = await post(nawal, JUDGES, {"text": f"{head}\n{good}\nthree,ثالث,Three,other,fr,none"}, page=JUDGES)
    half = f"{head}\n{good}\nbasil@tahkim.example,باسل,Basil,academic,ar,podcast\n"
    refused = await post(nawal, f"{JUDGES}/confirm", {"checked": half}, page=JUDGES)
    untouched = await Judge.count()
    done = await post(nawal, f"{JUDGES}/confirm", {"checked": f"{head}\n{good}\n"}, page=JUDGES)

    assert "Not an e-mail address" in looked.text
    assert "Unknown category" in looked.text
    assert refused.status_code == 422
    assert "Row 4 could not be added" in refused.text
    assert untouched == before
    assert done.status_code == 303
    assert await Judge.count() == before + 2
    assert await Message.count().where(Message.template == "invitation") == 2


async def test_an_institution_is_changed_and_its_old_form_is_refused(lubna):
    sheet = f"{HEAD}\nجامعة أولى,First University,,,first.example,\nجامعة ثانية,Second University,,,,"
    await post(lubna, f"{PAGE}/import/confirm", {"checked": sheet}, page=PAGE)
    row = await Institution.select().where(Institution.slug == "first-university").first()
    address = f"{PAGE}/{row['id']}"
    form = (await lubna.get(address)).text
    seen = re.search(r'name="seen" value="([0-9a-f]{16})"', form)[1]
    typed = {"name_ar": "الجامعة الأولى", "name_en": "First University", "short_en": "FU", "seen": seen}
    typed |= {"mail_domain": "First.example; students.first.example", "aliases": "قديمة؛ Old"}

    wrong = await post(lubna, address, {**typed, "name_ar": "جامعةٌ ثانيه", "mail_domain": "a@b.example"}, page=address)
    saved = await post(lubna, address, typed, page=address)
    stale = await post(lubna, address, {**typed, "short_en": "XX"}, page=address)

    assert wrong.status_code == 422
    assert "Another institution in the register has this name" in wrong.text
    assert "Write what follows the @ alone" in wrong.text
    assert saved.status_code == 303
    assert stale.status_code == 422
    after = await Institution.select().where(Institution.id == row["id"]).first()
    assert (after["short_en"], after["mail_domain"]) == ("FU", "first.example students.first.example")
    assert after["aliases"] == '["قديمة","Old"]'
    assert "(<bdi>FU</bdi>)" in (await lubna.get(PAGE)).text


async def test_an_institution_that_is_used_stays(world: World, lubna):
    sheet = f"{HEAD}\nجامعة أولى,First University,,,,\nجامعة ثانية,Second University,,,,"
    await post(lubna, f"{PAGE}/import/confirm", {"checked": sheet}, page=PAGE)
    used, free = [row["id"] for row in await Institution.select(Institution.id).order_by(Institution.slug)]
    await Judge.update({Judge.institution: used}).where(Judge.edition == world.edition_id)

    kept = await post(lubna, f"{PAGE}/{used}/remove", page=PAGE)
    gone = await post(lubna, f"{PAGE}/{free}/remove", page=PAGE)

    assert kept.status_code == 409
    assert "Its names can be changed" in kept.text
    assert gone.status_code == 303
    assert await Institution.count() == 1


async def test_past_projects_are_looked_over_added_and_removed(lubna):
    page = "/en/admin/past-entries"
    sheet = "year,title_ar,title_en,makers,honour\n2019,ذاكرة,Memory <b>,أحمد;Ahmed,First place\n"

    looked = await post(lubna, f"{page}/import", {"text": sheet}, page=page)
    await post(lubna, f"{page}/import/confirm", {"checked": sheet}, page=page)
    shown = (await lubna.get(f"{page}?added=1")).text
    past_id = (await PastEntry.select(PastEntry.id).first())["id"]
    await post(lubna, f"{page}/{past_id}/remove", page=page)

    assert "1 row is ready" in looked.text
    assert "Memory &lt;b&gt;" in shown
    assert "1 project was added." in shown
    assert await PastEntry.count() == 0
