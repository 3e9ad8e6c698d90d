"""Passwords and PINs: hashing, checking in constant time, and which are too weak. argon2id throughout.

Neighbours: `accounts.py` keeps the hashes, `throttle.py` counts the tries. Invariants: hashing runs in
threads, at most `_AT_ONCE` at a time (each takes tens of megabytes); a check against nobody costs what a
check against somebody costs.
"""

import asyncio
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from schemas.limits import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PIN_DIGITS

# OWASP Password Storage Cheat Sheet, argon2id: m = 19 MiB, t = 2, p = 1
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE: Final = 2
_DIFFERENT_MIN: Final = 5
_TRIED_FIRST: Final = frozenset(
    {
        "1234567890", "0123456789", "12345678910", "0987654321", "9876543210", "qwertyuiop", "1qaz2wsx3edc", "q1w2e3r4t5",
        "password12", "password123", "password1234", "passw0rd123", "iloveyou123", "administrator", "handover123", "abcdefghij",
        "abc1234567", "a123456789", "123456789a", "woaini1314", "woaini520", "woaini1314520", "5201314520", "qq123456789",
    }
)  # fmt: skip


class Passwords:
    """Hashes and checks; one per application, it bounds the memory that hashing may take."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, secret: str) -> str:
        """The argon2id hash of a password or PIN."""
        async with self._turns:
            return await asyncio.to_thread(hash_secret, secret)

    async def check(self, stored: str | None, given: str) -> bool:
        """Whether `given` is the secret behind `stored`. With `stored` None the answer is False after the same work."""
        async with self._turns:
            if self._nobody is None:
                self._nobody = await asyncio.to_thread(hash_secret, secrets.token_hex(16))
            right = await asyncio.to_thread(_verify, stored or self._nobody, given)
        return right and stored is not None


def hash_secret(secret: str) -> str:
    """The argon2id hash; takes tens of milliseconds, so never call it on the event loop."""
    return _HASHER.hash(secret)


def _verify(stored: str, given: str) -> bool:
    try:
        return _HASHER.verify(stored, given)
    except (VerificationError, InvalidHashError):
        return False


def password_is_weak(password: str, username: str) -> bool:
    """Whether a password is too short or too long, of fewer than five different characters, one of those everybody tries first,
    or built around the user name."""
    folded, name = password.casefold(), username.casefold()
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX or len(set(folded)) < _DIFFERENT_MIN:
        return True
    return folded in _TRIED_FIRST or (len(name) >= _DIFFERENT_MIN and name in folded)


def pin_is_weak(pin: str) -> bool:
    """Whether a PIN is not exactly `limits.PIN_DIGITS` ASCII digits, or all the same digit."""
    if not pin.isascii() or not pin.isdigit() or len(pin) != PIN_DIGITS:
        return True
    return len(set(pin)) == 1
