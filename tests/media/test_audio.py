import pytest

from pressroom.media import audio
from tests.media.files import a_box, a_wav, an_m4a, an_mp3, an_ogg

ID3 = b"ID3\4\0\0\0\0\0\6CANARY"
ID3V1 = b"TAGCANARY".ljust(128, b"\0")


@pytest.mark.parametrize(
    ("media_type", "data", "kept"),
    [
        ("audio/mpeg", an_mp3(), an_mp3()),
        ("audio/mpeg", ID3 + ID3 + an_mp3() + ID3V1, an_mp3()),
        ("audio/ogg", an_ogg(), an_ogg()),
        ("audio/ogg", an_ogg(b"OpusHead"), an_ogg(b"OpusHead")),
        ("audio/wav", a_wav(), a_wav()),
        ("audio/wav", a_wav() + b"LIST\6\0\0\0CANARY", a_wav()),
        ("audio/mp4", an_m4a(), an_m4a(bytes(6)).replace(b"udta", b"free")),
        ("audio/mp4", an_m4a() + a_box(b"uuid", b"CANARY"), an_m4a(bytes(6)).replace(b"udta", b"free") + a_box(b"free", bytes(6))),
    ],
)  # fmt: skip
def test_a_recording_is_kept_without_its_tags(media_type, data, kept):
    assert audio.CHECKS[media_type](data) == kept


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("audio/mpeg", ID3),
        ("audio/mpeg", an_mp3(2)),
        ("audio/mpeg", b"\xff\xfb<script>alert(1)</script>"),
        ("audio/mpeg", b"\xff\xfb\x00\x00" + bytes(2000)),
        ("audio/mpeg", b"\xff\xfb\xf0\x00" + bytes(2000)),
        ("audio/ogg", an_ogg()[:-3]),
        ("audio/ogg", an_ogg(b"\x80theora")),
        ("audio/ogg", an_ogg() + b"<html>"),
        ("audio/wav", a_wav()[:-3]),
        ("audio/wav", b"RIFF\0\0\0\0WAVE"),
        ("audio/mp4", an_m4a()[:-3]),
        ("audio/mp4", a_box(b"ftyp", b"M4A \0\0\0\0")),
        ("audio/mp4", a_box(b"ftyp", b"M4A \0\0\0\0") + bytes(20)),
    ],
)
def test_what_is_not_a_whole_recording_is_refused(media_type, data):
    with pytest.raises(ValueError, match="truncated|no "):
        audio.CHECKS[media_type](data)


def test_a_long_box_says_its_size_after_its_name():
    long = b"\0\0\0\1mdat" + (16 + 5).to_bytes(8, "big") + b"sound"
    data = an_m4a().replace(a_box(b"mdat", b"sound"), long)

    assert audio.m4a(data).endswith(long)
