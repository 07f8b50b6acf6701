"""What the fault tests need of the machine."""

import os
import subprocess

import pytest


@pytest.fixture
def small_disk(tmp_path):
    """A real disk of five megabytes, where the machine lets us mount one."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; the file size limit is tested in any case")
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)
