"""``tahkim invite``: the first administrator of an installation."""

from pathlib import Path

import pytest

from service.cli.invite import run


def test_the_first_administrator_gets_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "C")

    status = run(["lubna@tahkim.example", "--data", str(tmp_path / "data"), "--name-ar", "لبنى", "--name-en", "Lubna"])

    assert status == 0
    assert "/en/invitations/" in capsys.readouterr().out


def test_an_address_that_is_none_is_told_and_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(["not-an-address", "--data", str(tmp_path / "data")])

    assert status == 1
    assert "invitations/" not in capsys.readouterr().out


def test_a_duty_needs_an_edition_that_exists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["a@b.example", "--role", "chair", "--edition", "2031", "--data", str(tmp_path / "data")])

    assert status == 1
    assert "2031" in capsys.readouterr().err
