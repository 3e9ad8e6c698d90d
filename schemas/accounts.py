"""What is said over HTTP of a person's way in. Secrets travel here and nowhere else: never in an entry or a record.

Neighbour: `server/http/accounts.py`. Invariant: an answer holds no secret but an invitation's code, told once.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas import limits
from schemas.protocol import LoginAnswer, Wire

Username = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f]{2,60}$")]
Password = Annotated[str, StringConstraints(min_length=1, max_length=limits.PASSWORD_CHARS_MAX)]
JoinCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,64}$")]


class AccountAnswer(Wire):
    """GET /api/v1/people/{person}/account. `password`: `given` by somebody else and good until `until_ms`, or `expired`."""

    username: str | None
    password: Literal["none", "own", "given", "expired"]
    until_ms: int | None
    invited_until_ms: int | None
    has_pin: bool


class GivePasswordRequest(Wire):
    """POST /api/v1/people/{person}/password: a password to begin with; it must be changed at the first sign-in."""

    username: Username
    password: Password


class InvitePersonRequest(Wire):
    """POST /api/v1/people/{person}/invitation."""

    username: Username


class InvitePersonAnswer(Wire):
    """The invitation's code, told once; shown as `https://host/office/#join=CODE`."""

    code: JoinCode
    until_ms: int


class PasswordRequest(Wire):
    """POST /api/v1/password: an own password in place of the present one. Without `username`: whoever is signed in."""

    username: Annotated[str, Field(min_length=1, max_length=limits.NAME_CHARS_MAX)] | None = None
    password: Annotated[str, Field(min_length=1, max_length=500)]
    fresh: Password


class JoinRequest(Wire):
    """POST /api/v1/join: whose invitation is this; with `password`, choose it."""

    code: JoinCode
    password: Password | None = None


class JoinAnswer(Wire):
    """Whose invitation it is; they are signed in if they chose a password."""

    username: str
    person: LoginAnswer
