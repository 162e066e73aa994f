"""Where files lie, for tests: a folder of this machine, or a bucket of an S3 that is started once for a run."""

import pytest

from tests import servers


@pytest.fixture(scope="session")
def s3():
    with servers.s3() as server:
        yield server


def use(app, monkeypatch, server, prefix) -> str:
    """Let this application keep its files in the server's bucket, under a prefix of its own."""
    for name, value in server.environment.items():
        if name != "AWS_ENDPOINT_URL_S3":  # the address says it
            monkeypatch.setenv(name, value)
    app.config["STORAGE_URL"] = f"{server.url}/{prefix}?endpoint={server.endpoint}"
    return app.config["STORAGE_URL"]


@pytest.fixture
def bucket(app, monkeypatch, s3, tmp_path):
    """The address of an empty bucket, where this application's files lie."""
    return use(app, monkeypatch, s3, tmp_path.name)


@pytest.fixture(params=["folder", "bucket"])
def place(request):
    """Wherever files may lie: every test of this runs in each."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return request.param
