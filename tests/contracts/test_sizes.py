"""Files stay short enough to be read whole (docs/architecture.md, "The tree")."""

from tests.tree import name, tracked, tracked_python

MOST_LINES_OF_PYTHON = 500
MOST_LINES_OF_SCRIPT = 120
EXCUSED: dict[str, str] = {}  # path → the reason, with an issue's number


def _lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_python_file_is_longer_than_can_be_read():
    long = {name(p): n for p in tracked_python() if (n := _lines(p)) > MOST_LINES_OF_PYTHON}

    assert {path: n for path, n in long.items() if path not in EXCUSED} == {}


def test_no_module_of_script_is_longer_than_can_be_read():
    scripts = [p for p in tracked() if p.suffix == ".js" and "templates" in p.parts]

    assert {name(p): n for p in scripts if (n := _lines(p)) > MOST_LINES_OF_SCRIPT} == {}


def test_an_excuse_is_dropped_once_it_is_not_needed():
    long = {name(p) for p in tracked_python() if _lines(p) > MOST_LINES_OF_PYTHON}

    assert set(EXCUSED) <= long
