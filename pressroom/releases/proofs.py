"""What a release's newest words will look like: as a page, on paper, on a card that is shared, in a mail."""

from flask import Response, abort, current_app, render_template
from markupsafe import Markup

from pressroom import clock, dates, pages
from pressroom.access import Role, desk_blueprint
from pressroom.i18n import gettext as _
from pressroom.i18n import speaking
from pressroom.releases import cards, papers, queries, renditions
from pressroom.releases.models import Release, ReleaseText
from pressroom.releases.queries import Stage
from pressroom.releases.screens import found, page
from pressroom.staff.models import ContactWords

bp = desk_blueprint("releases_proofs", __name__, roles=(Role.OFFICER,))


@bp.get("/<release_id>/<language:language>/preview")
def show(release_id, language):
    release, text = _text(release_id, language)
    with speaking(language):
        article = render_template(
            "newsroom/_release.html", release=release, text=text.latest, language=language, siblings=(),
            contact=_contact(release, language),
        )  # fmt: skip
    return page(
        "preview", form="page", release=release, text=text, written_in=language, article=Markup(article)
    )


@bp.get("/<release_id>/<language:language>/preview/<any(print, card, mail):form>")
def other(release_id, language, form):
    release, text = _text(release_id, language)
    mail = _mail(release, text) if form == "mail" else None
    return page("preview", form=form, release=release, text=text, written_in=language, mail=mail)


@bp.get("/<release_id>/<language:language>/preview.pdf")
def paper(release_id, language):
    release, text = _text(release_id, language)
    pdf = papers.pdf(
        release, text.latest, language=language, contact=_contact(release, language),
        url=renditions.address(release, language), label=_label(release, text),
    )  # fmt: skip
    return Response(pdf, mimetype="application/pdf")


@bp.get("/<release_id>/<language:language>/preview.png")
def card(release_id, language):
    release, text = _text(release_id, language)
    return Response(cards.png(release, text.latest, language=language), mimetype="image/png")


def _text(release_id: str, language: str) -> tuple[Release, ReleaseText]:
    release = found(release_id)
    return release, release.texts.get(language) or abort(404)


def _contact(release: Release, language: str) -> ContactWords | None:
    return release.contact and release.contact.words(language)


def _label(release: Release, text: ReleaseText) -> str | None:
    """What stands above words that nobody outside may have yet."""
    public = queries.stage(release, clock.now()) is Stage.PUBLISHED and queries.shows_newest(text)
    if public:
        return None
    with speaking(text.language):
        return _("Preview: not public")


def _mail(release: Release, text: ReleaseText) -> tuple[str, str]:
    """The subject and the plain text, as a journalist would read them."""
    language = text.language
    with speaking(language):
        subject = pages.typeset(text.latest.headline, language).unescape()
        if queries.stage(release, clock.now()) is Stage.EMBARGOED:
            moment = dates.moment(release.embargo_until, current_app.config["TIMEZONE"], "short")
            subject = _("[EMBARGO %(moment)s] %(headline)s", moment=moment, headline=subject)
        plain = renditions.plain_text(
            release, text.latest, language=language, contact=_contact(release, language),
            url=renditions.address(release, language),
        )  # fmt: skip
    return subject, plain
