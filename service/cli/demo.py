"""``tahkim demo``: the whole competition on invented data, on this machine alone."""

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.cli.serve import PortRefused, find_address
from service.cli.words import command_words, data_parser, load_settings

if TYPE_CHECKING:
    from service.demo.show import Door, Shown
    from service.settings import Settings
    from service.text import Words

__all__ = ["run"]

DEFAULT_DATA = Path("tahkim-demo")
DEFAULT_PORT = 8000
LOOPBACK = "127.0.0.1"
PHASES = ("open", "judging", "deciding", "published")


def run(argv: list[str]) -> int:
    """Build the demonstration, or go on with it, and serve it unless ``--headless``."""
    words = command_words()
    parser = data_parser("demo", words)
    parser.add_argument("--phase", choices=PHASES, default="published", help=words.plain("demo.phase_help"))
    parser.add_argument("--headless", action="store_true", help=words.plain("demo.headless_help"))
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=words.plain("command.port_help"))
    parser.add_argument("--json", type=Path, metavar="FILE", help=words.plain("demo.json_help"))
    options = parser.parse_args(argv)
    folder: Path = options.data or DEFAULT_DATA
    from service.demo.folder import (  # noqa: PLC0415 (arguments first)
        ForeignDatabase,
        ForeignFolder,
        OtherPhase,
        claim_folder,
    )

    try:
        mark = claim_folder(folder, phase=options.phase, now=datetime.now().astimezone())
    except ForeignFolder:
        print(words.plain("demo.foreign", folder=str(folder)), file=sys.stderr)
        return 1
    except OtherPhase as other:
        print(words.plain("demo.other_phase", folder=str(folder), phase=other.found), file=sys.stderr)
        return 1
    settings = load_settings(words, data=folder, base_url=f"http://localhost:{options.port}")
    try:
        if not options.headless:
            find_address(LOOPBACK, options.port)
        asyncio.run(_demonstrate(settings, options, words, stop=mark.stop_at))
    except ForeignDatabase:
        print(words.plain("demo.foreign_database"), file=sys.stderr)
        return 1
    except PortRefused as refused:
        print(words.plain("command.port_taken", n=str(options.port), problem=str(refused)), file=sys.stderr)
        return 1
    return 0


async def _demonstrate(settings: "Settings", options: Namespace, words: "Words", *, stop: datetime) -> None:
    """Drive the competition, show how it ended, write the file that was asked for, and serve."""
    from service.demo.data import load_edition  # noqa: PLC0415 (for this command only)
    from service.demo.folder import ForeignDatabase, find_shift  # noqa: PLC0415 (as above)
    from service.demo.making import Making  # noqa: PLC0415 (as above)

    plain = load_edition()
    edition = plain.shifted(by=find_shift(plain, phase=options.phase, stop=stop))
    with (
        _progress(words) as tell,
        Making(edition, settings.data / "made", lambda done, total: tell("files", done, total)) as making,
    ):
        # The makers are at work while the rest of the program is read in: it takes seconds.
        from service.demo.drive import Drive  # noqa: PLC0415 (as above)
        from service.demo.people import is_anybody_real  # noqa: PLC0415 (as above)
        from service.demo.working import Clock  # noqa: PLC0415 (as above)
        from service.logging import set_up_logging  # noqa: PLC0415 (as above)
        from service.world import make_objects, make_worker, open_world, working  # noqa: PLC0415 (as above)

        set_up_logging(is_quiet=True)
        objects = make_objects(settings)
        await objects.prepare()
        clock = Clock(stop)
        drive = Drive(
            edition=edition, stop=stop, objects=objects, worker=make_worker(settings, objects, clock=clock),
            clock=clock, files=making, tell=tell,
        )  # fmt: skip
        async with open_world(settings, is_alone=True):
            if await is_anybody_real():
                raise ForeignDatabase
            await drive.run()
            if options.phase == "published":
                await drive.open_next()
    from service.demo.show import make_doors, read_result  # noqa: PLC0415 (as above)

    if drive.edition_id is None:
        raise LookupError
    async with open_world(settings):
        shown = await read_result(drive.edition_id)
        doors = await make_doors(edition, base_url=settings.base_url, now=datetime.now().astimezone())
        _print_result(words, edition, shown)
        if options.json:
            _write_json(options.json, shown, doors)
        if options.headless:
            return
        _print_doors(words, doors, settings.base_url)
        from service.cli.serve import serve  # noqa: PLC0415 (the pages, for whoever wants to see them)

        async with working(make_worker(settings, objects)):
            await serve(settings, host=LOOPBACK, port=options.port, is_world_open=True)


class _progress:  # noqa: N801 - used as a context manager only
    """A bar for each step on a terminal; a line for each step elsewhere."""

    def __init__(self, words: "Words") -> None:
        self._words = words
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Callable[[str, int, int], None]:
        from rich.console import Console  # noqa: PLC0415 (only this command draws bars)
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=Console(stderr=True), disable=not sys.stderr.isatty(),
        )  # fmt: skip
        self._bars.start()
        return self._tell

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def _tell(self, step: str, done: int, total: int) -> None:
        label = self._words.plain(f"demo.step.{step}")
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(label, total=total)
            if not sys.stderr.isatty():
                print(label, file=sys.stderr, flush=True)
        self._bars.update(self._tasks[step], completed=done, total=total)


def _print_result(words: "Words", edition: Any, shown: "Shown") -> None:
    from rich.console import Console  # noqa: PLC0415 (as above)
    from rich.table import Table  # noqa: PLC0415 (as above)

    console = Console()
    console.print(words.plain("demo.counts", **shown.counts))
    console.print(edition.invented.in_language(words.lang), style="dim")
    if not any(shown.ranking.values()):
        return
    for category in edition.categories:
        table = Table(title=category.name.in_language(words.lang), title_justify="left")
        for column in ("rank", "project", "score", "interval", "places", "inside", "raw"):
            table.add_column(words.plain(f"demo.column.{column}"))
        for row in shown.ranking[category.id][:6]:
            table.add_row(
                str(row["rank"]), row["code_name"], f"{row['score']:.1f}",
                f"{row['score_90'][0]:.1f}–{row['score_90'][1]:.1f}", f"{row['rank_low']}–{row['rank_high']}",
                f"{100 * row['p_inside']:.0f}%", f"{row['raw']:.1f}",
            )  # fmt: skip
        console.print(table)
        for each in shown.winners[category.id]:
            console.print(
                words.plain("demo.winner", place=str(each["place"]), title=each[f"title_{words.lang}"],
                            institution=each[f"institution_{words.lang}"])
            )  # fmt: skip


def _print_doors(words: "Words", doors: "tuple[Door, ...]", base_url: str) -> None:
    print(f"\n{words.plain('demo.serving', address=base_url)}")
    for door in doors:
        print(f"  {words.plain('role.' + door.role)}: {door.address}")
    print(words.plain("demo.password"), next(door.password for door in doors if door.password))


def _write_json(path: Path, shown: "Shown", doors: "tuple[Door, ...]") -> None:
    """Write everything in one move: a reader never finds half a file."""
    told = asdict(shown) | {"sign_in": {door.role: asdict(door) for door in doors}}
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
