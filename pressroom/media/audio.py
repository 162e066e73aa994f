"""Recordings judged by their structure: what is whole is kept, without the tags that programs write into it.

Nothing is decoded and nothing is encoded anew. Each check returns the bytes to store, and raises ValueError for
a file that is damaged or is something else.
"""

import struct
from collections.abc import Callable, Iterator

# MPEG-1 and MPEG-2 layer III (ISO 11172-3, 13818-3): kbit/s and Hz by index in a frame's header.
BITRATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000)}
FRAMES_TO_BE_SURE = 3
CODECS = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")
PRIVATE_BOXES = (b"udta", b"meta", b"uuid")  # where recorders write names and places


def mp3(data: bytes) -> bytes:
    """The frames between the tags at the front (ID3v2) and at the end (ID3v1, 128 bytes)."""
    start = 0
    while data[start : start + 3] == b"ID3" and len(data) >= start + 10:
        size = data[start + 6 : start + 10]
        start += 10 + sum((byte & 0x7F) << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=True))
    end = len(data) - 128 if data[-128:-125] == b"TAG" else len(data)
    at = start
    for _frame in range(FRAMES_TO_BE_SURE):
        at += _frame_length(data[at : at + 4])
    if at > end:
        raise ValueError("truncated")
    return data[start:end]


def _frame_length(header: bytes) -> int:
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        raise ValueError("no frame")
    version, bitrate, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version not in BITRATES or not 0 < bitrate < 15 or rate == 3:
        raise ValueError("no frame")
    size = (144 if version == 3 else 72) * BITRATES[version][bitrate] * 1000 // RATES[version][rate]
    return size + (header[2] >> 1 & 1)


def ogg(data: bytes) -> bytes:
    """Whole pages (RFC 3533) of one sound; pictures that move are something else."""
    at = 0
    while at < len(data):
        if data[at : at + 4] != b"OggS" or len(data) < at + 27:
            raise ValueError("no page")
        lengths = data[at + 27 : at + 27 + data[at + 26]]
        body = at + 27 + data[at + 26]
        if at == 0 and not data[body:].startswith(CODECS):
            raise ValueError("no sound")
        at = body + sum(lengths)
    if at != len(data):
        raise ValueError("truncated")
    return data


def wav(data: bytes) -> bytes:
    """The format and the samples alone."""
    kept = {}
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > len(data):
            raise ValueError("truncated")
        if name in (b"fmt ", b"data"):
            kept.setdefault(name, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    if len(kept.get(b"fmt ", b"")) < 16 or not kept.get(b"data"):
        raise ValueError("no sound")
    chunks = b"".join(
        name + struct.pack("<I", len(kept[name])) + kept[name] + b"\0" * (len(kept[name]) % 2)
        for name in (b"fmt ", b"data")
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def m4a(data: bytes) -> bytes:
    """The file with its private boxes (ISO 14496-12) emptied in place: what points into it stays true."""
    boxes = {name: (start, end) for name, start, end in _boxes(data, 0, len(data))}
    if not {b"moov", b"mdat"} <= boxes.keys():
        raise ValueError("no sound")
    clean = bytearray(data)
    outer, inner = _boxes(data, 0, len(data)), _boxes(data, *boxes[b"moov"])
    for name, start, end in (*outer, *inner):
        if name in PRIVATE_BOXES:
            clean[start - 4 : end] = b"free".ljust(end - start + 4, b"\0")
    return bytes(clean)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes between two places, each as its name and where its content begins and ends."""
    while at < end:
        size, name, start = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
        if size == 1 and name not in PRIVATE_BOXES:  # a long one says its size after its name
            size, start = int.from_bytes(data[start : start + 8], "big"), start + 8
        if size < start - at or at + size > end:
            raise ValueError("truncated")
        yield name, start, at + size
        at += size


CHECKS: dict[str, Callable[[bytes], bytes]] = {
    "audio/mpeg": mp3,
    "audio/ogg": ogg,
    "audio/wav": wav,
    "audio/mp4": m4a,
}
