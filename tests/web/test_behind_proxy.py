"""Behind a proxy: whose address counts is for the settings to say, and cookies keep to the host that set them."""

from dataclasses import replace
from typing import Any, cast

import pytest

from service.settings import Settings
from service.web.cookies import SESSION, make_cookie
from service.web.envelope import Envelope
from tests.conftest import World, post

PEER = "192.0.2.1"


def address(settings: Settings, *lines: bytes) -> str:
    headers = [(b"x-forwarded-for", line) for line in lines]
    headers += [(b"x-real-ip", b"198.51.100.99"), (b"forwarded", b"for=198.51.100.98")]
    envelope = Envelope(cast("Any", None), settings, cast("Any", None), object_origin=None)
    return envelope._address(cast("Any", {"client": (PEER, 40000), "headers": headers}))


@pytest.mark.parametrize(
    ("hops", "lines", "seen"),
    [
        (0, [b"203.0.113.7"], PEER),
        (1, [b"203.0.113.7"], "203.0.113.7"),
        (1, [b"198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (1, [b"198.51.100.1", b"203.0.113.7"], "203.0.113.7"),
        (2, [b"198.51.100.1, 203.0.113.7, 10.0.0.5"], "203.0.113.7"),
        (2, [b"203.0.113.7", b"10.0.0.5"], "203.0.113.7"),
        (2, [b"203.0.113.7"], PEER),
    ],
)
def test_an_address_is_what_our_own_proxies_saw_and_never_what_a_browser_claims(
    settings: Settings, hops: int, lines: list[bytes], seen: str
):
    assert address(replace(settings, trusted_hops=hops), *lines) == seen


async def test_over_https_a_session_s_cookie_is_bound_to_this_very_host(world: World):
    over_https = replace(world.settings, base_url="https://tahkim.example")

    name, _, rest = make_cookie(SESSION, "secret", over_https).partition("=")

    assert name == "__Host-tahkim"
    assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(rest.split("; "))
    assert "Domain" not in rest
    signed_in = await post(world.visitor(), "/en/sign-in", {"email": "farah@tahkim.example", "password": "wrong"})
    assert not any(line.startswith("__Host-") for line in signed_in.headers.get_list("set-cookie"))
