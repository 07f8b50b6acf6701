"""For whoever watches the machine: does the process live, can it serve, and what has it done."""

import hmac
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from litestar import Request, Response, get

from service.clock import CheckedClock, Clock
from service.errors import NotFound
from service.permissions import Action
from service.usecases.operating.health import OK, Health, QueueFigures, look_at_health, read_queues
from service.web.counting import Figure, write_figures, write_labels
from service.web.gate import Gate
from service.web.visit import visit_of
from storage.errors import StorageError

__all__ = ["read_metrics", "read_ready", "tell_alive"]

_UNAVAILABLE = 503
_FORWARDED = ("x-forwarded-for", "forwarded", "via")
AnyRequest = Request[Any, Any, Any]


@get("/healthz", opt={"action": Action.READ_HEALTH})
async def tell_alive() -> dict[str, str]:
    """Answer, whatever else is away: a process that does not should be begun again."""
    return {"status": "alive"}


@get("/readyz", opt={"action": Action.READ_HEALTH})
async def read_ready(request: AnyRequest, objects: Any) -> Response[dict[str, str]]:
    """Answer 200 when database, schema and store are there, else 503.

    ``?pages`` leaves the store out: a proxy that asks it goes on sending people to pages and scoring without a store.
    """
    health = await look_at_health(objects)
    is_ready = health.has_pages if "pages" in request.query_params else health.is_ready
    told = {"database": health.database, "schema": health.schema, "objects": health.objects}
    return Response(told, status_code=200 if is_ready else _UNAVAILABLE)


@get("/metrics", opt={"action": Action.READ_METRICS})
async def read_metrics(request: AnyRequest, objects: Any, now: datetime) -> Response[str]:
    """Give the figures of this process and of the queues, in Prometheus' text format."""
    if not _may_collect(request):
        raise NotFound
    state = request.app.state
    health = await look_at_health(objects)
    try:
        queues = await read_queues(now=now) if health.has_pages else ()
    except StorageError:
        queues = ()
    figures = [
        *state.counting.list_figures(),
        *_gate(state.gate),
        *_queues(queues),
        _ready(health),
        _steps(state.clock),
    ]
    text = write_figures(figures, process=state.process)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _may_collect(request: AnyRequest) -> bool:
    """Whether the token is brought; where none is set, whether it is this machine that asks, and for nobody else."""
    visit = visit_of(request)
    token = visit.settings.metrics_token
    if token is not None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    try:
        return ip_address(visit.address).is_loopback and not any(name in request.headers for name in _FORWARDED)
    except ValueError:
        return False


def _gate(gate: Gate) -> Iterator[Figure]:
    in_hand = {write_labels(kind=kind): float(n) for kind, n in gate.in_hand.items()}
    yield Figure("tahkim_requests_in_hand", "gauge", "Requests being answered.", in_hand)
    away = {write_labels(kind=kind): float(n) for kind, n in gate.turned_away.items()}
    yield Figure("tahkim_requests_turned_away_total", "counter", "Requests told to come again.", away)


def _queues(queues: tuple[QueueFigures, ...]) -> Iterator[Figure]:
    rows = {write_labels(queue=each.queue, state=state): float(n) for each in queues for state, n in each.rows.items()}
    yield Figure("tahkim_queue_rows", "gauge", "Rows of work by state.", rows)
    late = {write_labels(queue=each.queue): each.late_seconds for each in queues}
    yield Figure("tahkim_queue_late_seconds", "gauge", "How long the oldest due row has waited.", late)


def _ready(health: Health) -> Figure:
    parts = {"database": health.database, "schema": health.schema, "objects": health.objects}
    values = {write_labels(part=part): float(told == OK) for part, told in parts.items()}
    return Figure("tahkim_ready", "gauge", "Whether each part is there.", values)


def _steps(clock: Clock) -> Figure:
    n = clock.n_steps if isinstance(clock, CheckedClock) else 0
    return Figure(
        "tahkim_clock_set_total", "counter", "How often the machine's clock was set.", {write_labels(): float(n)}
    )
