"""May a page of ours send parts to a bucket: set by a call where the server knows it, asked as a browser asks."""

import pytest
from moto import mock_aws

from service.cli.objects import run
from storage.errors import ObjectStoreAway
from storage.objects.s3 import S3Store
from storage.objects.s3_client import S3Address
from storage.objects.s3_cors import CorsNotSettable
from tests.s3 import find_port
from tests.swift import get_swift

SITE = "https://tahkim.example"
THEIRS = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://other.example"], "ID": "theirs"}


async def test_our_rule_stands_beside_those_of_others_and_replaces_its_former_self():
    with mock_aws():
        store = S3Store(S3Address(bucket="films", access_key="key", secret_key="secret", endpoint=None))
        client = store._s3.get()
        client.create_bucket(Bucket="films")
        client.put_bucket_cors(Bucket="films", CORSConfiguration={"CORSRules": [THEIRS]})

        await store.let_in(("https://before.example",))
        await store.let_in((SITE,))

        theirs, ours = client.get_bucket_cors(Bucket="films")["CORSRules"]
        assert theirs["AllowedOrigins"] == THEIRS["AllowedOrigins"]
        assert ours["AllowedOrigins"] == [SITE]
        assert "PUT" in ours["AllowedMethods"]


async def test_a_bucket_without_rules_gets_ours():
    with mock_aws():
        store = S3Store(S3Address(bucket="films", access_key="key", secret_key="secret", endpoint=None))
        store._s3.get().create_bucket(Bucket="films")

        await store.let_in((SITE,))

        assert len(store._s3.get().get_bucket_cors(Bucket="films")["CORSRules"]) == 1


async def test_a_store_that_is_away_is_said_to_be_away():
    endpoint = f"http://127.0.0.1:{find_port()}"
    store = S3Store(S3Address(bucket="films", access_key="key", secret_key="secret", endpoint=endpoint))

    with pytest.raises(ObjectStoreAway):
        await store.lets_in(SITE)


@pytest.mark.s3
async def test_swift_lets_in_the_origin_of_its_configuration_alone_and_is_set_by_no_call():
    store = S3Store(get_swift().make_address())

    assert await store.lets_in("http://localhost:8000")
    assert not await store.lets_in(SITE)
    with pytest.raises(CorsNotSettable):
        await store.let_in((SITE,))


@pytest.mark.s3
def test_the_command_says_whether_uploads_will_work(tmp_path, monkeypatch, capsys):
    address = get_swift().make_address()
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert run(["cors", "--data", str(tmp_path)]) == 0
    assert "folder" in capsys.readouterr().out

    monkeypatch.setenv("TAHKIM_OBJECTS_URL", f"s3://{address.bucket}")
    monkeypatch.setenv("TAHKIM_OBJECTS_ENDPOINT", str(address.endpoint))
    monkeypatch.setenv("TAHKIM_OBJECTS_KEY", address.access_key)
    monkeypatch.setenv("TAHKIM_OBJECTS_SECRET", address.secret_key)
    assert run(["cors", "--check", "--data", str(tmp_path)]) == 0
    assert "http://localhost:8000" in capsys.readouterr().out

    monkeypatch.setenv("TAHKIM_BASE_URL", SITE)
    assert run(["cors", "--data", str(tmp_path)]) == 1
    assert "tahkim objects cors --apply" in capsys.readouterr().err
    assert run(["cors", "--apply", "--data", str(tmp_path)]) == 1
    assert "configuration" in capsys.readouterr().err
