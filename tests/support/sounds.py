"""Recordings as browsers write them, byte by byte, with nothing in them that sounds; and such as only pretend.

Neighbours: `server/blobs/sound.py` judges them.
"""

_UNKNOWN = b"\x01" + b"\xff" * 7
_AUDIO, _VIDEO = 2, 1


def element(name: str, content: bytes, *, endless: bool = False) -> bytes:
    """An EBML element; `endless`: of unknown size, as a recorder in full flow writes it."""
    size = _UNKNOWN if endless else (len(content) | 1 << 56).to_bytes(8)
    return bytes.fromhex(name) + size + content


def webm(*, doctype: bytes = b"webm", kinds: tuple[int, ...] = (_AUDIO,), sound: bytes = b"\0" * 200) -> bytes:
    """What Chromium and Firefox record."""
    tracks = b"".join(element("ae", element("d7", b"\1") + element("83", bytes([kind]))) for kind in kinds)
    segment = element("1549a966", element("2ad7b1", b"\x0f\x42\x40")) + element("1654ae6b", tracks)
    segment += element("1f43b675", element("e7", b"\0") + element("a3", sound), endless=True)
    return element("1a45dfa3", element("4282", doctype)) + element("18538067", segment, endless=True)


def box(name: bytes, content: bytes) -> bytes:
    """An MP4 box."""
    return (len(content) + 8).to_bytes(4) + name + content


def mp4(*, handlers: tuple[bytes, ...] = (b"soun",), sound: bytes = b"\0" * 200) -> bytes:
    """What Safari records."""
    tracks = b"".join(box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + kind + b"\0" * 12))) for kind in handlers)
    return box(b"ftyp", b"isomiso5") + box(b"moov", box(b"mvhd", b"\0" * 100) + tracks) + box(b"mdat", sound)


def page(content: bytes, *, begins: bool = False) -> bytes:
    """An Ogg page."""
    lengths = bytes([255] * (len(content) // 255) + [len(content) % 255])
    return b"OggS\0" + bytes([2 if begins else 0]) + b"\0" * 20 + bytes([len(lengths)]) + lengths + content


def ogg(*, head: bytes = b"OpusHead", sound: bytes = b"\0" * 300) -> bytes:
    """What older Firefox records."""
    return page(head + b"\1\1" + b"\0" * 9, begins=True) + page(b"OpusTags") + page(sound)


REAL = [("audio/webm", webm()), ("audio/mp4", mp4()), ("audio/ogg", ogg())]
NOT_REAL = [
    ("audio/webm", b"<script>alert(1)</script>"),
    ("audio/webm", mp4()),
    ("audio/webm", webm(doctype=b"matroska")),
    ("audio/webm", webm(kinds=(_AUDIO, _VIDEO))),
    ("audio/webm", webm(kinds=())),
    ("audio/webm", webm()[:40]),
    ("audio/mp4", webm()),
    ("audio/mp4", mp4(handlers=(b"soun", b"vide"))),
    ("audio/mp4", mp4(handlers=())),
    ("audio/mp4", mp4()[:-50]),
    ("audio/mp4", mp4() + b"MZ\x90\0 something behind it"),
    ("audio/ogg", ogg(head=b"\x80theora!")),
    ("audio/ogg", ogg() + page(b"\x80theora!", begins=True)),
    ("audio/ogg", ogg() + b"\0"),
    ("audio/ogg", ogg()[:-1]),
]
