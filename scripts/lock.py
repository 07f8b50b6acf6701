"""Write the lock files: the exact versions that pip resolves today for pyproject.toml, one ``name==version`` a line.

Nothing is installed. requirements.lock holds what the program needs to run and to be installed from this folder;
requirements-dev.lock holds what the tests need beyond that.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EDITABLE = ["editables>=0.5"]  # hatchling asks for it when a project is installed in place


def resolve(requirements: list[str]) -> dict[str, str]:
    """Name and version of every package that pip would install for these requirements, in a clean environment."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run"]
    command += ["--ignore-installed", "--report", "-", *requirements]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    found = (item["metadata"] for item in report["install"])
    return {data["name"].lower().replace("_", "-"): data["version"] for data in found}


def write(path: Path, pins: dict[str, str]) -> None:
    """Write the pins in order of name."""
    path.write_text("".join(f"{name}=={version}\n" for name, version in sorted(pins.items())), encoding="utf-8")


def main() -> None:
    """Resolve both sets together, so that no package has two versions, and write them apart."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = project["project"]["dependencies"] + project["build-system"]["requires"] + EDITABLE
    everything = resolve(runtime + project["dependency-groups"]["dev"])
    pinned = [f"{name}=={version}" for name, version in everything.items()]
    needed = resolve([*runtime, *_as_constraints(pinned)])
    write(ROOT / "requirements.lock", needed)
    write(ROOT / "requirements-dev.lock", {n: v for n, v in everything.items() if n not in needed})


def _as_constraints(pins: list[str]) -> list[str]:
    path = ROOT / "build" / "lock-constraints.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(pins), encoding="utf-8")
    return ["--constraint", str(path)]


if __name__ == "__main__":
    main()
