"""What an installation may choose, read once from the environment (`HANDOVER_*`, `DATABASE_URL`).

Neighbours: `server/app.py` takes a `Settings`; `server/cli.py` makes it. Nothing else reads the
environment. Invariants: a value that cannot be understood stops the start with a sentence naming the
variable; secrets are never settings, they lie in `data/secrets`.

| variable | meaning | default |
|---|---|---|
| HANDOVER_DATA | folder of database, blobs, secrets | `data` |
| HANDOVER_PUBLIC_URL | the address people type, scheme included | `http://localhost:8000` |
| HANDOVER_HOST, HANDOVER_PORT | where to listen | `127.0.0.1`, port of the public address or 8000 |
| HANDOVER_COOKIE_SECURE | `1`: cookies only over HTTPS | `1` when the public address is https |
| HANDOVER_ORIGINS | further origins to trust, comma-separated | none |
| HANDOVER_APP | folder of the built app | `field_app/dist` |
| HANDOVER_METRICS_TOKEN | bearer token for `/metrics` from elsewhere | none: loopback only |
| HANDOVER_APP_MIN | oldest version of the app that may go on once everything is uploaded, like `1.4.0` | none |
| HANDOVER_FREE_MB | disk space kept free, MB; uploads stop before | 64 |
| HANDOVER_SMTP_URL | how mail leaves: `smtp://…`, `smtp+starttls://user:password@host:587`, `smtps://…:465` | none: no mail |
| HANDOVER_MAIL_FROM | the sender of mail | none |
| HANDOVER_ROBOT_HOSTS | further `host:port` that robots may be at, also without TLS: for tests only | none |
| DATABASE_URL | `sqlite:///path` or `postgresql://user@host/name` | `handover.db` in the data folder |
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from server.notify.channels import Mailer
from server.storage.opening import Place, parse_place

Clock = Callable[[], int]
"""Milliseconds since 1970, UTC."""

_MEGABYTE: Final = 1024 * 1024
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"", "0", "false", "no", "off"})


class SettingsError(ValueError):
    """A variable that cannot be understood; the text names it."""


@dataclass(frozen=True)
class Settings:
    """One installation's choices. `free_bytes_min`: bytes of disk that uploads must leave free."""

    data: Path
    public_url: str = "http://localhost:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    cookie_secure: bool = False
    origins: frozenset[str] = field(default_factory=frozenset)
    app: Path = Path("field_app/dist")
    metrics_token: str | None = None
    free_bytes_min: int = 64 * _MEGABYTE
    app_min: str = ""
    mailer: Mailer | None = field(default=None, repr=False)
    robot_hosts: frozenset[str] = frozenset()
    database_url: str = field(default="", repr=False)

    @property
    def database(self) -> Place:
        """The SQLite file, or the PostgreSQL database's address (which may hold a password: never print it)."""
        return parse_place(self.database_url) if self.database_url else self.data / "handover.db"

    @property
    def secrets(self) -> Path:
        """Private keys, readable by the owner only."""
        return self.data / "secrets"

    @property
    def trusted_origins(self) -> frozenset[str]:
        """Origins whose requests are accepted besides the one a request is addressed to."""
        return self.origins | {origin_of(self.public_url)}

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read `HANDOVER_*`. SettingsError names a variable that cannot be understood."""
        public_url = environ.get("HANDOVER_PUBLIC_URL", "").strip().rstrip("/") or "http://localhost:8000"
        try:
            origin_of(public_url)
        except ValueError as problem:
            raise SettingsError(f"HANDOVER_PUBLIC_URL: {problem}") from problem
        port = _number(environ, "HANDOVER_PORT", urlsplit(public_url).port or 8000, 1, 65_535)
        return cls(
            data=Path(environ.get("HANDOVER_DATA", "").strip() or "data").absolute(),
            public_url=public_url,
            host=environ.get("HANDOVER_HOST", "").strip() or "127.0.0.1",
            port=port,
            cookie_secure=_switch(environ, "HANDOVER_COOKIE_SECURE", public_url.startswith("https://")),
            origins=_origins(environ.get("HANDOVER_ORIGINS", "")),
            app=Path(environ.get("HANDOVER_APP", "").strip() or _default_app()).absolute(),
            metrics_token=environ.get("HANDOVER_METRICS_TOKEN", "").strip() or None,
            app_min=_version(environ, "HANDOVER_APP_MIN"),
            mailer=_mailer(environ),
            robot_hosts=frozenset(one.strip() for one in environ.get("HANDOVER_ROBOT_HOSTS", "").split(",") if one.strip()),
            free_bytes_min=_number(environ, "HANDOVER_FREE_MB", 64, 0, 1_000_000) * _MEGABYTE,
            database_url=_database_url(environ.get("DATABASE_URL", "").strip()),
        )


def origin_of(url: str) -> str:
    """`scheme://host[:port]` in lower case, default ports left out. ValueError for anything but http(s)."""
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise ValueError("expected http://… or https://…")
    scheme = parts.scheme.lower()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[scheme]
    port = parts.port
    return f"{scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def _default_app() -> str:
    return str(Path(__file__).resolve().parent.parent / "field_app" / "dist")


def _mailer(environ: Mapping[str, str]) -> Mailer | None:
    """How mail leaves; None when nothing is set."""
    url, sender = environ.get("HANDOVER_SMTP_URL", "").strip(), environ.get("HANDOVER_MAIL_FROM", "").strip()
    if not url:
        return None
    kinds = {"smtp": ("none", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}
    try:
        parts = urlsplit(url)
        port, known = parts.port, kinds.get(parts.scheme)
    except ValueError as problem:
        raise SettingsError("HANDOVER_SMTP_URL: not an address") from problem
    if known is None or not parts.hostname:
        raise SettingsError("HANDOVER_SMTP_URL: expected smtp://, smtp+starttls:// or smtps:// and a host")
    if "@" not in sender:
        raise SettingsError("HANDOVER_MAIL_FROM: mail needs a sender like handover@example.com")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Mailer(parts.hostname, port or known[1], sender, user, password, known[0])


def _database_url(url: str) -> str:
    try:
        if url:
            parse_place(url)
    except ValueError as problem:
        raise SettingsError(f"DATABASE_URL: {problem}") from problem
    return url


def _origins(text: str) -> frozenset[str]:
    try:
        return frozenset(origin_of(part) for part in text.split(",") if part.strip())
    except ValueError as problem:
        raise SettingsError(f"HANDOVER_ORIGINS: {problem}") from problem


def _switch(environ: Mapping[str, str], name: str, default: bool) -> bool:
    text = environ.get(name)
    if text is None:
        return default
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise SettingsError(f"{name}: expected 1 or 0")


def _version(environ: Mapping[str, str], name: str) -> str:
    found = environ.get(name, "").strip()
    if found and not re.fullmatch(r"\d{1,6}(\.\d{1,6}){0,3}", found):
        raise SettingsError(f"{name}: not a version like 1.4.0")
    return found


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
        raise SettingsError(f"{name}: expected a whole number from {least} to {most}")
    return int(text)
