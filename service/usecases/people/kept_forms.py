"""What somebody typed and sent after their session had ended: kept for a day, one form a person, until it comes again.

Only whoever typed it meets it again: it is found by the mark of the person for whom our page made the form.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from storage.columns import to_json
from storage.engine import transaction
from storage.tables.session import KeptForm

__all__ = ["KEPT_FOR", "forget_form", "forget_old_forms", "keep_form"]

KEPT_FOR = timedelta(days=1)


async def keep_form(owner: str, page: str, fields: Mapping[str, Sequence[str]], *, now: datetime) -> None:
    """Keep a form in place of the person's last one."""
    async with transaction():
        await forget_old_forms(now=now)
        await KeptForm.delete().where(KeptForm.owner == owner)
        await KeptForm.insert(KeptForm(id=uuid4(), owner=owner, page=page, fields=to_json(dict(fields)), kept_at=now))


async def forget_old_forms(*, now: datetime) -> None:
    """Forget what nobody came back for."""
    await KeptForm.delete().where(KeptForm.kept_at < now - KEPT_FOR)


async def forget_form(owner: str, page: str) -> bool:
    """Forget a form that has come again from its page; say whether there was one."""
    gone = await KeptForm.delete().where((KeptForm.owner == owner) & (KeptForm.page == page)).returning(KeptForm.id)
    return bool(gone)
