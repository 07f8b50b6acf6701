"""The page of appeals: whose marks an upheld one leaves out, and what it cannot do for an excluded project."""

from datetime import timedelta

from service.usecases.deciding.appeals import lodge_appeal
from storage.rows import get_row
from storage.tables.appeal import Appeal
from storage.tables.entry import Entry
from tests.competition import NOTICE
from tests.conftest import post
from tests.web.committee.conftest import House

PAGE = "/en/committee/appeals"


async def lodge(told: House) -> tuple[str, str]:
    """A team appeals because of a conflict; the number of its entry and the appeal's address."""
    competition = told.competition
    told.clock.set(NOTICE + timedelta(days=1))
    number, entrant = next(iter(competition.entrants.items()))
    words = "One of the judges taught two of our team in the very course that it was made for."
    await lodge_appeal(
        entrant, number, ground="conflict", content=words, file=None, objects=competition.objects, now=told.clock()
    )
    return number, f"{PAGE}/{(await get_row(Appeal.select(Appeal.id)))['id']}"


async def test_the_judges_whose_marks_no_longer_count_are_chosen_and_named_to_the_second_member(told: House):
    _, appeal = await lodge(told)
    chair, member = await told.client("chair"), await told.client("member")
    said = {"verdict": "upheld", "answer": "The tie was there."}
    shown = (await chair.get(PAGE)).text
    judges = [part.split('"')[0] for part in shown.split('name="judges" value="')[1:]]
    assert len(judges) > 1

    nobody = await post(chair, f"{appeal}/propose", said, page=PAGE)
    one = await post(chair, f"{appeal}/propose", said | {"judges": judges[0]}, page=PAGE)

    assert nobody.status_code == 422
    assert "choose the judge whose marks no longer count" in nobody.text
    assert "The tie was there." in nobody.text
    assert one.status_code == 303
    read = (await member.get(PAGE)).text
    assert "These judges' marks on the project are to be set aside" in read.replace("&#39;", "'")
    assert read.count('<li class="tag"><bdi>Judge') == 1


async def test_an_excluded_project_s_appeal_says_what_upholding_it_cannot_do(told: House):
    number, _ = await lodge(told)
    chair = await told.client("chair")
    note = "the project is not judged in this edition"
    before = (await chair.get(PAGE)).text
    await Entry.update({Entry.state: "excluded"}).where(Entry.entry_number == number)

    after = (await chair.get(PAGE)).text

    assert note not in before
    assert note in after
