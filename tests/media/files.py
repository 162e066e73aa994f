"""Small files of every kind, made when they are asked for."""

import io
import math
import struct
import wave

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def a_picture(kind="JPEG", size=(60, 40), mode="RGB", colour="teal", **options):
    target = io.BytesIO()
    Image.new(mode, size, colour).save(target, kind, **options)
    return target.getvalue()


def a_pdf(password=None, pages=1, opening=None):
    """`opening` is the kind of action ("/JavaScript", "/GoTo") that runs when it is opened."""
    writer, target = PdfWriter(), io.BytesIO()
    for _page in range(pages):
        writer.add_blank_page(200, 200)
    if opening:
        action = {NameObject("/S"): NameObject(opening), NameObject("/JS"): TextStringObject("app.alert(1)")}
        writer._root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(target)
    return target.getvalue()


def a_wav(seconds=0.1):
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        samples = (int(9000 * math.sin(n / 4)) for n in range(int(8000 * seconds)))
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return target.getvalue()


def an_mp3(frames=5):
    """Frames of MPEG-1 layer III, 128 kbit/s at 44.1 kHz: 417 bytes each."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def an_ogg(codec=b"\x01vorbis", pages=2):
    def page(body):
        return b"OggS\0\2" + bytes(20) + b"\1" + bytes([len(body)]) + body

    return page(codec + bytes(10)) + page(bytes(50)) * (pages - 1)


def a_box(name, content):
    return struct.pack(">I4s", 8 + len(content), name) + content


def an_m4a(told=b"CANARY"):
    moov = a_box(b"mvhd", bytes(20)) + a_box(b"udta", told)
    return a_box(b"ftyp", b"M4A \0\0\0\0") + a_box(b"moov", moov) + a_box(b"mdat", b"sound")


def with_iptc(*records):
    """A JPEG with IPTC-IIM records (number, words) in a Photoshop segment."""
    body = b"".join(
        b"\x1c\2" + bytes([number]) + struct.pack(">H", len(words)) + words for number, words in records
    )
    resource = b"8BIM\4\4\0\0" + struct.pack(">I", len(body)) + body + b"\0" * (len(body) % 2)
    segment = b"Photoshop 3.0\0" + resource
    data = a_picture()
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + data[2:]
