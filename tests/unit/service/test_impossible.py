"""The notice of why an assignment cannot be."""

from service.text import Words
from service.web.committee.impossible import MOST_TOLD, tell_impossible


def test_a_way_out_of_many_steps_tells_the_first_and_how_many_more():
    steps = [(f"DOC-{100 + at}", None, "academic", 1) for at in range(MOST_TOLD + 5)]
    facts = {
        "rule": "role",
        "numbers": {"demand": 30, "capacity": 40, "judges": 5},
        "missing": len(steps),
        "entries": [],
        "blocked": [],
        "tight": None,
        "ways": [{"kind": "drop", "steps": steps}],
    }

    [way] = tell_impossible(facts, {}, Words("en")).ways

    assert f"DOC-{99 + MOST_TOLD}" in way
    assert f"DOC-{100 + MOST_TOLD}" not in way
    assert "5 more" in way
