"""What travels with a picture: its captions, credit and rights, written into the copy that a journalist takes.

An XMP packet (ISO 16684-1, with the IPTC photo metadata of 2023.2) is put into the stored file as it is fetched,
beside pixels that are never encoded anew: words that change are in the very next copy. What is stored has none.
"""

import re
import struct
import zlib
from collections.abc import Iterable
from xml.sax.saxutils import escape

from pressroom import links, storage, typography
from pressroom.i18n import speaking
from pressroom.media.licences import Licence
from pressroom.media.models import Asset, AssetRendition

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
}
FORBIDDEN_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
JPEG_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
LARGEST = 65_502  # bytes in one JPEG segment (XMP part 3, 1.1.3)
XMP_FLAG = 0x04  # of a WebP's extended header


def stamped(rendition: AssetRendition) -> bytes:
    """The file as it leaves: a picture with its words inside, anything else as it is stored. Raises storage.Missing."""
    data = storage.read(rendition.key)
    write = WRITERS.get(rendition.media_type)
    return write(data, packet(rendition.asset)) if write else data


def packet(asset: Asset) -> bytes:
    """The asset's words, in as many of its languages as one packet holds."""
    languages = sorted(asset.texts)
    for count in range(len(languages), 0, -1):
        written = _packet(asset, languages[:count])
        if len(written) <= LARGEST:
            break
    return written


def _packet(asset: Asset, languages: list[str]) -> bytes:
    texts = [asset.texts[code] for code in languages]
    terms = asset.terms
    rights = {}
    for code in languages:
        with speaking(code):
            rights[code] = str(terms.name), str(terms.sentence)
    properties = [
        _alternatives("dc:title", ((text.language, text.title) for text in texts)),
        _alternatives("dc:description", ((text.language, text.caption) for text in texts)),
        _listed("dc:creator", "Seq", [f"<rdf:li>{_escaped(asset.credit)}</rdf:li>"] if asset.credit else []),
        _alternatives("dc:rights", ((code, f"{asset.credit}. {name}") for code, (name, _) in rights.items())),
        _simple("photoshop:Credit", asset.credit),
        _simple("photoshop:DateCreated", asset.taken_on.isoformat() if asset.taken_on else ""),
        _simple("photoshop:City", asset.place),
        _simple("xmpRights:Marked", "False" if asset.licence is Licence.CC0 else "True"),
        _alternatives("xmpRights:UsageTerms", ((code, sentence) for code, (_, sentence) in rights.items())),
        _simple("xmpRights:WebStatement", terms.url or page(asset, languages[0])),
        _alternatives("Iptc4xmpCore:AltTextAccessibility", ((text.language, text.alt) for text in texts)),
    ]
    spaces = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in NAMESPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {spaces}><rdf:Description rdf:about="">{"".join(properties)}</rdf:Description></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def page(asset: Asset, language: str) -> str:
    return links.absolute("pictures.asset", language=language, asset_id=asset.id)


def _simple(name: str, value: str) -> str:
    return f"<{name}>{_escaped(value)}</{name}>" if value else ""


def _alternatives(name: str, said: Iterable[tuple[str, str]]) -> str:
    """A language alternative: the first language stands for any other (`x-default`), then each by name."""
    spaced = [(code, typography.french(text) if code == "fr" else text) for code, text in said if text]
    default = [("x-default", spaced[0][1])] if spaced else []
    items = [f'<rdf:li xml:lang="{code}">{_escaped(text)}</rdf:li>' for code, text in default + spaced]
    return _listed(name, "Alt", items)


def _listed(name: str, kind: str, items: list[str]) -> str:
    return f"<{name}><rdf:{kind}>{''.join(items)}</rdf:{kind}></{name}>" if items else ""


def _escaped(text: str) -> str:
    return escape(FORBIDDEN_IN_XML.sub("", text))


def _into_jpeg(data: bytes, xmp: bytes) -> bytes:
    """As the first application segment after JFIF's own, where readers look for it."""
    at = 4 + int.from_bytes(data[4:6], "big") if data[2:4] == b"\xff\xe0" else 2
    segment = JPEG_HEADER + xmp
    return data[:at] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + data[at:]


def _into_png(data: bytes, xmp: bytes) -> bytes:
    """As an uncompressed iTXt chunk right after the header, which is 33 bytes long (PNG, 11.3.3.4)."""
    body = b"iTXtXML:com.adobe.xmp\0\0\0\0\0" + xmp
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:33] + chunk + data[33:]


def _into_webp(data: bytes, xmp: bytes) -> bytes:
    """As the last chunk of the extended format (RFC 9649, 2.7), which a plain file is turned into."""
    chunks = data[12:]
    if chunks[:4] != b"VP8X":
        # A lossy frame, which is all that we write, says its size in 14 bits each after a tag and a start code.
        sides = (int.from_bytes(chunks[at : at + 2], "little") & 0x3FFF for at in (14, 16))
        header = b"".join((side - 1).to_bytes(3, "little") for side in sides)
        chunks = struct.pack("<4sI4x", b"VP8X", 10) + header + chunks
    chunks = chunks[:8] + bytes([chunks[8] | XMP_FLAG]) + chunks[9:]
    chunks += b"XMP " + struct.pack("<I", len(xmp)) + xmp + b"\0" * (len(xmp) % 2)
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


WRITERS = {"image/jpeg": _into_jpeg, "image/png": _into_png, "image/webp": _into_webp}
