import stat
from pathlib import Path

import pytest

from service.hosts import HostRule
from service.settings import VARIABLES, SettingsFaulty, read_settings
from service.text import Words

FAULTY = {
    "TAHKIM_DATABASE_URL": ("mysql://localhost/x", "database-scheme"),
    "TAHKIM_JUDGE_DATABASE_URL": ("postgresql://tahkim_judge@localhost/x", "judge-database"),
    "TAHKIM_OBJECTS_URL": ("s3+https://no-keys.example/bucket", "objects-url"),
    "TAHKIM_MAIL_URL": ("imap://mail.example", "mail-url"),
    "TAHKIM_BASE_URL": ("https://tahkim.example/sub", "base-url"),
    "TAHKIM_HOSTS": ("tahkim.example,bad host", "host"),
    "TAHKIM_SECRET": ("short", "secret-short"),
    "TAHKIM_TRUSTED_HOPS": ("many", "hops"),
    "TAHKIM_WORKER": ("beside", "worker"),
    "TAHKIM_SCANNER": ("clamd", "scanner"),
    "TAHKIM_DEVELOPMENT": ("perhaps", "yes-or-no"),
    "TAHKIM_SECOND_FACTOR": ("sometimes", "second-factor"),
    "TAHKIM_METRICS_TOKEN": ("short", "metrics-token"),
    "TAHKIM_DATABSE_URL": ("sqlite:///x", "unknown"),
}


def test_with_nothing_set_everything_lies_in_one_folder_for_this_machine_alone(tmp_path: Path):
    settings = read_settings({}, data=tmp_path / "data")

    assert settings.database_url.startswith("sqlite:///")
    assert settings.bucket is None
    assert settings.mail_server is None
    assert {rule.name for rule in settings.hosts} == {"localhost", "127.0.0.1", "[::1]"}
    assert all(rule.allows(rule.name, 1234) for rule in settings.hosts)


def test_a_secret_is_made_once_and_nobody_else_on_the_machine_may_read_it(tmp_path: Path):
    first = read_settings({}, data=tmp_path).secret
    second = read_settings({}, data=tmp_path).secret

    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_every_fault_is_told_at_once_by_name(tmp_path: Path):
    with pytest.raises(SettingsFaulty) as told:
        read_settings({name: value for name, (value, _) in FAULTY.items()}, data=tmp_path / "data")

    assert {fault.name: fault.code for fault in told.value.faults} == {name: code for name, (_, code) in FAULTY.items()}
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_fault_has_its_remedy_in_both_languages(tmp_path: Path, language: str):
    with pytest.raises(SettingsFaulty) as told:
        read_settings({name: value for name, (value, _) in FAULTY.items()}, data=tmp_path)

    for fault in told.value.faults:
        assert Words(language).plain(f"setting.{fault.code}", **fault.facts)


def test_a_folder_that_cannot_be_made_is_a_fault_too(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsFaulty) as told:
        read_settings({}, data=tmp_path / "file" / "data")

    assert told.value.faults[0].code == "data-folder"


def test_no_secret_shows_when_settings_are_printed(tmp_path: Path):
    settings = read_settings(
        {
            "TAHKIM_SECRET": "a-secret-of-more-than-thirty-two-bytes",
            "TAHKIM_MAIL_URL": "smtps://user:hidden-word@mail.example",
            "TAHKIM_OBJECTS_URL": "s3+https://KEY:hidden-word@store.example/bucket",
            "TAHKIM_DATABASE_URL": "postgresql://user:hidden-word@db.example/tahkim",
        },
        data=tmp_path,
    )

    assert "hidden-word" not in repr(settings)
    assert "a-secret" not in repr(settings)


def test_a_bucket_s_address_names_its_keys_region_and_style(tmp_path: Path):
    url = "s3+http://KEY:SEC%2FRET@localhost:9000/films/2027?region=me-south-1&style=host"

    bucket = read_settings({"TAHKIM_OBJECTS_URL": url}, data=tmp_path).bucket

    assert bucket is not None
    assert (bucket.name, bucket.prefix, bucket.secret_key) == ("films", "2027", "SEC/RET")
    assert bucket.origin == "http://films.localhost:9000"


