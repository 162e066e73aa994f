"""The addresses of a release: its page as a link gives it, and whole ones as machines are given them."""

from urllib.parse import urlsplit

from flask import current_app

from pressroom import links
from pressroom.releases.models import Release


def page(one: Release, language: str) -> str:
    """The path of its page in `language`, under today's headline."""
    slug = one.texts[language].slug
    return links.address("newsroom.release", language=language, release_id=one.id, slug=slug)


def short(one: Release) -> str:
    """Its page in whatever language the reader prefers."""
    return links.absolute("newsroom.short", release_id=one.id)


def topics(language: str) -> str:
    """What the names of topics in `language` are told apart by: with a topic's slug behind, an address."""
    return f"{current_app.config['BASE_URL']}/{language}/topics/"


def tag(one: Release, language: str) -> str:
    """The name of its words in `language` for good (RFC 4151): it outlives a change of headline, of address or of
    publication hour."""
    host = urlsplit(current_app.config["BASE_URL"]).hostname
    return f"tag:{host},{one.created_at.year}:release/{one.id}/{language}"


def readable_in(one: Release) -> list[str]:
    """The languages in which a visible release has public words, in the site's order."""
    languages = current_app.config["LANGUAGES"]
    return [code for code in languages if code in one.texts and one.texts[code].public_number]
