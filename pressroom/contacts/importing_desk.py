"""A table of journalists, brought in step by step: the file, its columns, what would happen, the report, the way back."""

from flask import current_app, render_template, request
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectChoice, SelectField

from pressroom import clock, engine, pages, sheets
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.contacts import columns as kinds
from pressroom.contacts import importing, queries, tables, workflow
from pressroom.contacts.models import Import, ImportRow, ImportState, Outcome
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.forms import Form, LineField, languages
from pressroom.i18n import current_language
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.responses import download, onward

bp = desk_blueprint("contacts_importing", __name__, roles=(Role.OFFICER,))
SHOWN = 50  # rows with an error that stand on the page; all of them are in the file that can be taken
OUTCOMES = {
    Outcome.ADDED: _l("Added"), Outcome.UPDATED: _l("Brought up to date"), Outcome.SAME: _l("Known already, nothing new"),
    Outcome.REFUSED: _l("Refused"), Outcome.WAITING: _l("Still to come"), Outcome.UNDONE: _l("Undone"),
    Outcome.KEPT: _l("Changed by somebody since: not undone"),
}  # fmt: skip
STATES = {
    ImportState.READ: _l("Not imported yet"), ImportState.RUNNING: _l("Being imported"), ImportState.DONE: _l("Imported"),
    ImportState.UNDOING: _l("Being undone"), ImportState.UNDONE: _l("Undone"),
}  # fmt: skip
EXAMPLE = (
    ("email", "name", "phone", "outlet", "language", "country", "notes"),
    [("camille.morel@outlet.example", "Camille Morel", "+33 1 99 00 00 20", "Le Courrier du Sud", "fr", "FR", "")],
)  # fmt: skip


class FileForm(Form):
    file = FileField(_l("CSV or XLSX file"), [FileRequired()])


class ColumnsForm(Form):
    """`columns_form` adds a choice for each column of the file."""

    language = SelectField(_l("Language of people whose row names none"), choices=languages)
    list = SelectField(_l("Put all of them on a list"))
    new_list = LineField(_l("New list"), most=120)
    consent = LineField(_l("How these people agreed to be written to"), most=150)


def columns_form(brought: Import) -> ColumnsForm:
    """What each column of the file holds, and what goes for all rows."""
    labels = [SelectChoice("", _("Leave this column out"))]
    labels += [SelectChoice(fact, label) for fact, (label, _names) in kinds.COLUMNS.items()]
    fields = {
        f"column_{at}": SelectField(name or _("Column %(number)s", number=at + 1), choices=labels)
        for at, name in enumerate(brought.header)
    }
    known = {f"column_{at}": fact for at, fact in enumerate(brought.columns)}
    known |= {"language": brought.language, "list": brought.list_id or "", "consent": brought.consent}
    form = type("ColumnsForm", (ColumnsForm,), fields)(data=known)
    lists = (SelectChoice(one.id, one.name) for one in queries.lists())
    form.list.choices = [SelectChoice("", _("On none")), *lists]
    return form


@bp.get("/")
def index():
    page = pages.paginate(db.select(Import).order_by(Import.created_at.desc(), Import.id), size=20)
    return render_template("contacts/desk_imports.html", page=page, states=STATES)


@bp.route("/new", methods=["GET", "POST"])
def new():
    form = FileForm()
    if form.is_submitted():
        upload = request.files.get("file")
        with form.saying("file"):
            if not upload or not upload.filename:
                raise Refused(_("Choose a file"))
            table, by = tables.read(upload.read(tables.MOST_BYTES + 1)), current_actor()
            brought = importing.begin(
                upload.filename, table, language=current_language(), by=by, at=clock.now()
            )
            db.session.commit()
            return onward(".columns", import_id=brought.id)
    return render_template("contacts/desk_import_new.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/example.csv")
def example():
    return download(sheets.csv_bytes(*EXAMPLE), "contacts.csv")


