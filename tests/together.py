"""Which files of tests stay on one core: what they have in common takes longer to start than the tests."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

SWIFT = dict.fromkeys(
    (
        "tests/contracts/test_object_stores.py",
        "tests/contracts/test_object_uploads.py",
        "tests/unit/storage/test_objects_cors.py",
    ),
    "Swift",
)
"""By file: five processes and their rings, of which each core would have its own."""


class Together(LoadFileScheduling):
    """Shares tests out by file, but files that are named together as one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return SWIFT.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Take the place of ``--dist loadfile``; any other way of sharing out is left alone."""
    return Together(config, log) if config.getoption("dist") == "loadfile" else None
