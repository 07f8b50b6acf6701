"""Every object store, for the suites of promises."""

import pytest

from storage.objects.folder import FolderStore
from storage.objects.memory import MemoryStore
from storage.objects.signing import LinkSigner
from tests.contracts.object_harness import Harness, make_local_sender
from tests.s3 import S3_SERVERS, open_s3_store, send_by_http


@pytest.fixture(params=["memory", "folder", *(pytest.param(name, marks=pytest.mark.s3) for name in S3_SERVERS)])
async def harness(request, tmp_path):
    signer = LinkSigner(b"a secret of this test")
    if request.param == "memory":
        local = MemoryStore(signer)
    elif request.param == "folder":
        local = FolderStore(tmp_path / "objects", signer)
    else:
        store = open_s3_store(request.param)
        await store.prepare()
        return Harness(store, send_by_http)
    await local.prepare()
    return Harness(local, make_local_sender(local))
