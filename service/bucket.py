"""Where objects are kept when not in a folder: the address of a bucket, read from the environment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

__all__ = ["BUCKET_VARIABLES", "Bucket", "read_bucket"]

BUCKET_VARIABLES = (
    "TAHKIM_OBJECTS_URL",
    "TAHKIM_OBJECTS_ENDPOINT",
    "TAHKIM_OBJECTS_REGION",
    "TAHKIM_OBJECTS_STYLE",
    "TAHKIM_OBJECTS_KEY",
    "TAHKIM_OBJECTS_SECRET",
)
_OPTIONS = frozenset({"endpoint", "region", "style"})
_SCHEMES = {"s3": None, "s3+http": "http", "s3+https": "https"}
_DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and who we are there. ``endpoint`` is an origin; ``prefix`` stands before every key."""

    name: str
    access_key: str
    secret_key: str = field(repr=False)
    endpoint: str
    region: str
    is_path_style: bool
    prefix: str

    @property
    def origin(self) -> str:
        """The origin of its links, as browsers see it."""
        if self.is_path_style:
            return self.endpoint
        scheme, _, host = self.endpoint.partition("://")
        return f"{scheme}://{self.name}.{host}"


def read_bucket(text: Callable[[str], str]) -> Bucket | None:
    """Read ``s3://bucket/prefix`` with its variables, or all in one: ``s3+https://KEY:SECRET@host/bucket/prefix``.

    ``text`` gives a variable's value. What stands in the address comes before the variables, and these before AWS's
    own names for the keys. None when no bucket is set. Raises ValueError for an address that cannot be used.
    """
    url = text("TAHKIM_OBJECTS_URL")
    if not url:
        if any(text(name) for name in BUCKET_VARIABLES):
            raise ValueError("no address")
        return None
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme not in _SCHEMES or not options.keys() <= _OPTIONS:
        raise ValueError(parts.scheme)
    host = parts.netloc.rpartition("@")[2]
    region = options.get("region") or text("TAHKIM_OBJECTS_REGION") or _DEFAULT_REGION
    given = options.get("endpoint") or text("TAHKIM_OBJECTS_ENDPOINT")
    if parts.scheme == "s3":
        name, prefix = host, parts.path.strip("/")
        endpoint = given or f"https://s3.{region}.amazonaws.com"
    else:
        name, _, prefix = parts.path.strip("/").partition("/")
        endpoint = f"{_SCHEMES[parts.scheme]}://{host}"
    style = options.get("style") or text("TAHKIM_OBJECTS_STYLE")
    found = Bucket(
        name=name,
        access_key=unquote(parts.username or "") or text("TAHKIM_OBJECTS_KEY") or text("AWS_ACCESS_KEY_ID"),
        secret_key=unquote(parts.password or "") or text("TAHKIM_OBJECTS_SECRET") or text("AWS_SECRET_ACCESS_KEY"),
        endpoint=endpoint.rstrip("/"),
        region=region,
        is_path_style=style != "host" if style or given or parts.scheme != "s3" else False,
        prefix=prefix,
    )
    _check(found, style)
    return found


def _check(bucket: Bucket, style: str) -> None:
    address = urlsplit(bucket.endpoint)
    is_origin = address.scheme in {"http", "https"} and address.hostname and not address.path and not address.query
    if not is_origin or style not in {"", "path", "host"}:
        raise ValueError(bucket.endpoint)
    if not (bucket.name and bucket.access_key and bucket.secret_key):
        raise ValueError("incomplete")
    _ = address.port  # raises ValueError for a port that is none
