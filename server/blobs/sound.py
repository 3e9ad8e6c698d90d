"""Is this file a recording of sound, and nothing but sound? Its container is walked, nothing is decoded, nothing is run.

Neighbours: `examine.py` asks. Invariants: WebM, MP4 and Ogg as browsers record them, told by their structure and not by a name;
a file with a picture track, or with anything before or after its container, is none; every walk ends with the file.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from schemas.limits import VOICE_BYTES_MAX

_EBML, _DOCTYPE, _SEGMENT, _TRACKS, _TRACK, _TRACK_TYPE = 0x1A45DFA3, 0x4282, 0x18538067, 0x1654AE6B, 0xAE, 0x83
_CLUSTER: Final = 0x1F43B675
_AUDIO: Final = 2
_BOXES: Final = frozenset(
    {b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"free", b"skip", b"wide", b"sidx", b"styp", b"uuid", b"meta"}
)
_NESTED: Final = frozenset({b"moov", b"trak", b"mdia"})


class _Broken(Exception):
    """The bytes are not what the container promises."""


def is_sound(path: Path, type_: str) -> bool:
    """Whether a finished file is a recording of the declared type. OSError only when the disk itself fails."""
    if path.stat().st_size > VOICE_BYTES_MAX:
        return False
    content = path.read_bytes()
    try:
        return _WALKS[type_](content)
    except (_Broken, IndexError):
        return False


# --- WebM (EBML) --------------------------------------------------------------------------------------------------------
def _webm(content: bytes) -> bool:
    top = list(_elements(content, 0, len(content)))
    if [one[0] for one in top] != [_EBML, _SEGMENT]:
        return False
    head = {name: content[start:end] for name, start, end in _elements(content, top[0][1], top[0][2])}
    if head.get(_DOCTYPE, b"").rstrip(b"\0") != b"webm":
        return False
    for name, start, end in _elements(content, top[1][1], top[1][2]):
        if name == _TRACKS:
            kinds = [_track_kind(content, one[1], one[2]) for one in _elements(content, start, end) if one[0] == _TRACK]
            return kinds == [_AUDIO]
        if name == _CLUSTER:
            return False
    return False


def _track_kind(content: bytes, start: int, end: int) -> int:
    return next((int.from_bytes(content[one[1] : one[2]]) for one in _elements(content, start, end) if one[0] == _TRACK_TYPE), 0)


def _elements(content: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(id, start, end) of each element. One of unknown size, as a recorder in full flow writes it, goes to the end."""
    while at < end:
        name, at = _vint(content, at, keep=True)
        size, at = _vint(content, at, keep=False)
        stop = end if size < 0 else at + size
        if stop > end:
            raise _Broken
        yield name, at, stop
        at = stop


def _vint(content: bytes, at: int, *, keep: bool) -> tuple[int, int]:
    """A number of variable length, with or without its marker; -1: unknown."""
    length = 9 - content[at].bit_length()
    if length > 8 or at + length > len(content):
        raise _Broken
    value = int.from_bytes(content[at : at + length])
    if keep:
        return value, at + length
    bare = value & ((1 << 7 * length) - 1)
    return (-1 if bare == (1 << 7 * length) - 1 else bare), at + length


# --- MP4 ----------------------------------------------------------------------------------------------------------------
def _mp4(content: bytes) -> bool:
    names = [name for name, _, _ in _boxes(content, 0, len(content))]
    if names[:1] != [b"ftyp"] or b"moov" not in names or not set(names) <= _BOXES:
        return False
    return list(_handlers(content, 0, len(content))) == [b"soun"]


def _handlers(content: bytes, start: int, end: int) -> Iterator[bytes]:
    """What each track is."""
    for name, at, stop in _boxes(content, start, end):
        if name == b"hdlr":
            yield content[at + 8 : at + 12]
        elif name in _NESTED:
            yield from _handlers(content, at, stop)


def _boxes(content: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while at < end:
        size, name, start = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8], at + 8
        if size == 1:
            size, start = int.from_bytes(content[at + 8 : at + 16]), at + 16
        stop = end if size == 0 else at + size
        if stop < start or stop > end:
            raise _Broken
        yield name, start, stop
        at = stop


# --- Ogg ----------------------------------------------------------------------------------------------------------------
def _ogg(content: bytes) -> bool:
    at, first = 0, True
    while at < len(content):
        if content[at : at + 4] != b"OggS":
            return False
        parts = content[at + 26]
        start = at + 27 + parts
        if first and not content[start:].startswith((b"OpusHead", b"\x01vorbis")):
            return False
        # Only the first page may begin a stream: a second one might be pictures.
        if not first and content[at + 5] & 2:
            return False
        at, first = start + sum(content[at + 27 : start]), False
    return at == len(content) and not first


_WALKS: Final[dict[str, Callable[[bytes], bool]]] = {"audio/webm": _webm, "audio/mp4": _mp4, "audio/ogg": _ogg}
TYPES: Final = frozenset(_WALKS)
