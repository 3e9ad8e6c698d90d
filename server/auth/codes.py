"""Enrolment codes: how they look, how a typed or scanned text becomes one, and whose they are.

A code is 12 characters of Crockford's base 32: two that hint at the organisation, ten random ones (50
bits), shown as `AB-CDEFG-HJKMN`. Only its SHA-256 is stored (record `invitation`). Neighbours:
`server/http/enrolment.py`; the office makes codes by the same rule in the app. Invariants: pure; reading is
forgiving (case, spaces, dashes, O for 0, I and L for 1), the hash is over the normalised 12 characters.
"""

import hashlib
import re
import secrets
from typing import Final
from urllib.parse import parse_qs, urlsplit

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HINT_CHARS: Final = 2
RANDOM_CHARS: Final = 10
CODE_CHARS: Final = HINT_CHARS + RANDOM_CHARS
_FORGIVEN: Final = str.maketrans(
    {"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u2010": None, "\u2013": None, "\u3000": None}
)


def organisation_hint(organisation: str) -> str:
    """The two characters codes of this organisation begin with: the first ten bits of SHA-256 of its id."""
    value = int.from_bytes(hashlib.sha256(organisation.encode()).digest()[:2], "big") >> 6
    return ALPHABET[value >> 5] + ALPHABET[value & 31]


def new_code(organisation: str) -> str:
    """A fresh code, 12 characters without dashes."""
    return organisation_hint(organisation) + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARS))


def shown(code: str) -> str:
    """The code as people read it: `AB-CDEFG-HJKMN`."""
    return f"{code[:2]}-{code[2:7]}-{code[7:]}"


def code_sha256(code: str) -> str:
    """What an invitation keeps of a normalised code."""
    return hashlib.sha256(code.encode()).hexdigest()


def host_of(text: str) -> str | None:
    """The host (with port) a scanned address points at, None for a bare code."""
    if "://" not in text:
        return None
    try:
        return urlsplit(text.strip()).netloc.lower() or None
    except ValueError:
        return None


def normalise(text: str) -> str | None:
    """The 12 characters in a typed code or in a scanned `https://host/#enrol=CODE`; None when there are none."""
    text = text.strip()
    if "://" in text:
        try:
            parts = urlsplit(text)
        except ValueError:
            return None
        found = parse_qs(parts.fragment).get("enrol") or parse_qs(parts.query).get("enrol")
        text = found[0] if found else ""
    text = re.sub(r"^#?enrol=", "", text)
    code = text.upper().translate(_FORGIVEN)
    if len(code) != CODE_CHARS or any(letter not in ALPHABET for letter in code):
        return None
    return code
