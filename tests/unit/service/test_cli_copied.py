"""What an operator copies from one command's answer into another: bare, and taken as it was copied."""

from pathlib import Path

import pytest

from service.cli import audit, backup, invite, restore


def test_an_invitation_s_link_and_a_backup_s_last_link_stand_alone_to_be_copied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LC_ALL", "ar_OM.UTF-8")
    data, again = str(tmp_path / "data"), str(tmp_path / "again")

    assert invite.run(["lubna@tahkim.example", "--data", data, "--name-ar", "لبنى", "--name-en", "Lubna"]) == 0
    invitation = capsys.readouterr().out.splitlines()[-1]
    assert backup.run([str(tmp_path / "copy"), "--data", data]) == 0
    kept = capsys.readouterr().out.splitlines()[-1]
    assert restore.run([str(tmp_path / "copy"), "--data", again]) == 0
    told = capsys.readouterr().out.splitlines()[-1]

    assert invitation.isascii()
    assert invitation.startswith("http")
    assert kept == told
    for link in (kept, f"\u2068{kept}\u2069", f" {kept}\u200f"):
        assert audit.run(["verify", "--data", again, "--head", link]) == 0
