"""What the mails say: every notice in every language, read as somebody could get it, put into words of the office's own."""

from flask import abort, current_app, render_template, request
from flask_login import current_user
from wtforms import HiddenField

from pressroom import audit, clock, links
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.delivery import texts
from pressroom.delivery.models import NoticeText
from pressroom.delivery.texts import Edited
from pressroom.forms import Form, LineField, Required, TextField
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.newsroom import samples
from pressroom.responses import framed, onward

bp = desk_blueprint("texts_desk", __name__, roles=(Role.OFFICER,))


class WordsForm(Form):
    """The words of one notice in one language, with placeholders; `seen` is the change that they were opened after."""

    subject = LineField(_l("Subject"), [Required(_l("Write a subject"))], most=200)
    heading = LineField(_l("Heading of the mail"), [Required(_l("Write a heading"))], most=300)
    words = TextField(_l("Text"), [Required(_l("Write the text of the mail"))], most=5000)
    seen = HiddenField()

    @property
    def edited(self) -> Edited:
        return Edited(self.subject.data, self.heading.data, self.words.data)

    def judge(self, notice: str) -> bool:
        """Whether the mail can be written with these words; what is wrong stands at its field."""
        found = texts.faults(notice, self.edited)
        for name, sentences in found.items():
            self[name].errors = sentences
        return not found


@bp.get("/")
def index():
    languages, changed = current_app.config["LANGUAGES"], texts.every()
    rows = [
        (notice, who, {code: _row(notice, code, changed) for code in languages})
        for notice, who in samples.NOTICES.items()
    ]
    return render_template("newsroom/desk_texts.html", rows=rows)


def _row(notice: str, language: str, changed: dict) -> tuple[str, NoticeText | None]:
    own = changed.get((notice, language))
    return samples.subject(notice, language, changed=own), own


@bp.post("/read")
def read():
    audit.record("text.read", "text:all", by=current_actor(), at=clock.now())
    db.session.commit()
    return onward("beginning_desk.index")


@bp.route("/<notice>/<language:language>", methods=["GET", "POST"])
def edit(notice, language):
    changed = _changed(notice, language)
    form = WordsForm(data=_known(notice, language, changed))
    sound = form.validate_on_submit() and form.judge(notice)
    overtaken = form.is_submitted() and form.seen.data != _seen(changed)
    typed = form.edited if sound and "preview" in request.form else None
    if sound and not overtaken and not typed:
        texts.save(notice, language, form.edited, by=current_actor(), at=clock.now())
        db.session.commit()
        said = _("Saved. The mails that leave from now on say it so.")
        return onward(".edit", said, notice=notice, language=language)
    form.seen.data = _seen(changed)
    page = render_template(
        "newsroom/desk_text.html", chosen=notice, shown=language, form=form, changed=changed, overtaken=overtaken,
        who=samples.NOTICES[notice], sample=samples.sample(notice, language, edited=typed), typed=typed,
        twofold=texts.TWOFOLD.get(notice), inline=_told(notice, texts.INLINE), apart=_told(notice, texts.APART),
        due=texts.DUE,
    )  # fmt: skip
    return page, 409 if overtaken else 422 if form.is_submitted() and not typed else 200


@bp.get("/<notice>/<language:language>/html")
def html(notice, language):
    """The sample alone, for the frame on its page: nothing in it runs or loads."""
    _changed(notice, language)
    return framed(links.redact(samples.sample(notice, language)[2]))


@bp.post("/<notice>/<language:language>/test")
def test(notice, language):
    _changed(notice, language)
    told = samples.send(notice, language, to=current_user.email, at=clock.now())
    db.session.commit()
    return onward(".edit", told, notice=notice, language=language)


@bp.post("/<notice>/<language:language>/original")
def go_back(notice, language):
    _changed(notice, language)
    texts.go_back(notice, language, by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".edit", _("The mail says again what it said at first."), notice=notice, language=language)


def _changed(notice: str, language: str) -> NoticeText | None:
    """What the office has put there; a notice that cannot be changed is not found."""
    if notice not in samples.NOTICES:
        abort(404)
    return texts.of(notice, language)


def _known(notice: str, language: str, changed: NoticeText | None) -> dict:
    words = changed or samples.own_words(notice, language)
    return {"subject": words.subject, "heading": words.heading, "words": words.words, "seen": _seen(changed)}


def _seen(changed: NoticeText | None) -> str:
    return changed.at.isoformat() if changed else ""


def _told(notice: str, table: dict) -> dict:
    """The placeholders of a notice that stand in this table, with what each stands for."""
    names = texts.placeholders(notice)
    return {name: told for name, told in table.items() if name in names}
