"""Private links for people without an account: opaque tokens, one per purpose, of which only a digest is stored."""

import base64
import hashlib
import hmac
import re

from flask import current_app

# Addresses whose last part is a token: the desk shows them without it.
SECRET_PATHS = re.compile(
    r"(/(?:alerts|applications|verify|kits|previews|files|set-up|u)/)(?!find\b)[A-Za-z0-9_-]{16,}"
)


def mint(purpose: str, subject: str, generation: int = 1) -> str:
    """The 128-bit token (22 URL-safe characters) of one purpose for one subject.

    It is derived from the secret key, so that a later mail can repeat the link although only its digest is
    stored; a new generation makes another token.
    """
    message = f"{purpose}\0{subject}\0{generation}".encode()
    key = f"link:{current_app.config['SECRET_KEY']}".encode()
    return _urlsafe(hmac.digest(key, message, "sha256")[:16])


def digest(token: str) -> str:
    """What is stored of a token, and looked up: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def absolute(endpoint: str, **values) -> str:
    """A page's address as mails and feeds give it: it always begins with the configured BASE_URL."""
    path = current_app.url_map.bind("pressroom.invalid").build(endpoint, values)
    return current_app.config["BASE_URL"] + path


def redact(text: str) -> str:
    """`text` with every private link's token replaced by three dots."""
    return SECRET_PATHS.sub(r"\1•••", text)


def _urlsafe(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
