"""How a judge's page is asked in tests: what its script sends, and the project at the top of the list."""

import httpx

from tests.competition import Competition
from tests.conftest import csrf_in

JSON = {"accept": "application/json"}


async def put(browser: httpx.AsyncClient, path: str, body: dict[str, object]) -> httpx.Response:
    """Send what a page's script sends, with the token of its forms."""
    token = csrf_in((await browser.get("/en/account")).text)
    return await browser.put(path, json=body, headers={**JSON, "x-csrf-token": token})


async def code_of_first(judging: Competition, *, is_answered: bool = True) -> str:
    """The code name of the first judge's first project; ``is_answered``: there is no conflict with it."""
    code = (await judging.list_codes(judging.judges[0]))[0]
    if is_answered:
        await judging.sheet(judging.judges[0])
    return code
