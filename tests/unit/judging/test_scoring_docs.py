import re
from pathlib import Path

import pytest

METHODS = Path(__file__).parents[3] / "docs" / "methods"
EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", ["scoring", "ranking", "reliability"])
def test_the_worked_examples_of_the_method_pages_hold(page):
    examples = EXAMPLE.findall((METHODS / f"{page}.md").read_text(encoding="utf-8"))

    assert examples
    world: dict[str, object] = {}
    for example in examples:
        exec(compile(example, f"{page}.md", "exec"), world)  # noqa: S102 -- our own pages
