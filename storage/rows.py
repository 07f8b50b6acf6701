"""One row that must be there."""

from typing import Any

from storage.errors import StorageMisuse

__all__ = ["get_row"]


async def get_row(select: Any) -> dict[str, Any]:
    """Run a select and give its first row. Raises StorageMisuse where there is none."""
    row: dict[str, Any] | None = await select.first()
    if row is None:
        raise StorageMisuse(reason="row-missing", query=str(select))
    return row
