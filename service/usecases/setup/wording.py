"""An edition's own words: saved in either language or both, and given back to the program's."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.text import LANGUAGES
from service.wording import find_faults, find_group, list_places, original
from storage.engine import for_update, insert_many, transaction
from storage.tables.edition import Edition
from storage.tables.wording import EditionWording

__all__ = ["check_wording", "copy_wordings", "restore_wording", "save_wording", "wording_mark"]

LONGEST, LONGEST_SUBJECT = 4000, 150


def check_wording(key: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Give the texts as they will be kept: empty where they are the program's own words.

    Raises Invalid, which names every place that nothing can fill.
    """
    if find_group(key) is None:
        raise NotFound
    known = ", ".join(f"{{{place}}}" for place in list_places(key))
    is_subject = key.endswith(".subject")
    kept, errors = {}, []
    for language in LANGUAGES:
        text = texts.get(language, "").strip()
        text = " ".join(text.split()) if is_subject else text
        field = f"text_{language}"
        longest = LONGEST_SUBJECT if is_subject else LONGEST
        unknown, has_brace = find_faults(key, text)
        if unknown:
            named = ", ".join(f"{{{place}}}" for place in unknown)
            facts = {"places": named, "known": known} if known else {"places": named}
            errors.append(FieldError(field, "wording.unknown_places" if known else "wording.no_places", **facts))
        elif has_brace:
            errors.append(FieldError(field, "wording.lone_brace"))
        elif len(text) > longest:
            label = f"wording.text_{language}"
            errors.append(FieldError(field, "err.too_many_letters", word_field=label, n=len(text), max=longest))
        kept[language] = "" if text == original(key, language).strip() else text
    if errors:
        raise Invalid(*errors)
    return kept


def wording_mark(row: Mapping[str, Any] | None) -> str:
    """Give the mark of a text as it stands: its form carries it, so that saving notices what changed in between."""
    told = f"{row['text_ar']}\0{row['text_en']}" if row else ""
    return hashlib.sha256(told.encode()).hexdigest()[:16]


async def save_wording(
    actor: Actor, edition_id: UUID, key: str, texts: Mapping[str, str], *, seen: str, now: datetime
) -> None:
    """Say a message in the edition's own words from now on; letters that wait in the queue are written in them too.

    A language without a text keeps the program's words; without either the message is as it was. Raises Invalid.
    """
    kept = check_wording(key, texts)
    async with transaction():
        before = await _lock(actor, edition_id, key)
        if wording_mark(before) != seen:
            raise Invalid(FieldError("seen", "err.saved_meanwhile"))
        columns: dict[str, Any] = {"text_ar": kept["ar"], "text_en": kept["en"]}
        if all((before or {}).get(name, "") == value for name, value in columns.items()):
            return
        await EditionWording.delete().where((EditionWording.edition == edition_id) & (EditionWording.message == key))
        if any(kept.values()):
            made = EditionWording(id=uuid4(), edition=edition_id, message=key, changed_at=now, **columns)
            await EditionWording.insert(made)
        await _record(actor, (edition_id, key), before, columns if any(kept.values()) else None, now)


async def restore_wording(actor: Actor, edition_id: UUID, key: str, *, now: datetime) -> None:
    """Go back to the program's words in both languages; nothing happens where they stand already."""
    if find_group(key) is None:
        raise NotFound
    async with transaction():
        before = await _lock(actor, edition_id, key)
        if before is None:
            return
        await EditionWording.delete().where(EditionWording.id == before["id"])
        await _record(actor, (edition_id, key), before, None, now)


async def copy_wordings(source_id: UUID, edition_id: UUID, *, now: datetime) -> None:
    """Give a new edition the words of the one it was made from."""
    rows = await EditionWording.select().where(EditionWording.edition == source_id)
    await insert_many(
        [
            EditionWording(
                id=uuid4(), edition=edition_id, message=row["message"], text_ar=row["text_ar"],
                text_en=row["text_en"], changed_at=now,
            )
            for row in rows
        ]
    )  # fmt: skip


async def _lock(actor: Actor, edition_id: UUID, key: str) -> dict[str, Any] | None:
    edition = await for_update(Edition.select(Edition.state).where(Edition.id == edition_id)).first()
    owns = edition is not None and actor.edition_id in {None, edition_id}
    require(Action.EDIT_WORDING, actor, stage=edition["state"] if edition else None, owns=owns)
    row: dict[str, Any] | None = (
        await EditionWording.select()
        .where((EditionWording.edition == edition_id) & (EditionWording.message == key))
        .first()
    )
    return row


async def _record(
    actor: Actor, about: tuple[UUID, str], before: Mapping[str, Any] | None, after: Mapping[str, Any] | None,
    now: datetime,
) -> None:  # fmt: skip
    edition_id, key = about
    told = {"text_ar": before["text_ar"], "text_en": before["text_en"]} if before else None
    await record(
        Event.WORDING_CHANGED, by=actor, about=("edition", edition_id), at=now, before={"message": key, "own": told},
        after={"message": key, "own": dict(after) if after else None},
    )  # fmt: skip
