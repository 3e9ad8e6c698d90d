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

from schemas.limits import PIN_DIGITS

# OWASP Password Storage Cheat Sheet, argon2id: m = 19 MiB, t = 2, p = 1
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE: Final = 2


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


def pin_is_weak(pin: str) -> bool:
    """Whether a PIN is not exactly `limits.PIN_DIGITS` ASCII digits, or all the same digit."""
    if not pin.isascii() or not pin.isdigit() or len(pin) != PIN_DIGITS:
        return True
    return len(set(pin)) == 1
