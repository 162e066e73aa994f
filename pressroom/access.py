"""Who is acting, and which doors open to whom. The desk is closed by construction."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask_login import LoginManager, current_user


class Role(StrEnum):
    ADMIN = "admin"
    OFFICER = "officer"
    REVIEWER = "reviewer"
    DOOR = "door"
    APPLICANT = "applicant"
    SYSTEM = "system"


STAFF_ROLES = (Role.ADMIN, Role.OFFICER, Role.REVIEWER, Role.DOOR)


class Actor(NamedTuple):
    """Whoever does something: its name as the history shows it, its id where it has an account."""

    role: Role
    name: str
    id: str | None = None


APPLICANT = Actor(Role.APPLICANT, "")
SYSTEM = Actor(Role.SYSTEM, "")
_roles_of_blueprint: dict[str, frozenset[Role]] = {}


def desk_blueprint(name: str, import_name: str, *, roles: Iterable[Role]) -> Blueprint:
    """A blueprint that only the named staff roles (and administrators) may enter; others never reach a view."""
    bp = Blueprint(name, import_name)
    _roles_of_blueprint[name] = frozenset(roles) | {Role.ADMIN}
    bp.before_request(_guard)
    return bp


def _guard():
    if not current_user.is_authenticated:
        here = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
        return redirect(url_for("staff.sign_in", next=here), 303)
    if current_user.role not in _roles_of_blueprint[request.blueprint]:
        abort(403)
    return None


def may(endpoint: str) -> bool:
    """Whether the signed-in person may open this desk page."""
    roles = _roles_of_blueprint.get(endpoint.partition(".")[0], frozenset())
    return current_user.is_authenticated and current_user.role in roles


def current_actor() -> Actor:
    """The signed-in member of staff; call it only behind a desk blueprint."""
    return Actor(current_user.role, current_user.name, current_user.id)


def person_language() -> str | None:
    """The language of whoever is signed in, None for a visitor."""
    if request.path.startswith(("/desk", "/door")) and current_user and current_user.is_authenticated:
        return current_user.language
    return None


def safe_next(target: str | None) -> str | None:
    """`target` when it is a desk or door address of this site; anything else (another host, `//`, `\\`) is None."""
    if (
        not target
        or not target.isprintable()
        or "\\" in target
        or not target.startswith(("/desk/", "/door/"))
    ):
        return None
    if target.startswith("/desk/sign-out"):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


def init_app(app, *, load) -> None:
    """`load(token)` gives the member of staff whose session the token opens, or None."""
    manager = LoginManager(app)
    manager.session_protection = None  # sessions are rows, ended by deleting them
    manager.user_loader(load)
    app.context_processor(lambda: {"may": may, "current_user": current_user})
    app.extensions["desk_roles"] = _roles_of_blueprint


def desk_roles() -> dict[str, frozenset[Role]]:
    """Which roles enter which desk blueprint, for the check that every address is open by list or refused."""
    return dict(current_app.extensions["desk_roles"])
