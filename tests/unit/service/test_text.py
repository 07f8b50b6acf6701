import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from service.catalogues import UnknownMessage
from service.hijri import to_hijri
from service.text import Ltr, Words

ARABIC, ENGLISH = Words("ar"), Words("en")
DEADLINE = datetime(2027, 3, 29, 10, 0, tzinfo=UTC)


def test_a_key_is_said_in_the_reader_s_language():
    assert ARABIC("act.save") == "احفظ"
    assert ENGLISH("act.save") == "Save"


def test_an_unknown_key_is_a_fault_and_not_an_empty_string():
    with pytest.raises(UnknownMessage):
        ARABIC("act.no_such_thing")


def test_a_missing_fact_is_a_fault():
    with pytest.raises(KeyError):
        ARABIC("nav.role")


def test_what_a_person_wrote_is_escaped_and_isolated():
    assert ENGLISH("nav.role", role="<b>Judge</b>") == "You are acting as: <bdi>&lt;b&gt;Judge&lt;/b&gt;</bdi>"


def test_a_code_runs_left_to_right():
    assert ARABIC("entry.number", number=Ltr("2027-7Q4K")) == 'رقم المشاركة <span class="ltr">2027-7Q4K</span>'


def test_our_own_words_are_put_in_as_they_are():
    assert ENGLISH("nav.role", role=ENGLISH("role.judge")) == "You are acting as: Judge"


def test_plain_text_isolates_with_marks_and_never_with_tags():
    said = ARABIC.plain("nav.role", role="<b>")
    assert said == "أنت الآن بصفة: \u2068<b>\u2069"
    assert ENGLISH.plain("entry.number", number=Ltr("2027-7Q4K")) == "Entry number \u20662027-7Q4K\u2069"


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "لا مشاريع"),
        (1, "مشروع واحد"),
        (2, "مشروعان"),
        (3, "3 مشاريع"),
        (10, "10 مشاريع"),
        (11, "11 مشروعًا"),
        (99, "99 مشروعًا"),
        (100, "100 مشروع"),
        (102, "102 مشروع"),
        (103, "103 مشاريع"),
        (111, "111 مشروعًا"),
    ],
)
def test_arabic_counts_in_six_forms(n, words):
    assert ARABIC("noun.project", n=n) == words


def test_english_counts_in_two_forms():
    assert [ENGLISH("noun.project", n=n) for n in (0, 1, 2)] == ["0 projects", "one project", "2 projects"]


def test_a_sentence_counted_by_its_only_number_needs_no_n():
    assert ARABIC("err.member_limit", max=5) == "بلغ الفريق الحد الأقصى، وهو 5 أعضاء"


def test_a_moment_is_written_with_weekday_and_muscat_time():
    assert ARABIC.when(DEADLINE) == (
        '<time datetime="2027-03-29T14:00+04:00">الاثنين 29 مارس 2027، الساعة 14:00 بتوقيت مسقط</time>'
    )
    assert ENGLISH.moment(DEADLINE) == "Monday 29 March 2027, 14:00 Muscat time"


def test_places_called_date_and_time_take_their_part_of_a_moment():
    said = ENGLISH("time.deadline", date=DEADLINE, time=DEADLINE).striptags()
    assert said == "Entries close on Monday 29 March 2027 at 14:00, Muscat time"


def test_the_muscat_day_is_the_one_that_counts():
    late_in_the_evening = datetime(2027, 3, 28, 21, 30, tzinfo=UTC)
    assert ENGLISH.date_of(late_in_the_evening) == "Monday 29 March 2027"
    assert ENGLISH.date_of(date(2027, 3, 28)) == "Sunday 28 March 2027"


@pytest.mark.parametrize(
    ("span", "arabic", "english"),
    [
        (timedelta(days=6, hours=4, minutes=59), "6 أيام و4 ساعات", "6 days and 4 hours"),
        (timedelta(days=2), "يومان", "2 days"),
        (timedelta(hours=1, minutes=1), "ساعة واحدة ودقيقة واحدة", "one hour and one minute"),
        (timedelta(minutes=11), "11 دقيقة", "11 minutes"),
        (timedelta(seconds=40), "أقل من دقيقة", "less than a minute"),
        (timedelta(seconds=-5), "أقل من دقيقة", "less than a minute"),
    ],
)
def test_a_span_is_written_in_two_units_at_most(span, arabic, english):
    assert (ARABIC.duration(span), ENGLISH.duration(span)) == (arabic, english)


