"""The page of retention: what would go is shown first, and goes by the code of what was shown."""

from datetime import timedelta

from storage.engine import count_queries
from storage.reads.administration.retention import Kind
from storage.tables.retention import RetentionRun
from storage.tables.session import Attempt
from tests.conftest import World, csrf_in, post

PAGE = "/en/admin/retention"


async def leave_a_trace(world: World) -> None:
    await Attempt.insert(Attempt(bucket="one", window_at=world.clock.now - timedelta(days=40), tries=3))


async def test_it_is_seen_then_confirmed_by_its_code_then_gone(world: World, lubna):
    await leave_a_trace(world)
    with count_queries() as queries:
        shown = (await lubna.get(PAGE)).text
    code = shown.split('<b class="ltr">')[1].split("<")[0]
    hidden = {name: shown.split(f'name="{name}" value="')[1].split('"')[0] for name in ("as_of", "fingerprint")}

    wrong = await lubna.post(PAGE + "/erase", data={**hidden, "code": "NO", "csrf": csrf_in(shown)})
    right = await lubna.post(PAGE + "/erase", data={**hidden, "code": code, "csrf": csrf_in(shown)})
    meanwhile = (await lubna.get(PAGE)).text
    await world.work()

    assert queries.count <= 12, queries.statements
    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "as it stands above" in wrong.text
    assert code in wrong.text
    assert "An erasing is under way" in meanwhile
    assert "Delete for good" not in meanwhile
    assert await Attempt.count() == 0
    assert "Done" in (await lubna.get(PAGE)).text
    assert (await RetentionRun.select(RetentionRun.state)) == [{"state": "done"}]


async def test_a_day_to_come_is_shown_and_cannot_be_let_go(world: World, lubna):
    shown = await lubna.get(PAGE + "?as_of=2050-01-01")

    assert "Traces of signing in" in shown.text
    assert "Delete for good" not in shown.text
    assert (await lubna.get("/ar/admin/retention?as_of=nonsense")).status_code == 200


async def test_wrong_days_come_back_with_what_was_typed(world: World, lubna):
    page = (await lubna.get(PAGE)).text
    typed = {f"days-{kind}": "90" for kind in Kind}

    wrong = await post(lubna, PAGE + "/days", {**typed, "days-letters": "3"}, page=PAGE)
    right = await post(lubna, PAGE + "/days", {**typed, "days-letters": "٤٥"}, page=PAGE)

    assert 'value="365"' in page
    assert wrong.status_code == 422
    assert 'href="#f-days-letters"' in wrong.text
    assert 'value="3"' in wrong.text
    assert right.status_code == 303
    assert 'value="45"' in (await lubna.get(PAGE)).text


async def test_nobody_but_the_administrator_reads_it(world: World):
    assert (await (await world.client("jamal")).get(PAGE)).status_code == 403
