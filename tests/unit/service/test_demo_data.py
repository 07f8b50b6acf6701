from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.demo.data import EDITION, EditionFault, find_faults, load_edition
from service.demo.edition import DemoEdition


@pytest.fixture(scope="module")
def edition() -> DemoEdition:
    return load_edition()


def _changed(tmp_path: Path, old: str, new: str) -> Path:
    text = EDITION.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "edition.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_edition_has_the_entries_judges_and_categories_that_it_announces(edition):
    assert (len(edition.entries), len(edition.judges), len(edition.categories)) == (34, 18, 6)
    assert len(edition.institutions) == 12
    assert edition.category("documentary").name.en == "Documentary and video production"
    assert edition.entry("last-falaj").members[0].name.ar == "مريم السدرة"


def test_nothing_in_the_edition_points_at_nothing(edition):
    assert list(find_faults(edition)) == []


def test_the_demonstration_lowers_the_least_length_of_a_film_and_keeps_the_greatest(edition):
    film = edition.category("documentary").material("film")

    assert (film.min_seconds, film.max_seconds) == (8, 1500)
    assert film.demo_rule is not None
    assert film.rule.en.startswith("5 to 25 minutes")


def test_a_material_without_a_limit_of_the_demonstration_keeps_its_own(edition):
    dossier = edition.category("documentary").material("dossier")

    assert (dossier.max_pages, dossier.demo_rule) == (8, None)


def test_every_time_of_the_calendar_is_aware(edition):
    assert all(moment.at.tzinfo is not None for moment in edition.timeline)
    assert edition.deadline == datetime(2027, 3, 29, 10, 0, tzinfo=UTC)


def test_a_shifted_edition_moves_both_ends_of_every_moment_and_nothing_else(edition):
    by = timedelta(days=-120)

    shifted = edition.shifted(by=by)

    assert shifted.deadline == edition.deadline + by
    judging, moved = edition.moment("judging"), shifted.moment("judging")
    assert moved.until is not None
    assert judging.until is not None
    assert moved.until - moved.at == judging.until - judging.at
    assert shifted.entries == edition.entries
    assert edition.deadline == datetime(2027, 3, 29, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("schema = 2", "schema = 3", "schema"),
        ('answer = "conflict"', 'answr = "conflict"', "edition.conflicts"),
        ("rounds = 1", 'rounds = "one"', "edition.rounds"),
        ('institution = "bayan"', 'institution = "nowhere"', "entries.wind-houses"),
        ("min_seconds = 8", "min_seconds = 8000", "edition.demo.limits.documentary.film"),
        ('category = "audio"\nmaterial = "audio"', 'category = "audio"\nmaterial = "song"', "edition.demo.limits"),
        ('id = "utas-nizwa"', 'id = "squ"', "institutions"),
    ],
)
def test_a_fault_in_the_file_is_named_with_its_place(tmp_path, old, new, place):
    with pytest.raises(EditionFault) as caught:
        load_edition(_changed(tmp_path, old, new))

    assert caught.value.place.startswith(place)
