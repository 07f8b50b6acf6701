"""Forms of an entry, sent as their pages send them."""

import re

import httpx

from tests.conftest import post


def revision_in(html: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', html)
    assert found is not None
    return found[1]


async def save(client: httpx.AsyncClient, path: str, data: dict[str, object]) -> httpx.Response:
    """Send a page's own form, with the revision that the page was made from."""
    shown = await client.get(path)
    return await post(client, path, {"revision": revision_in(shown.text), **data}, page=path)
