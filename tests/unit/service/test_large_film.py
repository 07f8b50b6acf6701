"""A film of five gigabytes: sent in parts, put together, checked, and copied for judges in little memory."""

from pathlib import Path

import av
import numpy as np
import pytest

from service.usecases.files.accepting import inspect_upload
from storage.inspect.examine import digest
from storage.rows import get_row
from storage.tables.edition import Material
from storage.tables.file import File
from tests.cast import NOW
from tests.conftest import World
from tests.entrants import MIB, add_rules, fill_in, send, start

GIB = 1024 * MIB
SIZE = 5 * GIB
MOST_GROWTH = 96 * MIB


def write_large_film(path: Path) -> Path:
    """One frame of noise, shown until the film is large enough."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("mjpeg", rate=25, options={"qmin": "1", "qmax": "2"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 1920, 1080, "yuvj420p", 400_000_000
        noise = np.random.default_rng(7).integers(0, 255, (1080, 1920, 3), dtype=np.uint8)
        (packet,) = stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24").reformat(format="yuvj420p"))
        for frame in range(SIZE // packet.size + 1):
            packet.pts = packet.dts = frame * packet.duration
            container.mux(packet)
    return path


def held_memory() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


@pytest.mark.soak
async def test_five_gigabytes_come_in_and_go_out_to_judges_in_little_memory(world: World, tmp_path: Path):
    farah, objects = world.actors["farah"], world.app.state.objects
    rules = await add_rules(world.edition_id)
    await Material.update({Material.max_bytes: 6 * GIB}).where(Material.slug == "film")
    number = await start(farah, rules)
    await fill_in(farah, number, rules)
    film = write_large_film(tmp_path / "film.mp4")
    before = held_memory()

    await inspect_upload(await send(farah, number, "film", film, objects), objects=objects, now=NOW)
    grown = held_memory() - before

    file = await get_row(File.select())
    assert (file["state"], file["size"], file["sha256"]) == ("ready", film.stat().st_size, digest(film))
    copy = await objects.stat(file["judge_key"])
    assert copy is not None
    assert copy.size > 0.99 * SIZE
    assert grown < MOST_GROWTH
