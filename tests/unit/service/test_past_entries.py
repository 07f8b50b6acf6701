"""Projects of earlier editions: read from a sheet, and met again where a title or a name recurs."""

import pytest

from service.actors import Actor, Role
from service.errors import Invalid, NotAllowed
from service.usecases.setup.imports import read_rows
from service.usecases.setup.past_entries import PAST_COLUMNS, check_past_entries, find_recurrences, import_past_entries
from storage.tables.audit import AuditEvent
from storage.tables.past_entry import PastEntry
from tests.cast import NOW
from tests.competition import Competition

HEAD = ",".join(PAST_COLUMNS)
GOOD = "2019,ذاكرة الأفلاج,Falaj Memory,documentary,أحمد بن سالم الهنائي;Ahmed Al Hinai,جامعة,First place"
ADMINISTRATOR = Actor(role=Role.ADMINISTRATOR)


async def test_each_faulty_row_is_named_and_none_is_added(database: str):
    sheet = f"{HEAD}\n{GOOD}\n2031,,,,,,\n٢٠١٩,ذاكرةُ الأفلاج,,,Another,,\nsoon,Title,,,Someone,,"
    rows = await check_past_entries(read_rows(sheet.encode(), PAST_COLUMNS), now=NOW)

    assert [row.faults for row in rows] == [
        (), ("past.no_year", "past.no_title", "past.no_makers"), ("past.known",), ("past.no_year",)
    ]  # fmt: skip
    with pytest.raises(Invalid):
        await import_past_entries(ADMINISTRATOR, rows, now=NOW)
    assert await PastEntry.count() == 0


async def test_only_an_administrator_imports(database: str):
    rows = read_rows(f"{HEAD}\n{GOOD}".encode(), PAST_COLUMNS)

    with pytest.raises(NotAllowed):
        await import_past_entries(Actor(role=Role.CHAIR), rows, now=NOW)


async def test_a_title_or_a_name_spelt_otherwise_is_met_again_and_another_is_not(opened: Competition):
    rows = read_rows(f"{HEAD}\n{GOOD}\n2021,,Other Work,,فاطمة بنت علي,,".encode(), PAST_COLUMNS)
    await import_past_entries(ADMINISTRATOR, rows, now=NOW)

    by_title = await find_recurrences(opened.edition_id, titles=["ذاكره الافلاج", ""], makers=["Nobody", ""])
    by_name = await find_recurrences(
        opened.edition_id, titles=["New"], makers=["احمد بن سالم الهنائي", "Ahmed al hinai"]
    )
    none = await find_recurrences(opened.edition_id, titles=["Memory"], makers=["Ahmed"])

    assert [(each.work.year, each.is_same_title, each.makers) for each in by_title] == [(2019, True, ())]
    assert [(each.work.honour_en, each.is_same_title) for each in by_name] == [("First place", False)]
    assert by_name[0].makers == ("احمد بن سالم الهنائي", "Ahmed al hinai")
    assert none == ()
    assert await AuditEvent.exists().where(AuditEvent.event == "past-entries-changed")
