"""Sending one message: by SMTP, or to a robot of WeCom, DingTalk or Feishu.

Neighbours: `server/jobs/notices.py` says what to whom; docs/decisions say why this is not a library's. Invariants: what counts as
sent is the provider's own word — these services answer 200 also where they refuse, and say so in the body — and its code is given
back · no redirect is followed, no answer read beyond a few kilobytes · nothing is logged of an address or a message.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Final, NamedTuple
from urllib.parse import quote_plus

import httpx

from server.notify.addresses import Address

TIMEOUT_SECONDS: Final = 15.0
ANSWER_BYTES_MAX: Final = 16 * 1024
REFUSED_FOR_GOOD: Final = range(500, 600)
"""SMTP's codes for what does not become right by waiting."""


@dataclass(frozen=True)
class Mailer:
    """How mail leaves: from the installation's settings. `security`: none, starttls, tls."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    security: str = "starttls"


class Message(NamedTuple):
    """What is said, in plain text."""

    title: str
    body: str


class Answer(NamedTuple):
    """What the provider said. `final`: trying again would not help."""

    sent: bool
    code: str
    final: bool = False


async def send_mail(mailer: Mailer, to: str, message: Message, message_id: str) -> Answer:
    """One plain mail. `message_id` is the same at every attempt, so that a mailbox can tell a repeat."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = message.title, mailer.sender, to
    mail["Message-ID"], mail["Auto-Submitted"] = f"<{message_id}@handover>", "auto-generated"
    mail.set_content(message.body)
    return await asyncio.to_thread(_submit, mailer, mail)


def _submit(mailer: Mailer, mail: EmailMessage) -> Answer:
    try:
        if mailer.security == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(mailer.host, mailer.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(mailer.host, mailer.port, timeout=TIMEOUT_SECONDS)
        with server:
            if mailer.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mailer.user:
                server.login(mailer.user, mailer.password)
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        return Answer(False, str(code), final=code in REFUSED_FOR_GOOD)
    except smtplib.SMTPResponseException as refused:
        is_final = refused.smtp_code in REFUSED_FOR_GOOD and not isinstance(refused, smtplib.SMTPAuthenticationError)
        return Answer(False, str(refused.smtp_code), final=is_final)
    except (OSError, smtplib.SMTPException) as problem:
        return Answer(False, type(problem).__name__)
    return Answer(True, "250")


async def send_robot(channel: str, address: Address, message: Message, now_ms: int) -> Answer:
    """One message into the group of a robot."""
    url, payload = request_of(channel, address, message, now_ms)
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, json=payload) as answer,
        ):
            said = b""
            async for chunk in answer.aiter_bytes():
                said += chunk
                if len(said) > ANSWER_BYTES_MAX:
                    break
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return Answer(False, type(problem).__name__)
    return read_answer(channel, answer.status_code, said)


def request_of(channel: str, address: Address, message: Message, now_ms: int) -> tuple[str, dict[str, Any]]:
    """(URL, JSON body) as the service documents them; with a secret, signed for this moment."""
    text = f"{message.title}\n{message.body}"
    if channel == "wecom":
        return address.value, {"msgtype": "text", "text": {"content": text}}
    if channel == "dingtalk":
        url = address.value
        if address.secret:
            mark = _hmac(address.secret, f"{now_ms}\n{address.secret}")
            url += f"&timestamp={now_ms}&sign={quote_plus(mark)}"
        return url, {"msgtype": "text", "text": {"content": text}}
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if address.secret:
        seconds = now_ms // 1000
        body |= {"timestamp": str(seconds), "sign": _hmac(f"{seconds}\n{address.secret}", "")}
    return address.value, body


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def read_answer(channel: str, status: int, said: bytes) -> Answer:
    """What the service answered: its own code where it gives one, else the status of HTTP."""
    if status != httpx.codes.OK:
        return Answer(False, f"http {status}", final=status in (400, 401, 403, 404))
    try:
        found = json.loads(said)
        code = found["code" if channel == "feishu" else "errcode"]
    except (ValueError, TypeError, KeyError):
        return Answer(False, "unreadable")
    return Answer(code == 0, str(code)[:40])