@bp.route("/<import_id>/columns", methods=["GET", "POST"])
def columns(import_id):
    brought = db.get_or_404(Import, import_id)
    if brought.state is not ImportState.READ:
        return onward(".show", import_id=import_id)
    form = columns_form(brought)
    if form.validate_on_submit():
        chosen = [form[f"column_{at}"].data for at in range(len(brought.header))]
        with form.saying():
            importing.name_columns(
                brought, chosen, language=form.language.data, consent=form.consent.data, list_id=_list(form)
            )
            db.session.commit()
            return onward(".check", import_id=import_id)
    rows = db.session.scalars(
        db.select(ImportRow).filter_by(import_id=import_id).order_by(ImportRow.number).limit(3)
    )
    page = render_template(
        "contacts/desk_import_columns.html", brought=brought, form=form, sample=[row.cells for row in rows]
    )
    return page, 422 if form.errors else 200


def _list(form: ColumnsForm) -> str | None:
    if not form.new_list.data:
        return form.list.data or None
    return workflow.create_list(form.new_list.data, by=current_actor(), at=clock.now()).id


@bp.get("/<import_id>/check")
def check(import_id):
    brought = db.get_or_404(Import, import_id)
    if brought.state is not ImportState.READ:
        return onward(".show", import_id=import_id)
    if "email" not in brought.columns or "name" not in brought.columns:
        return onward(".columns", import_id=import_id)
    good, wrong = [], []
    for row, facts in importing.judged(brought, current_app.config["LANGUAGES"]):
        if isinstance(facts, str):
            wrong.append((row, kinds.REASONS[facts]))
        else:
            good.append(facts.email.lower())
    return render_template(
        "contacts/desk_import_check.html", brought=brought, good=len(good), known=len(queries.whose(good)),
        wrong=wrong[:SHOWN], all_wrong=len(wrong),
    )  # fmt: skip


@bp.post("/<import_id>/start")
def start(import_id):
    brought = db.get_or_404(Import, import_id, with_for_update=True)
    now = clock.now()
    importing.start(brought, languages=current_app.config["LANGUAGES"], by=current_actor(), at=now)
    db.session.commit()
    engine.wake(current_app, now)
    return onward(".show", import_id=import_id)


@bp.get("/<import_id>")
def show(import_id):
    brought = db.get_or_404(Import, import_id)
    if brought.state is ImportState.READ:
        return onward(".check", import_id=import_id)
    numbers = importing.counts(brought)
    undoing = brought.state is ImportState.UNDOING
    ahead = sum(numbers.get(one, 0) for one in (importing.BROUGHT if undoing else [Outcome.WAITING]))
    behind = (Outcome.UNDONE, Outcome.KEPT) if undoing else set(Outcome) - {Outcome.WAITING}
    done = sum(numbers.get(one, 0) for one in behind)
    rows = db.select(ImportRow).filter_by(import_id=import_id).order_by(ImportRow.number)
    refused = db.session.scalars(rows.filter_by(outcome=Outcome.REFUSED).limit(SHOWN)).all()
    return render_template(
        "contacts/desk_import.html", brought=brought, numbers=numbers, outcomes=OUTCOMES, refused=refused,
        reasons=kinds.REASONS, done=done, all=done + ahead,
        can_be_undone=importing.can_be_undone(brought, clock.now()), until=brought.finished_at and brought.finished_at + importing.UNDO,
    )  # fmt: skip


@bp.get("/<import_id>/refused.csv")
def refused(import_id):
    """The rows that cannot be brought in, as they were, with the reason in a column before them."""
    brought = db.get_or_404(Import, import_id)
    if brought.state is ImportState.READ:
        wrong = [
            (row, facts)
            for row, facts in importing.judged(brought, current_app.config["LANGUAGES"])
            if isinstance(facts, str)
        ]
    else:
        rows = db.select(ImportRow).filter_by(import_id=import_id, outcome=Outcome.REFUSED)
        wrong = [(row, row.reason) for row in db.session.scalars(rows.order_by(ImportRow.number))]
    table = [(row.number, str(kinds.REASONS[reason]), *row.cells) for row, reason in wrong]
    content = sheets.csv_bytes((_("Row"), _("Reason"), *brought.header), table)
    return download(content, "refused.csv")


@bp.post("/<import_id>/undo")
def undo(import_id):
    brought = db.get_or_404(Import, import_id, with_for_update=True)
    now = clock.now()
    importing.undo(brought, by=current_actor(), at=now)
    db.session.commit()
    engine.wake(current_app, now)
    return onward(".show", import_id=import_id)
