"""The pages that always stand: press contacts, legal notice, personal data, accessibility. They say what the press
office has filled in, and something true with nothing filled in; each of them names somebody to ask."""

from datetime import date
from email.utils import parseaddr

from flask import Blueprint, current_app, render_template, request, url_for

from pressroom import retention
from pressroom.staff import queries as staff
from pressroom.staff.models import ContactWords

bp = Blueprint("standing", __name__)


@bp.get("/<language:language>/contacts")
def contacts(language):
    people = [contact.words(language) for contact in staff.press_contacts()]
    return _page("contacts", contacts=people or [_office(language)])


@bp.get("/<language:language>/legal")
def legal(language):
    return _page("legal", contact=_whom_to_ask(language))


@bp.get("/<language:language>/privacy")
def privacy(language):
    edition = date.fromisoformat(retention.EDITION)
    return _page("privacy", contact=_whom_to_ask(language), kept=retention, edition=edition)


@bp.get("/<language:language>/accessibility")
def accessibility(language):
    return _page("accessibility", contact=_whom_to_ask(language))


def _whom_to_ask(language: str) -> ContactWords:
    return staff.whom_to_ask_in(language) or _office(language)


def _office(language: str) -> ContactWords:
    """An office that has named nobody yet answers at the address that its mail comes from."""
    address = parseaddr(current_app.config["MAIL_FROM"])[1]
    return ContactWords(name=staff.office().name, role="", hours="", languages="", phone="", email=address)


def _page(name: str, **values) -> str:
    codes = current_app.config["LANGUAGES"]
    same = [(code, url_for(request.endpoint, language=code)) for code in codes]
    return render_template(f"newsroom/{name}.html", alternates=same, office=staff.office(), **values)
