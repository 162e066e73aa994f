"""How passwords are kept and compared: argon2id with the library's current parameters, nothing reversible."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.staff.models import Staff

SHORTEST, LONGEST = 12, 200
_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """What is stored of a password. Raises Refused when it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(_("Use a password of at least %(n)s characters.", n=SHORTEST))
    return _hasher.hash(password)


def matches(staff: Staff | None, password: str) -> bool:
    """Whether this is the password of an account that may sign in; an unknown one takes as long to refuse."""
    known = staff is not None and staff.password_hash is not None and staff.deactivated_at is None
    try:
        _hasher.verify(staff.password_hash if known else _hash_of_nobody(), password)
    except VerificationError:
        return False
    return known


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody has this password")
