"""Does what is due: jobs and letters, claimed, done and marked; a task of the server, or ``tahkim worker``."""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from service.clock import Clock
from service.jobs import claims
from service.jobs.kinds import JobContext, LeaseLost, find_handler
from service.logging import get_logger
from service.mail.delivery import Postman, RefusedForGood
from service.mail.letters import write_letter
from service.mail.queue import OF_EDITION
from service.settings import Settings
from storage.columns import from_json
from storage.engine import Row
from storage.errors import StorageError
from storage.objects.store import ObjectStore
from storage.reads.wording import find_own_texts

__all__ = ["Worker"]

AT_ONCE = 2
"""Jobs at the same time: judging must stay quick while files are inspected."""

POLL_SECONDS = 0.5
BEAT_SECONDS = 2.0
"""A lease is renewed so often: three may be missed before it is lost."""


@dataclass(slots=True)
class Worker:
    """One worker. Any number of them, in any number of processes, share the queues."""

    settings: Settings
    objects: ObjectStore
    clock: Clock
    postman: Postman
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")
    in_hand: set[UUID] = field(default_factory=set)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop. What was begun is ended; what a kill cuts comes back when its lease ends."""
        lanes = [self._lane(self._do_job, stop) for _ in range(AT_ONCE)] + [self._lane(self._send_letter, stop)]
        await asyncio.gather(*lanes)

    async def work_until_idle(self) -> int:
        """Do everything that is due by the clock, one after another; return how much it was."""
        done = 0
        while await self._do_job() or await self._send_letter():
            done += 1
        return done

    async def _lane(self, step: Callable[[], Awaitable[bool]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                is_busy = await step()
            except Exception:  # noqa: BLE001 (one of the two outermost loops: a worker outlives a database that is away)
                get_logger().exception("worker")
                is_busy = False
            if not is_busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), POLL_SECONDS)

    async def _do_job(self) -> bool:
        rows = await self._claim(claims.JOBS)
        for row in rows:
            await self._attend(claims.JOBS, row, self._handle)
        return bool(rows)

    async def _send_letter(self) -> bool:
        rows = await self._claim(claims.LETTERS)
        for row in rows:
            await self._attend(claims.LETTERS, row, self._post)
        return bool(rows)

    async def _claim(self, queue: claims.Queue) -> list[Row]:
        now, in_hand = self.clock(), tuple(self.in_hand)
        if not await claims.has_due(queue, now=now, in_hand=in_hand):
            return []
        return await claims.claim(queue, owner=self.owner, now=now, in_hand=in_hand)

    async def _attend(self, queue: claims.Queue, row: Row, act: Callable[[Row], Awaitable[None]]) -> None:
        """Do one piece of work with its lease kept alive, and say how it ended."""
        log = get_logger().bind(queue=queue.table, row=str(row["id"]), attempts=row["attempts"])
        self.in_hand.add(row["id"])
        keeper = asyncio.create_task(self._keep(queue, row))
        try:
            await act(row)
            await claims.finish(queue, row["id"], owner=self.owner, now=self.clock())
            log.info("worked", kind=row.get("kind") or row.get("template"))
        except LeaseLost:
            log.warning("lease lost")
        except (RefusedForGood, KeyError) as error:
            log.error("gave up", exc_info=error)  # noqa: TRY400 (told with the error, and handled)
            await claims.give_up(queue, row["id"], owner=self.owner, error=type(error).__name__)
        except Exception as error:
            log.exception("work failed")
            await claims.give_back(
                queue, row["id"], owner=self.owner, now=self.clock(), attempts=row["attempts"],
                error=type(error).__name__,
            )  # fmt: skip
        finally:
            keeper.cancel()
            self.in_hand.discard(row["id"])

    async def _keep(self, queue: claims.Queue, row: Row) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                is_held = await claims.extend(queue, row["id"], owner=self.owner, now=self.clock())
            except StorageError:
                continue  # the database is away for a moment; the lease is longer than three tries
            if not is_held:
                return

    async def _handle(self, row: Row) -> None:
        context = JobContext(self.settings, self.objects, self.clock, row["id"], self.owner)
        await find_handler(row["kind"])(from_json(row["facts"]), now=self.clock(), context=context)

    async def _post(self, row: Row) -> None:
        edition = (from_json(row["facts"]) or {}).get(OF_EDITION)
        own = await find_own_texts(UUID(edition)) if edition else None
        await self.postman.deliver(write_letter(row, self.settings, now=self.clock(), own=own))
