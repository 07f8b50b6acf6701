"""What commands say: in Arabic where the terminal's locale is Arabic, else in English."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path

from service.settings import Settings, SettingsFaulty, read_settings
from service.text import Words

__all__ = ["command_parser", "command_words", "data_parser", "load_settings"]

SETTINGS_FAULT = 78
"""The exit status EX_CONFIG of sysexits.h."""


def command_words() -> Words:
    """Give the catalogue of the terminal's language."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return Words("ar" if locale.startswith("ar") else "en")


def command_parser(name: str, words: Words) -> ArgumentParser:
    """Begin the parser of a command that needs no installation."""
    return ArgumentParser(prog=f"tahkim {name}", description=words.plain(f"command.{name}"))


def data_parser(name: str, words: Words) -> ArgumentParser:
    """Begin the parser of a command that works on an installation."""
    parser = command_parser(name, words)
    parser.add_argument("--data", type=Path, metavar="DIR", help=words.plain("command.data_help"))
    return parser


def load_settings(words: Words, *, data: Path | None, base_url: str | None = None) -> Settings:
    """Read the settings, or say everything that is wrong with them and leave."""
    try:
        return read_settings(data=data, base_url=base_url)
    except SettingsFaulty as faulty:
        for fault in faulty.faults:
            print(f"{fault.name}: {words.plain(f'setting.{fault.code}', **fault.facts)}", file=sys.stderr)
        sys.exit(SETTINGS_FAULT)
