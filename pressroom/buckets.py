"""Files in a bucket of S3, or of whatever speaks as S3 does: private, and known by their keys only.

Who we are to it comes from where AWS's own programs have it from (`AWS_ACCESS_KEY_ID` …, a profile, the machine's role),
never from a setting of ours.
"""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO
from urllib.parse import parse_qsl, urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pressroom.storage import KEY, PIECE, File, Missing, Unreachable

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
ENDPOINT = re.compile(r"https?://[a-zA-Z0-9.:\[\]-]+/?\Z")
LASTS = 60  # seconds that an address opens a file for
IN_PARTS = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20, use_threads=False)
HOW = {
    "connect_timeout": 5, "read_timeout": 20, "retries": {"total_max_attempts": 3, "mode": "standard"},
    "max_pool_connections": 50,
    # What other makers' buckets do not know is left out where nothing needs it.
    "request_checksum_calculation": "when_required", "response_checksum_validation": "when_required",
}  # fmt: skip


def at(url: str) -> "Bucket":
    """The bucket of `s3://bucket[/prefix][?endpoint=https://…&region=…]`. Raises ValueError."""
    try:
        read = urlsplit(url)
        options = dict(parse_qsl(read.query, keep_blank_values=True, strict_parsing=bool(read.query)))
    except ValueError as malformed:
        raise ValueError("it cannot be read as an address") from malformed
    if not NAME.match(read.netloc):
        raise ValueError("no bucket has such a name")
    if set(options) - {"endpoint", "region"} or read.fragment:
        raise ValueError("after its question mark only endpoint and region are known")
    if "endpoint" in options and not ENDPOINT.match(options["endpoint"]):
        raise ValueError("its endpoint must read https://host")
    return Bucket(read.netloc, read.path.strip("/"), options.get("endpoint"), options.get("region"))


class Bucket:
    """What storage.Folder is, in a bucket; and the addresses that strangers may fetch a file from, for a minute."""

    def __init__(self, name: str, prefix: str, endpoint: str | None, region: str | None):
        self.name, self.prefix = name, f"{prefix}/" if prefix else ""
        self._endpoint, self._region = endpoint, region

    def put(self, key: str, pieces: Iterable[bytes]) -> None:
        """Whole or not at all: what is large goes in parts, and is dropped when one of them fails."""
        with _answered():
            self.client.upload_fileobj(_as_file(pieces), self.name, self.prefix + key, Config=IN_PARTS)

    def find(self, key: str) -> File:
        with _answered(key):
            found = self.client.head_object(**self._of(key))
        return File(self, key, found["ContentLength"], found["LastModified"])

    def open(self, file: File) -> BinaryIO:
        return io.BufferedReader(_Object(self, file), PIECE)

    def body(self, key: str, start: int):
        """What is stored from its byte `start` on, as it comes in."""
        return self.client.get_object(**self._of(key), Range=f"bytes={start}-")["Body"]

    def delete(self, key: str) -> None:
        """With all its versions, where the bucket keeps them."""
        with _answered(key):
            if "VersionId" not in self.client.delete_object(**self._of(key)):
                return
            for page in self._pages("list_object_versions", self.prefix + key):
                for one in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
                    self.client.delete_object(**self._of(key), VersionId=one["VersionId"])

    def files(self) -> Iterator[File]:
        with _answered():
            for page in self._pages("list_objects_v2", self.prefix):
                for found in page.get("Contents", ()):
                    if KEY.match(key := found["Key"].removeprefix(self.prefix)):
                        yield File(self, key, found["Size"], found["LastModified"])

    def drop_unfinished(self, before: datetime) -> None:
        with _answered():
            for page in self._pages("list_multipart_uploads", self.prefix):
                for one in page.get("Uploads", ()):
                    if one["Initiated"] < before and KEY.match(one["Key"].removeprefix(self.prefix)):
                        self.client.abort_multipart_upload(
                            Bucket=self.name, Key=one["Key"], UploadId=one["UploadId"]
                        )

    def address(self, key: str, media_type: str, disposition: str) -> str:
        """Where anybody fetches the file for LASTS seconds, as what we say and under the name that we give it."""
        said = {"ResponseContentType": media_type, "ResponseContentDisposition": disposition}
        told = {**self._of(key), **said, "ResponseCacheControl": "private, no-store"}
        with _answered(key):
            return self.client.generate_presigned_url("get_object", Params=told, ExpiresIn=LASTS)

    def is_open_to_strangers(self, key: str) -> bool:
        """Whether somebody without any right can fetch this file."""
        try:
            _client(self._endpoint, self._region, UNSIGNED).get_object(**self._of(key))
        except ClientError as refused:
            if refused.response["ResponseMetadata"]["HTTPStatusCode"] in (401, 403, 404):
                return False
            raise
        return True

    @property
    def client(self):
        return _client(self._endpoint, self._region, "s3v4")

    def _of(self, key: str) -> dict[str, str]:
        return {"Bucket": self.name, "Key": self.prefix + key}

    def _pages(self, operation: str, prefix: str) -> Iterable[dict]:
        return self.client.get_paginator(operation).paginate(Bucket=self.name, Prefix=prefix)


@lru_cache  # threads share it: to make one takes a second, and a connection is kept open
def _client(endpoint: str | None, region: str | None, signature):
    style = {"addressing_style": "path" if endpoint else "auto"}
    return boto3.session.Session().client(
        "s3", endpoint_url=endpoint, region_name=region,
        config=Config(signature_version=signature, s3=style, **HOW),
    )  # fmt: skip


class _Object(io.RawIOBase):
    """What is stored, as a file: asked for from where it is first read, and anew after each leap."""

    def __init__(self, bucket: Bucket, file: File):
        self._bucket, self._file, self._at, self._body = bucket, file, 0, None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        if at != self._at:
            self._let_go()
        self._at = at
        return at

    def readinto(self, buffer) -> int:
        if self._at >= self._file.size:
            return 0
        with _answered(self._file.key):
            if self._body is None:
                self._body = self._bucket.body(self._file.key, self._at)
            piece = self._body.read(len(buffer))
        if not piece:
            raise Unreachable(f"{self._file.key} ends too early")
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file that is read once, from its beginning to its end."""

    def __init__(self, pieces: Iterable[bytes]):
        self._pieces, self._left = iter(pieces), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self._left:
            try:
                self._left = memoryview(next(self._pieces))
            except StopIteration:
                return 0
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def _as_file(pieces: Iterable[bytes]) -> BinaryIO:
    return io.BufferedReader(_Pieces(pieces), PIECE)


@contextmanager
def _answered(key: str = "") -> Iterator[None]:
    """Say in the words of storage what a bucket does not do: a file is missing, or nothing can be had now."""
    try:
        yield
    except ClientError as refused:
        if key and refused.response["Error"]["Code"] in ("NoSuchKey", "404"):
            raise Missing(key) from refused
        raise Unreachable(f"the bucket answers {refused}") from refused
    except BotoCoreError as silent:
        raise Unreachable(f"the bucket cannot be reached: {silent}") from silent
