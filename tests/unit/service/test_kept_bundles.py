"""Bundles that were given out hold with every later release: figures change with the engine's version alone."""

import json
from pathlib import Path

import pytest

from judging.scoring.round import VERSION
from service.cli.verify import run as verify
from service.usecases.publishing.bundle_format import check_bundle, digest_parts

BUNDLES = Path(__file__).parents[2] / "data" / "bundles"


def test_what_this_version_of_the_engine_once_computed_it_computes_today():
    """Whoever makes the engine give other figures raises its version, and keeps a bundle of the new one here."""
    kept = check_bundle((BUNDLES / f"{VERSION.replace('/', '-')}.json").read_bytes())

    assert kept.version == kept.own_version
    assert kept.difference is None
    assert kept.n_entries == 34


def test_figures_of_another_version_are_not_called_false_before_the_versions_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    told = json.loads((BUNDLES / f"{VERSION.replace('/', '-')}.json").read_bytes())
    category = next(iter(told["rounds"][0]["output"]["categories"].values()))
    category[0]["score"] += 0.001
    told["versions"]["scoring"] = "tahkim-scoring/0"
    told["parts"] = digest_parts(told)
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(told))

    assert verify([str(path)]) == 1
    said = capsys.readouterr().err
    assert 0 <= said.index("tahkim-scoring/0") < said.index(f"{category[0]['code_name']}/score")
    assert said.index(VERSION) < said.index("/score")
