"""Private links for people without an account: opaque tokens, one per purpose, of which only a digest is stored."""

import base64
import hashlib
import hmac
import re
from functools import lru_cache

from flask import current_app, has_request_context, request, url_for

KEPT = 4096  # paths that were put together
# Characters of a value in one of them: what somebody typed may be of any length, and would fill the memory.
LONGEST = 200
# Addresses whose last part is a token: the desk shows them without it.
SECRET_PATHS = re.compile(
    r"(/(?:alerts|applications|verify|kits|previews|files|set-up|u)/)(?!find\b)[A-Za-z0-9_-]{16,}"
)


def mint(purpose: str, subject: str, generation: int = 1) -> str:
    """The 128-bit token (22 URL-safe characters) of one purpose for one subject.

    It is derived from the secret key, so that a later mail can repeat the link although only its digest is
    stored; a new generation makes another token.
    """
    return _minted(current_app.config["SECRET_KEY"], f"{purpose}\0{subject}\0{generation}")


@lru_cache(maxsize=256)  # each message is asked about when it is claimed and when it leaves
def _minted(secret: str, message: str) -> str:
    return _urlsafe(hmac.digest(f"link:{secret}".encode(), message.encode(), "sha256")[:16])


def digest(token: str) -> str:
    """What is stored of a token, and looked up: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def absolute(endpoint: str, **values) -> str:
    """A page's address as mails and feeds give it: it always begins with the configured BASE_URL."""
    return current_app.config["BASE_URL"] + current_app.extensions["paths"](endpoint, **values)


def address(endpoint: str, /, **values) -> str:
    """`url_for` as templates have it: what names no place relative to this page stays as it is, and is made once."""
    if endpoint[0] == "." or "_anchor" in values or not has_request_context():
        return url_for(endpoint, **values)
    # Not through their proxies: a page has sixty addresses.
    app, asked = current_app._get_current_object(), request._get_current_object()
    return asked.script_root + app.extensions["paths"](endpoint, **values)


def redact(text: str) -> str:
    """`text` with every private link's token replaced by three dots."""
    return SECRET_PATHS.sub(r"\1•••", text)


def init_app(app) -> None:
    paths = app.url_map.bind("pressroom.invalid")

    @lru_cache(KEPT, typed=True)
    def kept(endpoint: str, /, **values) -> str:
        return paths.build(endpoint, values)

    def path(endpoint: str, /, **values) -> str:
        for one in values.values():
            if isinstance(one, str) and len(one) > LONGEST:
                return paths.build(endpoint, values)
        return kept(endpoint, **values)

    app.extensions["paths"] = path
    app.jinja_env.globals["url_for"] = address


def _urlsafe(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
