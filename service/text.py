"""Words for people, in the reader's language: messages by key, and facts written the way that language writes them."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup, escape

from service.catalogues import (
    PLACE,
    UnknownMessage,
    choose_form,
    pieces_for_page,
    plain_alone,
    read_catalogue,
    said_alone,
)
from service.hijri import to_hijri

LANGUAGES: Final = ("ar", "en")
MUSCAT: Final = ZoneInfo("Asia/Muscat")

Part = Literal["date", "time"] | None

_CAPITAL: Final = re.compile(r"^((?:<[^>]*>|[\u2066\u2068])*)([A-Z])(?=[a-z])")
_ARABIC_DIGITS: Final = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
_FSI, _LRI, _PDI = "\u2068", "\u2066", "\u2069"
_NARROW_SPACE: Final = "\u202f"
_GROUPING_FROM: Final = 10_000
_MINUTE, _HOUR = 60, 3600
_SIZE_STEP: Final = 1024
_KEPT: Final = 4096


class Ltr(str):
    """Text that always runs left to right: a code, an e-mail address, a file name, a digest, a percentage."""

    __slots__ = ()


class Size(int):
    """A number of bytes, said in the largest unit that fits."""

    __slots__ = ()


class Words:
    """The catalogue of one language and the way it writes numbers, dates and sizes.

    Calling it is ``say``: templates receive it as ``t``. Two of a language with the same digits are equal.
    """

    def __init__(self, lang: str, *, digits: str = "western") -> None:
        if lang not in LANGUAGES:
            raise UnknownMessage(lang)
        self.lang = lang
        self.dir = "rtl" if lang == "ar" else "ltr"
        self.zone = MUSCAT.key
        self._messages = read_catalogue(lang)
        self._arabic_digits = digits == "arabic" and lang == "ar"

    def __call__(self, key: str, /, **facts: object) -> Markup:
        """Say it in a page."""
        return self.say(key, **facts)

    def __contains__(self, key: object) -> bool:
        return key in self._messages

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and (self.lang, self._arabic_digits) == (other.lang, other._arabic_digits)

    def __hash__(self) -> int:
        return hash((self.lang, self._arabic_digits))

    def say(self, key: str, /, **facts: object) -> Markup:
        """Return the message as safe HTML, every value isolated from the sentence round it."""
        if not facts:
            return said_alone(self.lang, key)
        return self.fill(choose_form(self.lang, key, facts), facts)

    def fill(self, pattern: str, facts: Mapping[str, object]) -> Markup:
        """Return words with their places filled as safe HTML: whatever markup the words bring is shown, not obeyed."""
        said = []
        for literal, name, part, is_inside in pieces_for_page(pattern):
            said.append(literal)
            if name:
                words = self._for_page(name, facts[name], part)
                said.append(self._in_sentence(name, words) if is_inside else words)
        return _bare("".join(said))

    def plain(self, key: str, /, **facts: object) -> str:
        """Return the message as plain text for mails, page titles and files, values between isolating marks."""
        if not facts:
            return plain_alone(self.lang, key)
        return self.fill_plain(choose_form(self.lang, key, facts), facts)

    def fill_plain(self, pattern: str, facts: Mapping[str, object]) -> str:
        """Return words with their places filled as plain text."""

        def put(place: re.Match[str]) -> str:
            words = self._for_text(place[1], facts[place[1]], place[2])
            return self._in_sentence(place[1], words) if place.start() else words

        return PLACE.sub(put, pattern)

    def pattern(self, key: str, /) -> str:
        """Return the message with its places open, ``{time}``, for a script to fill in the reader's language."""
        return choose_form(self.lang, key, {"n": 100})

    def forms(self, key: str, /) -> Mapping[str, str]:
        """Return a counted message in every form of the language, by CLDR's names, for a script to choose from."""
        message = self._messages.get(key)
        if message is None or isinstance(message, str):
            raise UnknownMessage(f"{self.lang}:{key}")
        return message

    def date_of(self, when: date) -> str:
        """«الاثنين 29 مارس 2027», on Muscat's calendar."""
        day = when.astimezone(MUSCAT).date() if isinstance(when, datetime) else when
        return self._digits(_long_date(day, self.lang))

    def hijri(self, when: date) -> Markup:
        """«نحو 13 ذو القعدة 1448 للهجرة», the Islamic day beside Muscat's date; the moon may differ by one."""
        day = when.astimezone(MUSCAT).date() if isinstance(when, datetime) else when
        year, month, day_of_month = to_hijri(day)
        return self.say("hijri.about", day=day_of_month, month=self.say(f"hijri.month_{month}"), year=year)

    def time_of(self, when: datetime) -> str:
        """Return Muscat's clock, as in ``14:00``."""
        return self._digits(when.astimezone(MUSCAT).strftime("%H:%M"))

    def moment(self, when: datetime) -> str:
        """Date, time and "Muscat time" together."""
        return self.plain("time.moment", date=_bare(self.date_of(when)), time=_bare(self.time_of(when)))

    def when(self, moment: date, part: Part = None) -> Markup:
        """Return the same inside ``<time datetime>``; ``part`` keeps the date or the clock alone."""
        return _when(self, moment, part)

    def ago(self, span: timedelta) -> Markup:
        """How long ago, for less than a week; always stand it beside the absolute time."""
        return self._relative(span)

    def duration(self, span: timedelta) -> str:
        """Return a span in at most two units, «6 أيام و4 ساعات», never rounded up."""
        seconds = max(0, int(span.total_seconds()))
        days, rest = divmod(seconds, 24 * _HOUR)
        hours, rest = divmod(rest, _HOUR)
        minutes = rest // _MINUTE
        if days:
            return self._two_units(("noun.day", days), ("noun.hour", hours))
        if hours:
            return self._two_units(("noun.hour", hours), ("noun.minute", minutes))
        return self.plain("noun.minute", n=minutes) if minutes else self.plain("time.under_minute")

    @staticmethod
    @lru_cache(maxsize=_KEPT)
    def duration_clock(seconds: float) -> Ltr:
        """Return the length of a film or recording: ``18:24``, or ``1:02:03`` from an hour on."""
        minutes, second = divmod(round(seconds), _MINUTE)
        hours, minute = divmod(minutes, 60)
        return Ltr(f"{hours}:{minute:02}:{second:02}" if hours else f"{minute:02}:{second:02}")

    def number(self, value: float, digits: int = 1) -> str:
        """Return a number with so many decimals; whole numbers given as ``int`` keep none."""
        text = f"{value:_}" if isinstance(value, int) else f"{value:_.{digits}f}"
        if text.lstrip("-0.") == "":
            text = text.lstrip("-")
        text = text.replace("_", _NARROW_SPACE if abs(value) >= _GROUPING_FROM else "")
        return self._digits(text.replace("-", "\u2212"))

    def signed(self, value: float, digits: int = 1) -> Ltr:
        """Return a number that always shows its sign, but for zero."""
        text = self.number(value, digits)
        return Ltr(f"+{text}" if value > 0 and text.strip("0.٠٫") else text)

    def percent(self, share: float, digits: int = 0) -> Ltr:
        """Return a share of one as a percentage. The sign may never drift to the other side, so it is ``Ltr``."""
        return Ltr(f"{share * 100:.{digits}f}%")

    def size_of(self, n_bytes: int) -> str:
        """Return a file's size in the largest unit that leaves at least one."""
        value, unit = float(n_bytes), "byte"
        for larger in ("kilobyte", "megabyte", "gigabyte"):
            if value < _SIZE_STEP:
                break
            value, unit = value / _SIZE_STEP, larger
        digits = 0 if value == int(value) or unit in {"byte", "kilobyte"} else 2 if unit == "gigabyte" else 1
        return self.plain(f"size.{unit}", size=_bare(self.number(value, digits)))

    def listed(self, parts: Iterable[object]) -> Markup:
        """Return values as a list in words, each isolated."""
        return _bare(self.plain("list.separator")).join(self._for_page("", part, None) for part in parts)

    def _for_page(self, name: str, fact: object, part: str | None) -> Markup:  # noqa: PLR0911 -- one for each type
        match fact:
            case Markup():
                return fact
            case Ltr():
                return _bare(f'<span class="ltr">{escape(str(fact))}</span>')
            case str():
                return _bare(f"<bdi>{escape(fact)}</bdi>")
            case date():
                return self.when(fact, _part(name, part))
            case list() | tuple():
                return self.listed(fact)
            case int() | float() if fact < 0:
                return Markup('<span class="ltr">{}</span>').format(self.number(fact))
            case _:
                return escape(self._unmarked(name, fact))

    def _for_text(self, name: str, fact: object, part: str | None) -> str:  # noqa: PLR0911 -- one for each type
        match fact:
            case Markup():
                return fact.striptags()
            case Ltr():
                return f"{_LRI}{fact}{_PDI}"
            case str():
                return f"{_FSI}{fact}{_PDI}"
            case datetime():
                return {"date": self.date_of, "time": self.time_of, None: self.moment}[_part(name, part)](fact)
            case date():
                return self.date_of(fact)
            case list() | tuple():
                return self.plain("list.separator").join(self._for_text("", each, None) for each in fact)
            case int() | float() if fact < 0:
                return f"{_LRI}{self.number(fact)}{_PDI}"
            case _:
                return self._unmarked(name, fact)

    def _in_sentence(self, name: str, words: str) -> str:
        """Take the capital off a field's name inside an English sentence; "AI statement" keeps it."""
        if self.lang != "en" or name != "field":
            return words
        return _CAPITAL.sub(lambda found: found[1] + found[2].lower(), words, count=1)

    def _unmarked(self, name: str, fact: object) -> str:
        if isinstance(fact, timedelta):
            return self.duration(fact)
        if isinstance(fact, Size):
            return self.size_of(int(fact))
        if isinstance(fact, int | float) and not isinstance(fact, bool):
            return self.number(fact)
        raise TypeError(name, type(fact).__name__)

    def _two_units(self, large: tuple[str, int], small: tuple[str, int]) -> str:
        first = self.plain(large[0], n=large[1])
        if not small[1]:
            return first
        return self.plain("time.two_units", first=_bare(first), second=_bare(self.plain(small[0], n=small[1])))

    def _relative(self, span: timedelta) -> Markup:
        seconds = max(0, int(span.total_seconds()))
        if seconds < _MINUTE:
            return self.say("time.just_now")
        if seconds < _HOUR:
            return self.say("time.ago_minutes", n=seconds // _MINUTE)
        if seconds < 24 * _HOUR:
            return self.say("time.ago_hours", n=seconds // _HOUR)
        return self.say("time.ago_days", n=seconds // (24 * _HOUR))

    def _digits(self, text: str) -> str:
        return text.translate(_ARABIC_DIGITS) if self._arabic_digits else text


def _bare(words: str) -> Markup:
    """Take our own words, already escaped or free of markup, without isolating them."""
    return Markup(words)  # noqa: S704 -- catalogue and number words only


def _part(name: str, asked: str | None) -> Part:
    """Which part of a moment a place wants: what it asks for, or what it is called."""
    wanted = asked or name
    return "date" if wanted == "date" else "time" if wanted == "time" else None


@lru_cache(maxsize=_KEPT)
def _when(words: Words, moment: date, part: Part) -> Markup:
    """Write a moment: the same few stand on every page."""
    if not isinstance(moment, datetime):
        stamp, written = moment.isoformat(), words.date_of(moment)
    else:
        stamp = moment.astimezone(MUSCAT).isoformat(timespec="minutes")
        written = {"date": words.date_of, "time": words.time_of, None: words.moment}[part](moment)
    return _bare(f'<time datetime="{stamp}">{escape(written)}</time>')


@lru_cache(maxsize=_KEPT)
def _long_date(day: date, lang: str) -> str:
    return format_date(day, "EEEE d MMMM y", locale="ar_OM" if lang == "ar" else "en_GB")
