"""Programs that the fault tests run, kill and watch: ``python -m tests.faults.actors VERB ARGUMENTS``.

Each prints a line only after the store has acknowledged what the line says.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sys
import uuid
from pathlib import Path

from storage.engine import (
    bind,
    close_database,
    on_postgres,
    open_database,
    run_sql,
    run_whole,
    savepoint,
    transaction,
)
from storage.errors import ObjectMissing, StorageFull
from storage.migrations.run import Step, migrate
from storage.objects.folder import FolderStore
from storage.objects.signing import LinkSigner
from storage.objects.store import UploadRef

KEY = "original/" + "a" * 32
PART = 40_000
DATA = b"".join(number.to_bytes(4, "big") for number in range(25_000))  # 100,000 bytes: parts of 40, 40 and 20 kB
STEPS = (
    Step(1, "m0001_one", "One", ("CREATE TABLE one (n bigint)",)),
    Step(2, "m0002_two", "Two", ("CREATE TABLE two (n bigint)", "INSERT INTO two (n) VALUES (2)")),
)


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


async def open_bound(url: str):
    engine = await open_database(url)
    bind(engine, [])
    return engine


async def add(url: str, times: str) -> None:
    """Read a number and write it back, one larger, so many times."""
    engine = await open_bound(url)
    lock = " FOR UPDATE" if on_postgres() else ""
    for _ in range(int(times)):
        async with transaction():
            [row] = await run_sql("SELECT n FROM tally" + lock)
            await run_sql("UPDATE tally SET n = {}", row["n"] + 1)
    await close_database(engine)


async def write_on(url: str) -> None:
    """Write numbered rows for ever, in pairs that belong together, and say each number once it is committed."""
    await open_bound(url)
    number = 0
    while True:
        number += 1
        async with transaction():
            await run_sql("INSERT INTO line (id, n) VALUES ({}, {})", uuid.uuid4(), number)
            await run_sql("INSERT INTO line (id, n) VALUES ({}, {})", uuid.uuid4(), -number)
        say(str(number))


async def hold(url: str) -> None:
    """Write in a transaction that never ends."""
    await open_bound(url)
    async with transaction():
        await run_sql("INSERT INTO line (id, n) VALUES ({}, {})", uuid.uuid4(), 1)
        say("held")
        await asyncio.Event().wait()


async def migrate_and_hang(url: str) -> None:
    """Stop for ever in the middle of the second step."""

    async def hang(run) -> None:
        await run("CREATE TABLE two (n bigint)")
        say("in the middle")
        await asyncio.Event().wait()

    await migrate(await open_bound(url), (STEPS[0], Step(2, "m0002_two", "Two", (), hang)))


def make_store(root: str) -> FolderStore:
    return FolderStore(Path(root), LinkSigner(b"secret"))


async def chunks_of(data: bytes):
    for start in range(0, len(data), 10_000):
        yield data[start : start + 10_000]


async def receive_and_hang(root: str) -> None:
    """Take the first part whole, and the second one for ever."""
    store = make_store(root)
    upload = await store.create_upload(KEY, size=len(DATA), part_size=PART)
    await store.receive_part(upload.id, 1, length=PART, chunks=chunks_of(DATA[:PART]))

    async def stop_half_way():
        yield DATA[PART : PART + 15_000]
        say(upload.id)
        await asyncio.Event().wait()

    await store.receive_part(upload.id, 2, length=PART, chunks=stop_half_way())


async def upload_all(store: FolderStore, acknowledge) -> None:
    upload = await store.create_upload(KEY, size=len(DATA), part_size=PART)
    acknowledge(f"upload {upload.id}")
    for number in (1, 2, 3):
        part = DATA[(number - 1) * PART : number * PART]
        await store.receive_part(upload.id, number, length=len(part), chunks=chunks_of(part))
        acknowledge(f"part {number}")
    await store.complete(upload, size=len(DATA), part_size=PART)
    acknowledge("complete")


async def replace(store: FolderStore, acknowledge) -> None:
    await store.put(KEY, b"first")
    acknowledge("first")
    await store.put(KEY, b"second")
    acknowledge("second")
    await store.delete(KEY)
    acknowledge("deleted")


OPERATIONS = {"upload": upload_all, "replace": replace}


def kill_at_each_step(name: str, root: str) -> None:
    """Run the operation again and again, killed at its 1st, 2nd … call to the system, until it passes untouched."""
    step = 0
    while True:
        step += 1
        folder = Path(root, f"{step:03}")
        folder.mkdir()
        child = os.fork()
        if child == 0:
            _run_until(name, folder, step)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            say(json.dumps({"steps": step, "exit": os.WEXITSTATUS(status)}))
            return


def _run_until(name: str, folder: Path, step: int) -> None:
    store = make_store(str(folder / "store"))
    acks = os.open(folder / "acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    watched = str(folder / "store")
    left = step

    def count(event: str, args: tuple[object, ...]) -> None:
        nonlocal left
        if event in {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.utime"} and watched in str(args[0]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    asyncio.run(OPERATIONS[name](store, lambda text: os.write(acks, f"{text}\n".encode())))
    os._exit(0)


async def fill_database(url: str) -> None:
    """Meet the limit of a file's size while writing rows; go on reading; write again once there is space."""
    engine = await open_bound(url)
    await run_sql("INSERT INTO line (id, n) VALUES ({}, {})", uuid.uuid4(), 1)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    number = 1
    try:
        while True:
            number += 1
            async with transaction():
                for part in range(100):
                    await run_sql("INSERT INTO line (id, n) VALUES ({}, {})", uuid.uuid4(), number * 1000 + part)
    except StorageFull:
        say("full")
    [row] = await run_sql("SELECT COUNT(*) AS n FROM line")
    say(f"read {row['n'] % 100}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    async with transaction(), savepoint():
        await run_sql("INSERT INTO line (id, n) VALUES ({}, {})", uuid.uuid4(), 0)
    say("written again")
    await close_database(engine)


def count_litter(root: str) -> int:
    return len(list(Path(root, "uploads").glob("*/*.tmp")))


async def fill_folder(root: str) -> None:
    """Meet the limit of a file's size while a part comes in; take it again once there is space."""
    store = make_store(root)
    upload = await store.create_upload(KEY, size=len(DATA), part_size=PART)
    await store.receive_part(upload.id, 1, length=PART, chunks=chunks_of(DATA[:PART]))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        await store.receive_part(upload.id, 2, length=PART, chunks=chunks_of(DATA[PART : 2 * PART]))
    except StorageFull:
        say(f"full, {len(await store.list_parts(upload))} held, {count_litter(root)} litter")
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    for number in (2, 3):
        part = DATA[(number - 1) * PART : number * PART]
        await store.receive_part(upload.id, number, length=len(part), chunks=chunks_of(part))
    await store.complete(upload, size=len(DATA), part_size=PART)
    say("complete")


async def save_once(url: str) -> None:
    """Commit one row, then say so: watched by a trace of its system calls."""
    engine = await open_bound(url)
    say("before")
    async with transaction():
        await run_sql("INSERT INTO line (id, n) VALUES ({}, {})", uuid.uuid4(), 1)
    say("saved")
    await close_database(engine)
    say("over")


async def save_whole(url: str) -> None:
    """Do the same in one statement that is a transaction by itself."""
    engine = await open_bound(url)
    say("before")
    await run_whole(
        ("INSERT INTO line (id, n) VALUES ({}, {}) RETURNING n", (uuid.uuid4(), 1)), ("SELECT 'saved' AS told", ())
    )
    say("saved")
    await close_database(engine)
    say("over")


async def store_once(root: str) -> None:
    """Store one part and complete it, then say so: watched by a trace of its system calls."""
    store = make_store(root)
    upload: UploadRef = await store.create_upload(KEY, size=PART, part_size=PART)
    say("before")
    await store.receive_part(upload.id, 1, length=PART, chunks=chunks_of(DATA[:PART]))
    say("received")
    await store.complete(upload, size=PART, part_size=PART)
    say("completed")
    try:
        await store.list_parts(upload)
    except ObjectMissing:
        say("gone")


VERBS = {
    one.__name__: one
    for one in (
        add, write_on, hold, migrate_and_hang, receive_and_hang, fill_database, fill_folder, save_once, save_whole,
        store_once,
    )
}  # fmt: skip

if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    if verb == "kill_at_each_step":
        kill_at_each_step(*arguments)
    else:
        asyncio.run(VERBS[verb](*arguments))
