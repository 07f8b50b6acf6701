"""A receipt is held against files by their bytes alone."""

import hashlib
from email.message import EmailMessage
from pathlib import Path

import pytest

from service.cli import receipt
from service.usecases.entering.receipt_check import hash_file, read_digests
from service.usecases.files.sent_files import commit_to, hash_local_parts
from storage.objects.store import PART_SIZE


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * (PART_SIZE // 256) + b"the second part")
    return path


def letter(*lines: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "إيصال"
    message.set_content("\n".join(lines), cte="base64")
    message.add_alternative("<p>" + "</p><p>".join(lines) + "</p>", subtype="html")
    return message.as_bytes()


def test_the_commitment_is_what_the_browser_registered(film: Path):
    hashes = hash_file(film)

    assert hashes.commitment == commit_to(hash_local_parts(film))
    assert hashes.whole == hashlib.sha256(film.read_bytes()).hexdigest()


def test_an_empty_file_has_one_empty_part(tmp_path: Path):
    path = tmp_path / "empty"
    path.touch()

    assert hash_file(path).commitment == commit_to(hash_local_parts(path))


def test_digests_are_read_from_a_letter_and_from_its_text():
    digest = hashlib.sha256(b"x").hexdigest()

    assert read_digests(letter(f"البصمة: \u2066{digest.upper()}\u2069")) == {digest}
    assert read_digests(f"SHA-256 {digest}\n{digest}0".encode()) == {digest}


def test_a_file_of_the_receipt_is_recognised_and_a_changed_one_is_not(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    told = tmp_path / "receipt.eml"
    told.write_bytes(letter(f"commitment {hash_file(film).commitment}", f"log {'0' * 64}"))
    other = tmp_path / "other.mp4"
    other.write_bytes(film.read_bytes()[:-1])

    assert receipt.run(["verify", str(told), str(film)]) == 0
    assert receipt.run(["verify", str(told), str(film), str(other)]) == 1
    assert "other.mp4" in capsys.readouterr().out


def test_a_receipt_without_fingerprints_is_a_wrong_call(film: Path, tmp_path: Path):
    told = tmp_path / "receipt.txt"
    told.write_text("Dear team, thank you.")

    assert receipt.run(["verify", str(told), str(film)]) == 2
    assert receipt.run(["verify", str(tmp_path / "none"), str(film)]) == 2
