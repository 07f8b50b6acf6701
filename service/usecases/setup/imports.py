"""Lists from a spreadsheet: institutions and judges, read whole, each faulty row named before anything is added."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.errors import FieldError, Invalid, Refused
from service.permissions import Action, require
from service.typed_text import fold_for_search
from service.usecases.panel.judges import JudgeDetails, add_judge
from service.usecases.setup.edition_plan import add_institutions
from storage.engine import savepoint, transaction
from storage.tables.edition import Category
from storage.tables.institution import Institution

__all__ = ["INSTITUTION_COLUMNS", "JUDGE_COLUMNS", "Row", "are_domains", "check_institutions", "check_judges",
           "import_institutions", "import_judges", "join_domains", "parts_of", "read_rows"]  # fmt: skip

INSTITUTION_COLUMNS = ("name_ar", "name_en", "city_ar", "city_en", "short_ar", "short_en", "mail_domain", "aliases")
JUDGE_COLUMNS = (
    "email", "name_ar", "name_en", "title_ar", "title_en", "kind", "languages", "categories", "institution",
    "max_entries",
)  # fmt: skip
MOST_ROWS, MOST_BYTES, MOST_UNPACKED = 1000, 2_000_000, 50_000_000
_KINDS = frozenset({"academic", "practitioner"})
_LANGUAGES = frozenset({"ar", "en"})


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the sheet by its number (the head is row 1), and the keys of what is wrong with it."""

    number: int
    values: Mapping[str, str]
    faults: tuple[str, ...] = ()


def read_rows(content: bytes, columns: Sequence[str]) -> list[Row]:
    """Read a CSV or XLSX file whose first row names the columns. Raises Invalid for a file that is no such table."""
    if len(content) > MOST_BYTES:
        raise Invalid(FieldError("sheet", "import.too_large"))
    records = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    filled = [(number, each) for number, each in enumerate(records, 1) if any(cell.strip() for cell in each)]
    if not filled:
        raise Invalid(FieldError("sheet", "import.empty"))
    head = [cell.strip().lower().replace(" ", "_") for cell in filled[0][1]]
    lacking = [each for each in columns[:3] if each not in head]
    if lacking:
        raise Invalid(FieldError("sheet", "import.columns", columns=", ".join(lacking)))
    if len(filled) - 1 > MOST_ROWS:
        raise Invalid(FieldError("sheet", "import.too_many", n=MOST_ROWS))
    return [Row(number, {name: _cell(cells, head, name) for name in columns}) for number, cells in filled[1:]]


async def check_institutions(rows: Sequence[Row]) -> list[Row]:
    """Name what is wrong with each row: a name missing, a domain that is none, one that is known or stands twice."""
    known = await Institution.select(Institution.name_ar, Institution.name_en)
    taken = {fold_for_search(name) for row in known for name in (row["name_ar"], row["name_en"])}
    checked = []
    for row in rows:
        faults = [f"import.lacks_{name}" for name in ("name_ar", "name_en") if not row.values[name]]
        if not are_domains(row.values["mail_domain"]):
            faults.append("import.domain")
        folded = {fold_for_search(row.values[name]) for name in ("name_ar", "name_en") if row.values[name]}
        if folded & taken:
            faults.append("import.known_institution")
        taken |= folded
        checked.append(Row(row.number, row.values, tuple(faults)))
    return checked


async def import_institutions(actor: Actor, rows: Sequence[Row], *, now: datetime) -> int:
    """Add every row to the register, or none when one is faulty. Return how many were added."""
    async with transaction():
        require(Action.MANAGE_EDITIONS, actor, stage=None)
        checked = await check_institutions(rows)
        if any(row.faults for row in checked):
            raise Invalid(FieldError("sheet", "import.faulty"))
        taken = {row["slug"] for row in await Institution.select(Institution.slug)}
        return await add_institutions(
            actor, [_institution(row, _slug(row.values["name_en"], taken)) for row in checked], now=now
        )


def are_domains(text: str) -> bool:
    """Say whether every word of it is a domain of addresses; an empty text is none, which is right too."""
    return all("." in each.strip(".") and "@" not in each for each in _domains(text))


def join_domains(text: str) -> str:
    """Write the domains of a cell or field as they are kept: small letters, each once, divided by spaces."""
    return " ".join(dict.fromkeys(_domains(text)))


def _domains(text: str) -> list[str]:
    return text.lower().replace(";", " ").replace("؛", " ").replace(",", " ").replace("،", " ").split()


