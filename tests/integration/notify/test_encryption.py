"""STARTTLS and TLS against a server with a certificate: trusted by the office's own authority, or refused."""

import asyncio
import ipaddress
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.notify.domain.retries import Fate, Outcome
from services.notify.senders import Dispatch
from services.notify.senders.letters import Letters, sample
from services.notify.senders.smtp import Smtp
from shared.events import workflow
from tests.integration.notify.post import Post, post_office
from tests.support.complaints import EMAIL

LETTER = Dispatch(
    id="0199",
    template="balasan_pic",
    reader="complainant",
    language="ms",
    name="Aminah",
    address=EMAIL,
    thread="HD-2026-000123-C",
    values=sample(workflow.Replied, everything=True),
)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by nobody but itself."""
    return made_out(tmp_path / "server.pem")


def made_out(path: Path, host: str = "127.0.0.1", *, until: timedelta = timedelta(days=1)) -> Path:
    """A certificate for this address, good until so long from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + until)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def sent(post: Post, **changes: Any) -> Outcome:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": post.port,
        "tls": "starttls",
        "user": None,
        "password": None,
        "ca_file": None,
        "mail_from": "helpdesk@helpdesk.example",
        "seconds": 5.0,
    }
    sender = Smtp(Letters(), **given | changes)
    try:
        return await sender.send(LETTER)
    finally:
        await sender.close()


async def test_a_mail_goes_encrypted_to_a_server_the_office_trusts(certificate: Path) -> None:
    async with post_office(tls_context=server_side(certificate), require_starttls=True) as post:
        outcome = await sent(post, ca_file=str(certificate))
    assert outcome.fate is Fate.SENT, outcome.detail
    assert len(post.mails) == 1


async def test_a_certificate_nobody_vouches_for_is_refused_and_no_mail_handed_over(certificate: Path) -> None:
    async with post_office(tls_context=server_side(certificate)) as post:
        outcome = await sent(post)
    assert outcome.fate is Fate.CHANNEL_DOWN
    assert post.mails == []


@pytest.mark.parametrize(
    ("host", "until"), [("127.0.0.2", timedelta(days=1)), ("127.0.0.1", timedelta(seconds=-5))], ids=["other", "over"]
)
@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_certificate_for_another_host_or_one_that_is_over_is_refused(
    tmp_path: Path, host: str, until: timedelta, tls: str
) -> None:
    bad = made_out(tmp_path / "bad.pem", host, until=until)
    context = server_side(bad)
    listening = {"ssl": context} if tls == "tls" else {}
    served = {} if tls == "tls" else {"tls_context": context}
    async with post_office(listening=listening, **served) as post:
        outcome = await sent(post, tls=tls, ca_file=str(bad))
    assert outcome.fate is Fate.CHANNEL_DOWN
    assert post.mails == []


async def test_a_mail_goes_over_a_line_that_is_encrypted_from_the_first_word(certificate: Path) -> None:
    async with post_office(listening={"ssl": server_side(certificate)}) as post:
        outcome = await sent(post, tls="tls", ca_file=str(certificate))
    assert outcome.fate is Fate.SENT, outcome.detail
    assert len(post.mails) == 1


@pytest.mark.parametrize("tls", ["none", "starttls", "tls"])
async def test_a_server_that_takes_the_call_and_says_nothing_is_left_in_time(tls: str) -> None:
    callers: list[asyncio.StreamWriter] = []

    async def silence(_reader: asyncio.StreamReader, caller: asyncio.StreamWriter) -> None:
        callers.append(caller)

    silent = await asyncio.start_server(silence, "127.0.0.1", 0)
    async with silent:
        outcome = await sent(Post(port=silent.sockets[0].getsockname()[1]), tls=tls, seconds=0.3)
    for caller in callers:
        caller.close()
        with suppress(OSError):
            await caller.wait_closed()
    assert outcome.fate is Fate.CHANNEL_DOWN


async def test_a_server_that_stalls_after_the_text_leaves_a_doubt() -> None:
    async with post_office() as post:
        post.gate.clear()
        outcome = await sent(post, tls="none", seconds=0.5)
        post.gate.set()
    assert outcome.fate is Fate.UNKNOWN


async def test_a_login_that_fails_says_nothing_about_the_mail() -> None:
    async with post_office() as post:
        outcome = await sent(post, tls="none", user="helpdesk", password="wrong")
    assert outcome.fate is Fate.CHANNEL_DOWN
    assert post.mails == []
