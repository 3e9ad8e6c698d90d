"""Serving a local network: where the app and its guide are, the certificates, and the guide beside the app.

Neighbours: `server/cli.py` serves the app itself. Invariant: the guide ends with the process and never holds it up.
"""

import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer
import uvicorn

from server.lan.addresses import address_of, names_of
from server.lan.authority import Papers, papers
from server.lan.guide import guide

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Lan:
    """Where this machine is reached."""

    address: str
    port: int

    @classmethod
    def at(cls, wanted: str, port: int) -> "Lan":
        """`wanted`: `1`, or an address of this machine. NoAddress."""
        return cls(address_of(wanted), port)

    @property
    def app_url(self) -> str:
        """The app, over HTTPS."""
        return f"https://{self.address}:{self.port}"

    @property
    def guide_port(self) -> int:
        """The port behind the app's, over plain HTTP; before it where there is none behind."""
        return self.port + 1 if self.port < 65_535 else self.port - 1

    @property
    def guide_url(self) -> str:
        """The page that brings the certificate."""
        return f"http://{self.address}:{self.guide_port}/"

    def papers(self, data: Path) -> Papers:
        """The certificates. They lie beside the secrets and outlive `--fresh`, so that no phone has to trust anew."""
        return papers(data / "lan", list(dict.fromkeys([self.address, LOOPBACK])), names_of(), datetime.now(UTC))

    def begin(self, listener: socket.socket, made: Papers) -> None:
        """Serve the guide in a thread of its own and tell where it is."""
        config = uvicorn.Config(guide(made, self.app_url, self.guide_url), log_config=None, access_log=False, server_header=False)
        threading.Thread(target=uvicorn.Server(config).run, args=([listener],), daemon=True, name="guide").start()
        typer.echo("")
        typer.echo(f"  用手机 on a phone：先打开 first open  {self.guide_url}")
        typer.echo(f"  证书指纹 certificate SHA-256  {made.fingerprint}")
        print_qr(self.guide_url)


def print_qr(text: str) -> None:
    """A QR code in the terminal."""
    import qrcode  # noqa: PLC0415 - most servers never draw one, and what is loaded stays

    picture = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_L)
    picture.add_data(text)
    picture.print_ascii(invert=True)
