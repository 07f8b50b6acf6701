"""``tahkim receipt verify RECEIPT FILE…``: whether files are those of a receipt, without a database or a network."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from service.cli.words import command_words
from service.text import Ltr

__all__ = ["run"]

NOT_THERE, WRONG_CALL = 1, 2


def run(argv: list[str]) -> int:
    """Return 0 when every file is named in the receipt, 1 when one is not."""
    words = command_words()
    parser = ArgumentParser(prog="tahkim receipt", description=words.plain("command.receipt"))
    parser.add_argument("act", choices=["verify"], help=words.plain("command.receipt_verify"))
    parser.add_argument("receipt", metavar="RECEIPT", type=Path, help=words.plain("command.receipt_help"))
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help=words.plain("command.receipt_files_help"))
    options = parser.parse_args(argv)
    from service.usecases.entering.receipt_check import compare, hash_file, read_digests  # noqa: PLC0415 (arguments first)

    for path in (options.receipt, *options.files):
        if not path.is_file():
            print(words.plain("command.receipt_no_file", file=Ltr(path)), file=sys.stderr)
            return WRONG_CALL
    digests = read_digests(options.receipt.read_bytes())
    if not digests:
        print(words.plain("command.receipt_empty", file=Ltr(options.receipt)), file=sys.stderr)
        return WRONG_CALL
    status = 0
    for path in options.files:
        hashes = hash_file(path)
        match = compare(hashes, digests)
        how = "both" if match.is_whole_there and match.is_commitment_there else "one" if match.is_there else "none"
        print(words.plain(f"command.receipt_{how}", file=Ltr(path)))
        print(f"  SHA-256     {hashes.whole}{'' if match.is_whole_there else '  –'}")
        print(f"  commitment  {hashes.commitment}{'' if match.is_commitment_there else '  –'}")
        status = status if match.is_there else NOT_THERE
    return status
