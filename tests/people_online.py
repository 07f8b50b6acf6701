"""People at their browsers, over the network: what they do by forms and by the scripts of our pages."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import httpx
from pyotp import TOTP

from service.usecases.files.sent_files import hash_local_parts
from tests.conftest import csrf_in
from tests.entrants import WORDS_AR, WORDS_EN

LOOK_AGAIN_SECONDS = 0.2
LOOKS = 2000


@cache
def _usual_trust() -> ssl.SSLContext:
    """Make once what each client would make for itself, which takes as long as several pages."""
    return ssl.create_default_context()


class Unexpected(AssertionError):
    """An answer that is not what the act should give; its text says which."""


def expect(answer: httpx.Response, *statuses: int) -> httpx.Response:
    if answer.status_code not in statuses:
        request = answer.request
        text = re.sub(r"<[^>]+>|\s+", " ", answer.text)[-600:]
        raise Unexpected(f"{request.method} {request.url.path}: {answer.status_code} {text}")
    return answer


class Person:
    """One browser: cookies, and the tokens that its pages carried."""

    def __init__(self, address: str, trust: ssl.SSLContext | None = None) -> None:
        self.client = httpx.AsyncClient(
            base_url=address, verify=trust or _usual_trust(), timeout=60, headers={"Origin": address},
            limits=httpx.Limits(keepalive_expiry=10),
        )  # fmt: skip

    async def read(self, path: str) -> str:
        return expect(await self.client.get(path), 200).text

    async def send(self, path: str, page: str | None = None, **fields: object) -> httpx.Response:
        """Send a form as its page made it: with its token, and its revision where it has one."""
        text = await self.read(page or path)
        revision = re.search(r'name="revision" value="(\d+)"', text)
        hidden = {"revision": revision[1]} if revision else {}
        return await self.client.post(path, data={"csrf": csrf_in(text), **hidden, **fields})

    async def sign_in(self, email: str, password: str) -> None:
        expect(await self.send("/en/sign-in", email=email, password=password), 303)

    async def set_second_factor(self) -> None:
        """Set the second factor that committee duties need over https, by hand as without a camera."""
        place = "/en/account/second-factor"
        shown = await self.read(place)
        secret = re.search(r'class="ltr">([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})<', shown)
        pending = re.search(r'name="pending" value="([^"]+)"', shown)
        assert secret, "the page shows no secret"
        assert pending
        code = TOTP(secret[1].replace(" ", "")).now()
        fields = {"csrf": csrf_in(shown), "part": "confirm", "code": code, "pending": pending[1]}
        expect(await self.client.post(place, data=fields), 200)

    async def act_as(self, role: str, page: str) -> None:
        """Take up each other grant of this role in turn, as the menu of a page offers them."""
        others = rf'name="grant" value="([^"]+)">(?:(?!</button>).)*{role}'
        for other in re.findall(others, await self.read(page), flags=re.DOTALL):
            expect(await self.send("/en/account/role", page=page, grant=other), 303)

    async def sign_up(self, email: str, password: str, find_link: Callable[[], str | None]) -> None:
        """Sign up, open the mailed link and choose a password. ``find_link`` looks into the letters."""
        expect(await self.send("/en/sign-up", email=email, name_ar="ريم الحبسية", name_en="Reem Al Habsi"), 200)
        link = await come(find_link)
        expect(await self.client.post(link, data={"csrf": csrf_in(await self.read(link)), "password": password}), 303)

    async def start_entry(self, category: str, title: str) -> str:
        """Start a project: its path, with the entry number last."""
        answer = await self.send("/en/entries/new", category=category, title_ar=title, title_en=title)
        return expect(answer, 303).headers["location"]

    async def fill_in(self, base: str, *, category: str, title: str, supervisor: str, institution: str) -> None:
        """All tasks but the files."""
        forms = {
            "details": {
                "category": category, "title_ar": title, "title_en": title, "abstract_ar": WORDS_AR,
                "abstract_en": WORDS_EN, "work_language": "ar",
            },
            "rights": {"material": "own", "people": "consented", "declared": "yes"},
            "ai-statement": {"statement": "none"},
            "supervisor": {
                "supervisor_name_ar": "د. نورة الساقية", "supervisor_name_en": "Dr Noura Al-Saqiya",
                "email": supervisor, "institution": institution, "department": "الإعلام", "academic_year": "2026-2027",
            },
        }  # fmt: skip
        for name, fields in forms.items():
            expect(await self.send(f"{base}/{name}", **fields), 303)

    async def upload(self, base: str, material: str, path: Path) -> str:
        """Register a file, send its parts by signed links wherever they lead, and complete it: the upload's id."""
        token = csrf_in(await self.read(base))
        headers = {"X-CSRF-Token": token, "Accept": "application/json"}

        async def ask(where: str, body: object) -> dict[str, object]:
            answer = await self.client.post(f"{base}/uploads{where}", json=body, headers=headers)
            told: dict[str, object] = expect(answer, 200).json()
            return told

        content = path.read_bytes()  # noqa: ASYNC240 (a test's small file)
        file = {"material": material, "name": path.name, "size": len(content), "digests": list(hash_local_parts(path))}
        registered = await ask("", file)
        upload, size = str(registered["upload"]), int(str(registered["part_size"]))
        for number in range(1, int(str(registered["parts"])) + 1):
            links = (await ask(f"/{upload}/links", {"parts": [number]}))["links"]
            await self.put_part(links[str(number)], content[(number - 1) * size : number * size])  # type: ignore[index]
        await ask(f"/{upload}/complete", {})
        return upload

    async def put_part(self, link: dict[str, object], part: bytes) -> None:
        async with httpx.AsyncClient(timeout=60) as store:  # another origin: our cookies do not go there
            where = store if str(link["url"]).startswith("http") else self.client
            expect(await where.put(str(link["url"]), content=part, headers=link["headers"]), 200)  # type: ignore[arg-type]

    async def submit(self, base: str) -> httpx.Response:
        return await self.send(f"{base}/check", declared="yes")

    async def wait_for(self, path: str, words: str) -> str:
        """Look at a page until it says this."""

        async def look() -> str | None:
            text = await self.read(path)
            return text if words in text else None

        return await come(look)

    async def close(self) -> None:
        await self.client.aclose()


async def come(look: Callable[[], str | Awaitable[str | None] | None]) -> str:
    """Look again and again for what a worker brings."""
    for _ in range(LOOKS):
        found = look()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        await asyncio.sleep(LOOK_AGAIN_SECONDS)  # somebody else's process brings it: there is no event to wait for
    raise AssertionError("what was waited for did not come")