@pytest.mark.parametrize(
    ("given", "places"),
    [
        ({"TAHKIM_OBJECTS_URL": "s3://films/2027"}, ("https://s3.us-east-1.amazonaws.com",
         "https://films.s3.us-east-1.amazonaws.com", "films", "2027")),
        ({"TAHKIM_OBJECTS_URL": "s3://films", "TAHKIM_OBJECTS_REGION": "me-south-1"},
         ("https://s3.me-south-1.amazonaws.com", "https://films.s3.me-south-1.amazonaws.com", "films", "")),
        ({"TAHKIM_OBJECTS_URL": "s3://films", "TAHKIM_OBJECTS_ENDPOINT": "http://store.example:9000/"},
         ("http://store.example:9000", "http://store.example:9000", "films", "")),
        ({"TAHKIM_OBJECTS_URL": "s3://films?endpoint=https://store.example&style=host"},
         ("https://store.example", "https://films.store.example", "films", "")),
        ({"TAHKIM_OBJECTS_URL": "s3+https://store.example/films/a/b", "TAHKIM_OBJECTS_STYLE": "host"},
         ("https://store.example", "https://films.store.example", "films", "a/b")),
    ],
)  # fmt: skip
def test_a_bucket_may_be_named_in_pieces(tmp_path: Path, given: dict[str, str], places: tuple[str, str, str, str]):
    keys = {"AWS_ACCESS_KEY_ID": "KEY", "TAHKIM_OBJECTS_SECRET": "SECRET", "AWS_SECRET_ACCESS_KEY": "other"}

    bucket = read_settings(given | keys, data=tmp_path).bucket

    assert bucket is not None
    assert (bucket.endpoint, bucket.origin, bucket.name, bucket.prefix) == places
    assert (bucket.access_key, bucket.secret_key) == ("KEY", "SECRET")


@pytest.mark.parametrize(
    "given",
    [
        {"TAHKIM_OBJECTS_URL": "s3://films"},
        {"TAHKIM_OBJECTS_URL": "s3://KEY:SECRET@films?endpoint=store.example"},
        {"TAHKIM_OBJECTS_URL": "s3://KEY:SECRET@films?endpoint=https://store.example:port"},
        {"TAHKIM_OBJECTS_URL": "s3://KEY:SECRET@films?style=both"},
        {"TAHKIM_OBJECTS_URL": "s3://KEY:SECRET@films?colour=green"},
        {"TAHKIM_OBJECTS_URL": "gs://KEY:SECRET@films"},
        {"TAHKIM_OBJECTS_ENDPOINT": "https://store.example"},
    ],
)
def test_a_bucket_that_is_half_named_is_a_fault(tmp_path: Path, given: dict[str, str]):
    with pytest.raises(SettingsFaulty) as told:
        read_settings(given, data=tmp_path)

    assert [fault.code for fault in told.value.faults] == ["objects-url"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("tahkim.example", HostRule("tahkim.example", None)),
        ("tahkim.example:8443", HostRule("tahkim.example", 8443)),
        ("[2001:db8::1]:80", HostRule("[2001:db8::1]", 80)),
        ("tahkim.example:*", HostRule("tahkim.example", 0)),
    ],
)
def test_hosts_may_name_a_port(tmp_path: Path, text: str, rule: HostRule):
    settings = read_settings({"TAHKIM_HOSTS": text, "TAHKIM_BASE_URL": "https://tahkim.example"}, data=tmp_path)

    assert rule in settings.hosts
    assert HostRule("localhost", 0) not in settings.hosts


def test_the_list_of_variables_is_the_list_that_is_read(tmp_path: Path):
    folder = Path(__file__).parents[3] / "service"
    source = (folder / "settings.py").read_text() + (folder / "bucket.py").read_text()

    assert all(source.count(f'"{name}"') >= 2 for name in VARIABLES)
    assert read_settings({"TAHKIM_DATA": str(tmp_path / "x")}).data == tmp_path / "x"
