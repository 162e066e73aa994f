"""Which language a person reads, and how a sentence gets into it.

English is the message id; any other language is one catalogue in `translations/`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.core import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy, NullTranslations, Translations
from flask import current_app, has_request_context, request
from jinja2 import pass_eval_context
from markupsafe import Markup
from werkzeug.routing import BaseConverter

from pressroom import typography
from pressroom.slugs import fold

_HERE = Path(__file__).parent
CATALOGUES = next(p for p in (_HERE.parent / "translations", _HERE / "_data" / "translations") if p.is_dir())
# The Babel locale whose conventions each language follows: British dates for English.
LOCALES = {"en": "en_GB", "fr": "fr_FR"}
# What Unicode lists beside the countries of ISO 3166: regions, unions, places for testing.
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
_current: ContextVar[str] = ContextVar("language", default="en")


@cache
def catalogue(language: str) -> NullTranslations:
    """The language's sentences, read from the .po itself so that no compiled file is ever stale.

    French sentences get their non-breaking spaces here, once: translators type ordinary ones.
    """
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        messages = read_po(source, locale=language)
    if language == "fr":
        for message in messages:
            if message.id:
                message.string = _typeset(message.string)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


def _typeset(string):
    if isinstance(string, (tuple, list)):
        return tuple(typography.french(form) for form in string)
    return typography.french(string)


def current_language() -> str:
    return _current.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` inside this block: a mail speaks its reader's language, not the sender's."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def speak(language: str) -> None:
    """Speak `language` for the rest of a request: a page without one in its address is its reader's."""
    _current.set(language)


def gettext(message: str, /, **values) -> str:
    sentence = catalogue(current_language()).ugettext(message)
    return sentence % values if values else sentence


def ngettext(one: str, many: str, number: int, /, **values) -> str:
    return _plural(one, many, number) % {"num": number, **values}


def _plural(one: str, many: str, number: int) -> str:
    return catalogue(current_language()).ungettext(one, many, number)


@pass_eval_context
def _in_template(context, message: str, /, **values) -> str:
    """As Jinja has it, in a fraction of the time: what is filled in is escaped where the template escapes, `%` is always
    doubled."""
    sentence = _sentence(_current.get(), message, context.autoescape, not values)
    return sentence % values if values else sentence


@lru_cache(4096)
def _sentence(language: str, message: str, markup: bool, filled: bool) -> str:
    sentence = catalogue(language).ugettext(message)
    sentence = Markup(sentence) if markup else sentence
    return sentence % {} if filled else sentence


def lazy(message: str, /, **values) -> LazyProxy:
    """The sentence in whatever language is spoken when it is shown."""
    return LazyProxy(gettext, message, enable_cache=False, **values)


def locale(language: str | None = None) -> Locale:
    return _locale(language or current_language())


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES.get(language, language))


def language_name(code: str) -> str:
    """The language's name in itself: « français », “English”."""
    return Locale.parse(code).get_display_name(code)


@cache
def countries(language: str) -> dict[str, str]:
    """The countries of ISO 3166 by code, in the order of their names in this language."""
    names = {
        code: name for code, name in locale(language).territories.items() if code.isalpha() and len(code) == 2
    }
    return {
        code: names[code] for code in sorted(names, key=lambda code: fold(names[code])) if code not in NO_COUNTRIES
    }  # fmt: skip


def negotiated(wanted: list[str | None]) -> str:
    languages = current_app.config["LANGUAGES"]
    return negotiate_locale([code for code in wanted if code], languages, sep="-") or languages[0]


def _visitor_language() -> str:
    """Address, then cookie, then what the browser asks for; `*` stands for no wish."""
    prefix = request.path.lstrip("/").partition("/")[0]
    if prefix in current_app.config["LANGUAGES"]:
        return prefix
    asked = [code for code in request.accept_languages.values() if code != "*"]
    return negotiated([request.cookies.get("language"), *asked])


def init_app(app, *, person_language) -> None:
    """`person_language()` is the language of whoever is signed in, None for a visitor."""
    languages = app.config["LANGUAGES"]
    app.url_map.converters["language"] = type(
        "LanguageConverter", (BaseConverter,), {"regex": "|".join(languages), "part_isolating": True}
    )
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, _plural, newstyle=True)  # Jinja fills the values in
    app.jinja_env.globals.update(_=_in_template, gettext=_in_template)
    for language in languages:
        catalogue(language)

    @app.url_value_preprocessor  # before anything can go wrong: errors speak the visitor's language too
    def greet(_endpoint, _values) -> None:
        _current.set(_visitor_language())

    @app.before_request
    def choose_language() -> None:
        if language := person_language():
            _current.set(language)

    @app.context_processor
    def words() -> dict:
        return {"language": current_language(), "languages": languages, "language_name": language_name}

    @app.after_request
    def say_language(response):
        if has_request_context() and response.mimetype == "text/html":
            response.content_language.add(current_language())
        return response
