"""May a page of ours send parts to this bucket? Asked as a browser asks, and set where the server lets itself be set.

A browser sends parts from the site's origin to the store's: the store must say that it allows it (CORS), else every
upload fails in the browser while everything seems well to the server.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from storage.errors import ObjectStoreAway, StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CorsNotSettable", "is_let_in", "write_rule"]

RULE_ID = "tahkim"
_SECONDS = 10.0
_MINUTE = 60
_KEPT_SECONDS = 3600
_UNKNOWN_TO_SERVER = frozenset({"NotImplemented", "MethodNotAllowed", "501", "405"})
_NO_RULES = frozenset({"NoSuchCORSConfiguration"})


class CorsNotSettable(StorageError):
    """This server's CORS is set in its own configuration, not by a call."""


def is_let_in(client: Any, place: dict[str, str], origin: str) -> bool:
    """Ask what a browser asks before it sends a part from a page of this origin. Raises ObjectStoreAway."""
    asked = {**place, "UploadId": "none", "PartNumber": 1, "ContentLength": 1}
    url = client.generate_presigned_url("upload_part", Params=asked, ExpiresIn=_MINUTE)
    headers = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
    request = urllib.request.Request(url, method="OPTIONS", headers=headers)  # noqa: S310 (a link that we have signed)
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 (as above)
            found = answer.headers
    except urllib.error.HTTPError as refused:
        refused.close()
        return False
    except OSError as error:
        raise ObjectStoreAway(reason=type(error).__name__) from error
    methods = {method.strip().upper() for method in found.get("Access-Control-Allow-Methods", "").split(",")}
    return found.get("Access-Control-Allow-Origin", "") in {origin, "*"} and bool(methods & {"PUT", "*"})


def write_rule(client: Any, bucket: str, origins: Sequence[str]) -> None:
    """Put our rule beside what stands there already. Raises CorsNotSettable, ObjectStoreAway."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 (loaded late, on purpose)

    ours = {
        "ID": RULE_ID,
        "AllowedOrigins": list(origins),
        "AllowedMethods": ["GET", "HEAD", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": _KEPT_SECONDS,
    }
    try:
        rules = [rule for rule in _read_rules(client, bucket) if rule.get("ID") != RULE_ID]
        client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [*rules, ours]})
    except ClientError as error:
        if _code(error) in _UNKNOWN_TO_SERVER:
            raise CorsNotSettable(reason=_code(error)) from error
        raise


def _read_rules(client: Any, bucket: str) -> list[dict[str, Any]]:
    from botocore.exceptions import ClientError  # noqa: PLC0415 (as above)

    try:
        rules: list[dict[str, Any]] = client.get_bucket_cors(Bucket=bucket)["CORSRules"]
    except ClientError as error:
        if _code(error) in _NO_RULES:
            return []
        raise
    return rules


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
