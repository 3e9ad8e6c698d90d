"""A certificate authority of this installation, and the certificate it gives the server.

Neighbours: `guide.py` hands the authority's certificate out; `server/cli.py` serves with the other. Invariants: keys are readable
by the owner only and are made once · the authority is bound to private networks and `.local`: who trusts it trusts it for nothing
in the internet, even if its key were stolen · the server's certificate names what it is reached under, and is made anew before it
ends.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.lan.addresses import PRIVATE_NETWORKS

AUTHORITY_DAYS: Final = 3650
SERVER_DAYS: Final = 397
"""More is refused by Apple's systems."""
RENEW_DAYS: Final = 30
_SKEW: Final = timedelta(days=1)
"""Valid from yesterday on: phones' clocks differ."""


@dataclass(frozen=True)
class Papers:
    """What HTTPS needs. `authority`: the authority's certificate in DER; `fingerprint`: its SHA-256, to be compared by eye."""

    authority: bytes
    fingerprint: str
    chain: Path
    key: Path


def papers(folder: Path, addresses: Sequence[str], names: Sequence[str], now: datetime) -> Papers:
    """The certificates in a folder, made where they are missing, about to end, or for other addresses. OSError when it cannot be
    written; ValueError when what lies there is no certificate."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key = _authority(folder, now)
    chain, key = folder / "server.pem", folder / "server.key"
    if not _still_good(chain, key, authority, addresses, names, now):
        own_key = ec.generate_private_key(ec.SECP256R1())
        made = _server(own_key.public_key(), authority, authority_key, addresses, names, now)
        _write(key, _pem(own_key))
        _write(chain, made.public_bytes(serialization.Encoding.PEM) + authority.public_bytes(serialization.Encoding.PEM))
    der = authority.public_bytes(serialization.Encoding.DER)
    return Papers(der, authority.fingerprint(hashes.SHA256()).hex(":").upper(), chain, key)


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    path, key_path = folder / "authority.pem", folder / "authority.key"
    if path.exists() and key_path.exists():
        known = x509.load_pem_x509_certificate(path.read_bytes())
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey) and known.not_valid_after_utc > now + timedelta(days=SERVER_DAYS):
            return known, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Handover local {now:%Y-%m-%d}")])
    allowed: list[x509.GeneralName] = [x509.IPAddress(ipaddress.IPv4Network(one)) for one in PRIVATE_NETWORKS]
    made = (
        _begun(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.NameConstraints([*allowed, x509.DNSName("local"), x509.DNSName("localhost")], None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(key_path, _pem(key))
    _write(path, made.public_bytes(serialization.Encoding.PEM))
    return made, key


def _server(
    public: ec.EllipticCurvePublicKey, authority: x509.Certificate, key: ec.EllipticCurvePrivateKey,
    addresses: Sequence[str], names: Sequence[str], now: datetime,
) -> x509.Certificate:  # fmt: skip
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Handover")])
    return (
        _begun(own, authority.subject, public, now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_called(addresses, names)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - _SKEW).not_valid_after(now - _SKEW + timedelta(days=days))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip


def _called(addresses: Sequence[str], names: Sequence[str]) -> list[x509.GeneralName]:
    return [*(x509.IPAddress(ipaddress.IPv4Address(one)) for one in addresses), *(x509.DNSName(one) for one in names)]


def _still_good(
    chain: Path, key: Path, authority: x509.Certificate, addresses: Sequence[str], names: Sequence[str], now: datetime
) -> bool:
    if not (chain.exists() and key.exists()):
        return False
    known = x509.load_pem_x509_certificates(chain.read_bytes())
    if len(known) != 2 or known[1] != authority or known[0].not_valid_after_utc < now + timedelta(days=RENEW_DAYS):
        return False
    said = known[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return list(said) == _called(addresses, names)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, for the owner alone."""
    beside = path.with_name(path.name + ".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