async def check_judges(edition_id: UUID, rows: Sequence[Row]) -> list[Row]:
    """Name what is wrong with each row: fields missing, an unknown category or institution, one address twice."""
    names = await _names(edition_id)
    institutions = await _institutions()
    seen: set[str] = set()
    checked = []
    for row in rows:
        faults = [f"import.lacks_{name}" for name in ("name_ar", "name_en") if not row.values[name]]
        email = row.values["email"].lower()
        if "@" not in email:
            faults.append("import.email")
        elif email in seen:
            faults.append("import.twice")
        seen.add(email)
        if row.values["kind"] not in _KINDS:
            faults.append("import.kind")
        if not parts_of(row.values["languages"]) or not set(parts_of(row.values["languages"])) <= _LANGUAGES:
            faults.append("import.languages")
        wanted = parts_of(row.values["categories"])
        if not wanted or any(fold_for_search(each) not in names for each in wanted):
            faults.append("import.categories")
        if row.values["institution"] and fold_for_search(row.values["institution"]) not in institutions:
            faults.append("import.institution")
        if row.values["max_entries"] and not row.values["max_entries"].isdecimal():
            faults.append("import.max_entries")
        checked.append(Row(row.number, row.values, tuple(faults)))
    return checked


async def import_judges(actor: Actor, edition_id: UUID, rows: Sequence[Row], *, now: datetime) -> int:
    """Add and invite every judge of the sheet, or none when one row is faulty or refused. Return how many."""
    async with transaction():
        checked = await check_judges(edition_id, rows)
        if any(row.faults for row in checked):
            raise Invalid(FieldError("sheet", "import.faulty"))
        names, institutions = await _names(edition_id), await _institutions()
        for row in checked:
            try:
                async with savepoint():
                    await add_judge(actor, edition_id, _judge(row, names, institutions), now=now)
            except Refused as refused:
                if refused.status in {403, 404} or refused.code == "not-open-now":
                    raise
                raise Invalid(FieldError("sheet", "import.refused", row=row.number)) from refused
        return len(checked)


def _judge(row: Row, names: Mapping[str, str], institutions: Mapping[str, str]) -> JudgeDetails:
    told = row.values
    return JudgeDetails(
        email=told["email"].lower(), name_ar=told["name_ar"], name_en=told["name_en"], kind=told["kind"],
        title_ar=told["title_ar"], title_en=told["title_en"], languages=parts_of(told["languages"]), expertise=(),
        categories=[names[fold_for_search(each)] for each in parts_of(told["categories"])],
        institution=institutions.get(fold_for_search(told["institution"]), "") if told["institution"] else "",
        max_entries=int(told["max_entries"] or 0),
    )  # fmt: skip


async def _names(edition_id: UUID) -> dict[str, str]:
    """Give the categories by any of their names."""
    rows = await Category.select(Category.slug, Category.name_ar, Category.name_en).where(
        Category.edition == edition_id
    )
    return {
        fold_for_search(name): row["slug"] for row in rows for name in (row["slug"], row["name_ar"], row["name_en"])
    }


async def _institutions() -> dict[str, str]:
    rows = await Institution.select(Institution.slug, Institution.name_ar, Institution.name_en)
    return {
        fold_for_search(name): row["slug"] for row in rows for name in (row["slug"], row["name_ar"], row["name_en"])
    }


def _institution(row: Row, slug: str) -> dict[str, object]:
    told = {name: row.values[name] for name in INSTITUTION_COLUMNS if name != "aliases"}
    return {
        **told, "mail_domain": join_domains(told["mail_domain"]), "slug": slug,
        "aliases": parts_of(row.values["aliases"]),
    }  # fmt: skip


def _slug(name: str, taken: set[str]) -> str:
    wanted = "-".join("".join(char if char.isascii() and char.isalnum() else " " for char in name.lower()).split())[:40]
    number, found = 1, wanted or "institution"
    while found in taken:
        number += 1
        found = f"{wanted or 'institution'}-{number}"
    taken.add(found)
    return found


def parts_of(text: str) -> list[str]:
    """Give the values of a cell that holds several, divided by semicolons of either script."""
    return [part.strip() for part in text.replace("؛", ";").split(";") if part.strip()]


def _cell(cells: Sequence[str], head: Sequence[str], name: str) -> str:
    at = head.index(name) if name in head else -1
    return cells[at].strip() if 0 <= at < len(cells) else ""


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(FieldError("sheet", "import.encoding")) from None
    first = text.partition("\n")[0]
    separator = max((",", ";", "\t"), key=first.count)
    try:
        return list(csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=separator, strict=True))
    except csv.Error:
        raise Invalid(FieldError("sheet", "import.broken")) from None


def _xlsx(content: bytes) -> list[list[str]]:
    """Read the first sheet's values; a file that would unpack to more than it should is refused unopened."""
    from openpyxl import load_workbook  # noqa: PLC0415 (a fifth of a second that other pages should not pay)
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 (as above)

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise Invalid(FieldError("sheet", "import.too_large"))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return [
            ["" if cell is None else str(cell) for cell in row]
            for row in sheet.iter_rows(values_only=True, max_row=2 * MOST_ROWS, max_col=50)
        ]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError):
        raise Invalid(FieldError("sheet", "import.broken")) from None
