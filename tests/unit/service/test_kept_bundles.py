"""Bundles that were given out hold with every later release: figures change with the engine's version alone."""

from pathlib import Path

from judging.scoring.round import VERSION
from service.usecases.publishing.bundle_format import check_bundle

BUNDLES = Path(__file__).parents[2] / "data" / "bundles"


def test_what_this_version_of_the_engine_once_computed_it_computes_today():
    """Whoever makes the engine give other figures raises its version, and keeps a bundle of the new one here."""
    kept = check_bundle((BUNDLES / f"{VERSION.replace('/', '-')}.json").read_bytes())

    assert kept.version == kept.own_version
    assert kept.difference is None
    assert kept.n_entries == 34