def test_how_long_ago_agrees_with_its_number():
    assert [ARABIC.ago(timedelta(days=n)) for n in (1, 2, 3)] == ["أمس", "قبل يومين", "قبل 3 أيام"]
    assert ARABIC.ago(timedelta(minutes=2)) == "قبل دقيقتين"
    assert ENGLISH.ago(timedelta(seconds=59)) == "just now"


def test_sizes_are_read_in_the_largest_unit():
    assert ARABIC.size_of(2 * 1024**3) == "2\u00a0جيجابايت"
    assert ENGLISH.size_of(int(1.15 * 1024**3)) == "1.15\u00a0GB"
    assert ENGLISH.size_of(4_404_019) == "4.2\u00a0MB"
    assert ENGLISH.size_of(512) == "512 bytes"


def test_numbers_keep_their_decimals_and_group_from_ten_thousand():
    assert ENGLISH.number(43.14) == "43.1"
    assert ENGLISH.number(9999) == "9999"
    assert ENGLISH.number(12345) == "12\u202f345"
    assert ENGLISH.number(-0.01) == "0.0"
    assert ENGLISH.signed(2.4) == "+2.4"
    assert ENGLISH.signed(-0.9) == "\u22120.9"
    assert ENGLISH.signed(0.0) == "0.0"


def test_a_percentage_never_lets_its_sign_drift():
    assert isinstance(ARABIC.percent(0.64), Ltr)
    assert ARABIC("judge.weight", percent=ARABIC.percent(0.25)) == 'الوزن <span class="ltr">25%</span>'


def test_a_film_s_length_reads_like_a_clock():
    assert (ARABIC.duration_clock(1104), ARABIC.duration_clock(3723)) == ("18:24", "1:02:03")


def test_eastern_digits_change_running_text_and_never_codes():
    words = Words("ar", digits="arabic")
    assert words("noun.project", n=12) == "١٢ مشروعًا"
    assert words.time_of(DEADLINE) == "١٤:٠٠"
    assert words("entry.number", number=Ltr("2027-7Q4K")).striptags() == "رقم المشاركة 2027-7Q4K"
    assert Words("en", digits="arabic")("noun.project", n=12) == "12 projects"


def test_a_script_gets_the_message_with_its_places_open():
    assert ENGLISH.pattern("state.saved") == "Saved at {time}"


def test_a_list_isolates_each_of_its_parts():
    assert ARABIC.listed(["مريم", "Ali"]) == "<bdi>مريم</bdi>، <bdi>Ali</bdi>"


def test_a_field_s_name_loses_its_capital_inside_an_english_sentence():
    assert ENGLISH("err.required", field=ENGLISH("entry.title_ar")) == "Enter project title in Arabic"
    assert ENGLISH("err.choose", field=ENGLISH("entry.ai")) == "Choose AI statement"


def test_a_fact_of_an_unknown_kind_is_refused():
    with pytest.raises(TypeError):
        ARABIC("nav.role", role=None)
    with pytest.raises(TypeError):
        ARABIC("nav.role", role=True)


@given(st.text(max_size=40))
def test_no_fact_can_write_markup_or_leave_its_isolation(text):
    said = str(ARABIC("nav.role", role=text))
    inside = said.removeprefix("أنت الآن بصفة: <bdi>").removesuffix("</bdi>")
    assert "<" not in inside
    assert Markup(inside).unescape() == text  # noqa: S704 -- the very thing under test


def test_every_place_is_filled_however_often_a_message_is_said():
    words = Words("en")

    first = words("nav.role", role="<b>")
    again = words("nav.role", role=Markup("<b>x</b>"))

    assert "<bdi>&lt;b&gt;</bdi>" in first
    assert "<b>x</b>" in again


@pytest.mark.parametrize(
    ("lang", "digits", "said"),
    [("ar", "western", "نحو 13 ذو القعدة 1448 للهجرة"), ("ar", "arabic", "نحو ١٣ ذو القعدة ١٤٤٨ للهجرة"),
     ("en", "western", "about 13 Dhu al-Qaadah 1448 AH")],
)  # fmt: skip
def test_a_day_has_its_day_of_the_islamic_calendar(lang: str, digits: str, said: str):
    shown = Words(lang, digits=digits).hijri(datetime(2027, 4, 19, 21, 0, tzinfo=UTC))

    assert re.sub(r"<[^>]+>", "", shown) == said


def test_the_islamic_calendar_s_table_holds_known_days():
    assert to_hijri(date(2024, 7, 8)) == (1446, 1, 1)
    assert to_hijri(date(2026, 5, 27)) == (1447, 12, 10)
