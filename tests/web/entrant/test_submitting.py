"""From the check page to the receipt: what is left, what is sent, a change after it, and the withdrawal."""

import re
from dataclasses import replace
from pathlib import Path

import httpx

from service.usecases.entering.entries import open_entry, save_details
from service.usecases.files.accepting import inspect_upload
from tests.cast import NOW
from tests.conftest import World, post
from tests.entrants import (
    Rules,
    details,
    fill_in,
    send,
    write_film,
    write_pdf,
)
from tests.web.entrant.forms import save


async def complete(world: World, number: str, rules: Rules, folder: Path) -> None:
    """Do everything that an entry asks for before it is submitted."""
    objects, actor = world.app.state.objects, world.actors["farah"]
    await fill_in(actor, number, rules)
    for material, path in (("film", write_film(folder / "film.mp4")), ("dossier", write_pdf(folder / "dossier.pdf"))):
        await inspect_upload(await send(actor, number, material, path, objects), objects=objects, now=NOW)


async def test_a_change_after_submitting_leads_to_submitting_anew_from_the_entry_and_from_its_file(
    world: World, rules: Rules, farah: httpx.AsyncClient, number: str, tmp_path: Path
):
    actor, page = world.actors["farah"], f"/en/entries/{number}"
    await complete(world, number, rules, tmp_path)
    await save(farah, f"{page}/check", {"declared": "yes"})
    before = (await farah.get(f"{page}/files/dossier")).text
    changed = replace(details(rules), title_en="The Falaj, Once More")
    await save_details(actor, number, changed, revision=(await open_entry(actor, number))[0].revision, now=NOW)

    after = [(await farah.get(path)).text for path in (page, f"{page}/files/dossier")]

    assert "a draft not yet submitted" not in before
    for shown in after:
        notice = shown[shown.index("a draft not yet submitted") :]
        assert notice.index(f'href="{page}/check"') < notice.index("</section>")


async def test_submitting_from_the_check_page_leads_to_the_receipt(
    world: World, rules: Rules, farah: httpx.AsyncClient, number: str, tmp_path: Path
):
    await complete(world, number, rules, tmp_path)
    path = f"/en/entries/{number}/check"
    assert (await farah.get(f"/en/entries/{number}/submitted")).status_code == 404

    undeclared = await save(farah, path, {})
    assert undeclared.status_code == 422
    submitted = await save(farah, path, {"declared": "yes"})
    receipt = await farah.get(submitted.headers["location"])

    assert submitted.status_code == 303
    assert "Your project is submitted" in receipt.text
    assert receipt.text.count('class="digest"') >= 6
    again = await save(farah, path, {"declared": "yes"})
    assert again.status_code == 303
    preview = (
        await farah.get(f"/en/entries/{number}/preview")
    ).text  # as for judges: one file at a time, the film first
    [dossier] = re.findall(r'href="(/en/entries/[^"]+/preview\?file=[^"]+)"[^>]*>\s*(?:<[^>]+>)*Dossier', preview)
    assert (await farah.get(dossier)).text.count("page-1-text") == 2


async def test_what_will_be_submitted_names_the_required_files_that_nobody_sent(
    farah: httpx.AsyncClient, number: str, rules: Rules, world: World, tmp_path: Path
):
    path = f"/en/entries/{number}/check"
    said = re.compile(r"<dt>(?:<[^>]+>)?(Film|Dossier)(?:<[^>]+>)?</dt>\s*<dd[^>]*>(.*?)</dd>", re.DOTALL)
    before = dict(said.findall((await farah.get(path)).text))
    await send(world.actors["farah"], number, "dossier", write_pdf(tmp_path / "dossier.pdf"), world.app.state.objects)
    after = dict(said.findall((await farah.get(path)).text))

    assert "Not given" in before["Film"]
    assert "Not given" in before["Dossier"]
    assert "Not given" in after["Film"]
    assert "dossier.pdf" in after["Dossier"]


async def test_withdrawing_asks_once_more_and_is_the_leads_alone(world: World, farah: httpx.AsyncClient, number: str):
    path = f"/en/entries/{number}/withdraw"
    assert "Withdrawing is final" in (await farah.get(path)).text

    assert (await post(farah, path, page=path)).status_code == 303

    assert "Withdrawn" in (await farah.get("/en/entries")).text
    assert (await save(farah, f"/en/entries/{number}/rights", {"material": "own"})).status_code in {409, 422}
