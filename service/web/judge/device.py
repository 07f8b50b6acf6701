"""The key under which a judge's device keeps what is not sent yet: given only to the one who is signed in.

It is derived, never stored: from the installation's secret, the person, the edition and the random name that the device
gave itself. Another account on the same device gets another key; signing out wipes what lies there.
"""

import hmac
from hashlib import sha256
from typing import Any

from litestar import Request, get

from service.actors import JudgeActor
from service.errors import FieldError, Invalid
from service.permissions import Action
from service.settings import Settings
from service.web.csrf import token_for
from service.web.visit import visit_of

__all__ = ["read_device_key"]

AnyRequest = Request[Any, Any, Any]
NAME_LENGTH = 32


@get("/judging/device-key", opt={"action": Action.LIST_SHEETS, "json": True})
async def read_device_key(request: AnyRequest, judge: JudgeActor, settings: Settings) -> dict[str, str]:
    """Give this account's key for this device, a name for whose copies they are, and a fresh token for saving."""
    device = request.query_params.get("device", "")
    if len(device) != NAME_LENGTH or not (device.isascii() and device.isalnum()):
        raise Invalid(FieldError("device", "err.request_next"))
    whose = f"{judge.actor.person_id}|{judge.edition_id}"
    key = hmac.new(settings.secret, f"device-copy|{whose}|{device}".encode(), sha256)
    owner = hmac.new(settings.secret, f"device-owner|{whose}".encode(), sha256)
    return {"key": key.hexdigest(), "owner": owner.hexdigest()[:NAME_LENGTH], "csrf": token_for(visit_of(request))}
