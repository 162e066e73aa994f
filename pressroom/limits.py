"""Rate limits of public forms, per client. What protects a person (mails to one address) is counted from rows."""

import time
from ipaddress import IPv6Address, ip_address
from math import ceil

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address


def client() -> str:
    """The visitor's network address; of IPv6 only the network (/64), in which one household has every address."""
    try:
        address = ip_address(get_remote_address())
    except ValueError:  # a proxy's own word, such as "unknown": one client like any other
        return get_remote_address()
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))


def minutes_left() -> int:
    """In how many minutes the limit that has just been reached lets the same client try again; at least one."""
    reached = limiter.current_limit
    # The limiter gives a whole second that is past the end, up to one second.
    return max(1, ceil((reached.reset_at - 1 - time.time()) / 60)) if reached else 1


limiter = Limiter(client)
PUBLIC_POST = "60 per hour;200 per day"
post_limit = limiter.limit(PUBLIC_POST, methods=["POST"])
MADE_FILES = "120 per minute"  # of public files that are made anew each time


def init_app(app) -> None:
    limiter.init_app(app)
