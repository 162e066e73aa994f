"""A table of journalists: read as spreadsheets write it, checked row by row, brought in, and taken back."""

import csv
import io
import re
from datetime import timedelta

from pressroom import clock, engine
from pressroom.access import Actor, Role
from pressroom.contacts import importing, queries, tasks
from pressroom.contacts import workflow as contacts
from pressroom.contacts.models import Consent, Contact, ContactList, Import, ImportRow, Outcome, Outlet
from pressroom.contacts.workflow import SCOPE
from pressroom.database import db
from pressroom.delivery import suppressions
from pressroom.delivery.models import Reason
from tests import builders
from tests.counting import counting

FILE = """Adresse électronique;Nom;Prénom;Média;Langue;Pays;Âge du capitaine
Noemie.Kervella@OUEST.example;Kervella;Noémie;Ouest Matin;français;France;42
tom@north.example;Reed;Tom;The North;en;GB;
;Sans;Adresse;;;;
pas-une-adresse;Nom;Un;;;;
tom@NORTH.example;Reed;Thomas;;;;
ana@south.example;;;;;;
bea@south.example;Reyes;Bea;;klingon;;
cid@south.example;Reyes;Cid;;;Atlantide;
"""
CP1252 = FILE.encode("cp1252")
HERE = "/desk/contacts/imports"
SOMEBODY = Actor(Role.OFFICER, "Zoé Martin", None)


def upload(desk, data, name="press.csv"):
    return desk.post(f"{HERE}/new", data={"file": (io.BytesIO(data), name)})


def read_in(desk, data=CP1252, **form):
    """The address of an import whose columns are named, and its row."""
    response = upload(desk, data)
    assert response.status_code == 303, response.text
    address = response.location.removesuffix("/columns")
    [brought] = db.session.scalars(db.select(Import).order_by(Import.created_at.desc()).limit(1))
    form = {
        **{f"column_{at}": fact for at, fact in enumerate(brought.columns)},
        "language": "fr", "list": "", "consent": "", **form,
    }  # fmt: skip
    assert desk.post(f"{address}/columns", data=form).location == f"{address}/check"
    return address, brought


def people():
    return {
        one.email: (one.name, one.language, one.country, one.outlet and one.outlet.name, one.source)
        for one in db.session.scalars(db.select(Contact))
    }


def test_the_columns_are_guessed_and_the_good_rows_come_in(app, desk):
    address, brought = read_in(desk)
    assert brought.columns == ["email", "name", "first", "outlet", "language", "country", ""]
    page = desk.get(f"{address}/check").text
    assert "Import the 2 good rows" in page
    assert re.findall(r'<th scope="row">(\d)</th><td data-label="Reason">([^<]+)', page) == [
        ("4", "No address"), ("5", "The address is not complete"), ("6", "The address stands in an earlier row"),
        ("7", "No name"), ("8", "A language that this site does not have"), ("9", "A country that nobody knows"),
    ]  # fmt: skip
    assert people() == {}  # looking changes nothing

    assert desk.post(f"{address}/start").location == address
    engine.run_due(app)

    assert people() == {
        "Noemie.Kervella@ouest.example": ("Noémie Kervella", "fr", "FR", "Ouest Matin", "import"),
        "tom@north.example": ("Tom Reed", "en", "GB", "The North", "import"),
    }
    assert "The import is finished." in desk.get(address).text
    refused = list(csv.reader(io.StringIO(desk.get(f"{address}/refused.csv").data.decode("utf-8-sig"))))
    assert refused[1] == ["4", "No address", "", "Sans", "Adresse", "", "", "", ""]
    assert len(refused) == 7


def test_who_is_known_gets_what_the_row_says_and_keeps_the_rest(app, desk):
    listed = builders.stored(ContactList(name="South", created_at=clock.now()))
    known = contacts.create(
        contacts.Facts("tom@north.example", "T. Reed", "fr", phone="+44 20", notes="Ask early."),
        source="card", by=SOMEBODY, at=clock.now(),
    )  # fmt: skip
    db.session.commit()
    address, _brought = read_in(desk, list=listed.id, consent="Card left at the stand")

    desk.post(f"{address}/start")
    engine.run_due(app)

    db.session.refresh(known)
    assert contacts.facts_of(known) == contacts.Facts(
        "tom@north.example", "Tom Reed", "en", phone="+44 20", outlet="The North", country="GB", notes="Ask early.",
        lists=(listed.id,), topics=(),
    )  # fmt: skip
    assert [one.source for one in known.consents] == ["Card left at the stand (press.csv)"]
    assert "Brought up to date" in desk.get(address).text


def test_whoever_asked_for_silence_is_not_woken_by_a_file(app, desk):
    suppressions.add("tom@north.example", SCOPE, Reason.UNSUBSCRIBED, at=clock.now())
    db.session.commit()
    address, _brought = read_in(desk, consent="They are on my list")

    desk.post(f"{address}/start")
    engine.run_due(app)

    assert suppressions.of(["tom@north.example"], SCOPE) == {"tom@north.example"}
    assert [one.contact_id for one in db.session.scalars(db.select(Consent))] == [
        db.session.scalar(db.select(Contact.id).filter_by(email="Noemie.Kervella@ouest.example"))
    ]


def test_an_import_is_undone_but_for_what_somebody_has_changed_since(app, desk):
    known = contacts.create(
        contacts.Facts("tom@north.example", "T. Reed", "fr"), source="card", by=SOMEBODY, at=clock.now()
    )
    before = contacts.facts_of(known)
    db.session.commit()
    data = FILE.encode() + b"eve@west.example;Lund;Eve;West Radio;;;\n"
    address, brought = read_in(desk, data, consent="Card")
    desk.post(f"{address}/start")
    engine.run_due(app)
    eve = db.session.scalar(db.select(Contact).filter_by(email="eve@west.example"))
    contacts.change(eve, contacts.facts_of(eve)._replace(phone="+33 2"), by=SOMEBODY, at=clock.now())
    db.session.commit()

    assert desk.post(f"{address}/undo").status_code == 303
    assert "rows are undone" in desk.get(address).text
    engine.run_due(app)

    db.session.expire_all()
    assert sorted(people()) == ["eve@west.example", "tom@north.example"]
    assert contacts.facts_of(known) == before
    assert known.consents == []
    assert [one.name for one in db.session.scalars(db.select(Outlet))] == ["West Radio"]
    outcomes = dict(db.session.execute(db.select(ImportRow.number, ImportRow.outcome)).all())
    assert (outcomes[2], outcomes[3], outcomes[10]) == (Outcome.UNDONE, Outcome.UNDONE, Outcome.KEPT)
    assert desk.post(f"{address}/undo").status_code == 409


def test_a_file_is_brought_in_once_and_goes_on_where_it_was(app, desk):
    rows = "".join(f"p{n}@outlet.example,Person {n}\n" for n in range(250))
    address, brought = read_in(desk, f"email,name\n{rows}".encode())
    desk.post(f"{address}/start")
    assert desk.post(f"{address}/start").status_code == 409
    assert " data-moving>" in desk.get(address).text

    engine.run_due(app)
    engine.run_due(app)

    assert db.session.scalar(db.select(db.func.count(Contact.id))) == 250
    assert " data-moving>" not in desk.get(address).text


def test_erasing_somebody_takes_the_rows_that_name_them(app, desk):
    address, _brought = read_in(desk)
    desk.post(f"{address}/start")
    engine.run_due(app)
    tom = db.session.scalar(db.select(Contact).filter_by(email="tom@north.example"))

    contacts.erase(tom, by=SOMEBODY, at=clock.now())
    db.session.commit()

    assert sorted(db.session.scalars(db.select(ImportRow.number))) == [2, 4, 5, 7, 8, 9]


def test_a_missing_column_is_named_with_what_the_file_has(desk):
    response = upload(desk, b"adresse,ville\na@outlet.example,Nice\n")
    form = {"column_0": "email", "column_1": "", "language": "fr", "list": "", "consent": ""}

    response = desk.post(response.location, data=form)

    assert response.status_code == 422
    assert "A column called “Name” is missing. Your file has: adresse, ville." in response.text


def test_cells_that_look_like_formulas_or_markup_stay_words(app, desk):
    data = b'email,name\nx@outlet.example,"=1+1 <script>alert(1)</script>"\nwrong,@SUM(A1)\n'
    address, _brought = read_in(desk, data)

    page = desk.get(f"{address}/columns").text
    assert "<script>alert" not in page
    assert "'@SUM(A1)" in desk.get(f"{address}/refused.csv").text


def imported(app, desk, data, **form):
    """The address of an import that is finished, and its row."""
    address, brought = read_in(desk, data, **form)
    assert desk.post(f"{address}/start").status_code == 303
    engine.run_due(app)
    return address, brought


def undone(app, desk, address):
    assert desk.post(f"{address}/undo").status_code == 303
    engine.run_due(app)
    db.session.expire_all()


def test_what_mail_programs_and_people_write_is_understood(app, desk):
    data = (
        "E-Mail;Nom;Langue;Pays;Remarques;Média\n"
        '"Ana Reyes <ana@south.example>";;en-GB;UK;"one\ntwo";"South\nDaily"\n'
        "mailto:bea@south.example;Bea;FR;Etats Unis;;\n"
        " cid@south.example; ;Cid;;USA;;\n"
    ).encode()

    _address, brought = imported(app, desk, data)

    assert people() == {
        "ana@south.example": ("Ana Reyes", "en", "GB", "South Daily", "import"),
        "bea@south.example": ("Bea", "fr", "US", None, "import"),
    }
    assert db.session.scalar(db.select(Contact.notes).filter_by(name="Ana Reyes")) == "one\ntwo"
    reasons = db.session.execute(
        db.select(ImportRow.number, ImportRow.reason).filter_by(outcome="refused")
    ).all()
    assert reasons == [(4, "name")]


def test_what_was_exported_comes_in_again_and_changes_nothing(app, desk):
    known = contacts.create(
        contacts.Facts(
            "tom@north.example", "-Tom Reed", "fr", phone="+44 20", outlet="'t Nieuws", country="GB",
            notes="=1+1\n" + "Ask early." * 200,
        ),
        source="card", by=SOMEBODY, at=clock.now(),
    )  # fmt: skip
    db.session.commit()
    before = contacts.facts_of(known)
    for kind in ("csv", "xlsx"):
        _address, brought = imported(app, desk, desk.post(f"/desk/contacts/export.{kind}").data)

        assert brought.columns[:6] == ["name", "outlet", "email", "phone", "language", "country"]
        assert db.session.scalars(db.select(ImportRow.outcome).filter_by(import_id=brought.id)).all() == [
            "same"
        ]
        db.session.expire_all()
        assert contacts.facts_of(known) == before


def test_two_who_were_merged_stay_one_when_the_same_file_comes_again(app, desk):
    data = b"email,name,phone\na@x.example,Ana,1\na@y.example,Ana,2\n"
    imported(app, desk, data)
    one, other = db.session.scalars(db.select(Contact).order_by(Contact.email))
    merged = contacts.facts_of(one)._replace(phone="3")
    contacts.merge(one, other, merged, by=SOMEBODY, at=clock.now())
    db.session.commit()

    address, _brought = read_in(desk, data, consent="Card")
    page = " ".join(desk.get(f"{address}/check").text.split())
    assert "<dt>New contacts</dt> <dd>0</dd>" in page
    desk.post(f"{address}/start")
    engine.run_due(app)

    assert [(who.email, who.phone) for who in db.session.scalars(db.select(Contact))] == [
        ("a@x.example", "2")
    ]
    undone(app, desk, address)
    assert (contacts.facts_of(one), one.consents) == (merged, [])


def test_the_refused_rows_are_mended_and_come_in(app, desk):
    address, _brought = imported(app, desk, CP1252)
    refused = desk.get(f"{address}/refused.csv").data.decode("utf-8-sig")

    mended = refused.replace("pas-une-adresse", "un@nom.example").replace("Atlantide", "France")
    imported(app, desk, mended.encode("utf-8-sig"))

    assert {"un@nom.example", "cid@south.example"} <= set(people())


def test_undoing_takes_back_that_people_agreed_whatever_became_of_their_row(app, desk):
    same = contacts.create(
        contacts.Facts("a@x.example", "Ana", "fr"), source="card", by=SOMEBODY, at=clock.now()
    )
    contacts.note_consent(same, True, "Card (press.csv)", by=SOMEBODY, at=clock.now() - timedelta(days=1))
    db.session.commit()
    address, _brought = imported(app, desk, b"email,name\na@x.example,Ana\nb@x.example,Ben\n", consent="Card")
    ben = db.session.scalar(db.select(Contact).filter_by(name="Ben"))
    contacts.change(ben, contacts.facts_of(ben)._replace(phone="+33 2"), by=SOMEBODY, at=clock.now())
    db.session.commit()
    assert db.session.query(Consent).count() == 3

    undone(app, desk, address)

    assert [(one.contact_id, one.actor) for one in db.session.scalars(db.select(Consent))] == [
        (same.id, SOMEBODY.name)
    ]


def test_who_has_done_something_here_since_is_not_undone(app, desk):
    address, _brought = imported(app, desk, b"email,name\na@x.example,Ana\nb@x.example,Ben\n")
    contacts.remember(
        email="a@x.example", name="Ana", phone="", outlet="", language="fr", source="accreditation",
        at=clock.now() + timedelta(minutes=1),
    )  # fmt: skip
    db.session.commit()

    undone(app, desk, address)

    assert set(people()) == {"a@x.example"}


def test_a_list_deleted_since_does_not_keep_those_whom_the_file_put_on_it(app, desk):
    listed = builders.a_list("South")
    address, _brought = imported(app, desk, b"email,name\na@x.example,Ana\n", list=listed.id)
    contacts.delete_list(db.session.get(ContactList, listed.id), by=SOMEBODY, at=clock.now())
    db.session.commit()

    undone(app, desk, address)

    assert people() == {}


def test_undoing_goes_on_where_it_was(app, desk, monkeypatch):
    rows = "".join(f"p{n}@outlet.example,Person {n}\n" for n in range(250))
    address, brought = imported(app, desk, f"email,name\n{rows}".encode())
    desk.post(f"{address}/undo")
    importing.go_on(brought, languages=("fr", "en"), at=clock.now())
    db.session.commit()

    assert db.session.query(Contact).count() == 150
    assert "100 of 250 rows are undone." in desk.get(address).text
    assert desk.post(f"{address}/undo").status_code == 409
    engine.run_due(app)

    assert db.session.query(Contact).count() == 0
    assert "This import is undone." in desk.get(address).text


def test_the_way_back_closes_after_24_hours(app, desk, monkeypatch):
    address, brought = imported(app, desk, b"email,name\na@x.example,Ana\n")
    brought.finished_at -= importing.UNDO
    db.session.commit()

    assert "Undo this import" not in desk.get(address).text
    assert desk.post(f"{address}/undo").status_code == 409
    assert set(people()) == {"a@x.example"}


def test_mail_has_its_turn_between_the_rows_of_a_long_file(app, desk):
    rows = "".join(f"p{n}@outlet.example,Person {n}\n" for n in range(importing.CHUNK * tasks.CHUNKS + 1))
    address, _brought = read_in(desk, f"email,name\n{rows}".encode())
    desk.post(f"{address}/start")
    huey = app.extensions["engine"]
    huey.flush()

    tasks.fall_due(clock.now())

    assert db.session.query(Contact).count() == importing.CHUNK * tasks.CHUNKS
    assert len(huey.pending()) == 1
    tasks.fall_due(clock.now())
    assert (db.session.query(Contact).count(), len(huey.pending())) == (importing.CHUNK * tasks.CHUNKS + 1, 1)


def test_bringing_in_asks_little_of_each_row(app, desk):
    rows = "".join(f"p{n}@outlet.example,Person {n},Outlet {n % 7}\n" for n in range(importing.CHUNK))
    address, brought = read_in(desk, f"email,name,outlet\n{rows}".encode(), consent="Card")
    desk.post(f"{address}/start")

    with counting() as asked:
        importing.go_on(brought, languages=("fr", "en"), at=clock.now())
        db.session.commit()

    assert len(asked) < 4 * importing.CHUNK
    assert len([one for one in asked if "lower(contact.email)" in one]) == 1  # looks through the whole table


def test_no_file_is_told(desk):
    response = desk.post(f"{HERE}/new", data={})

    assert response.status_code == 422
    assert "Choose a file" in response.text


def test_a_list_is_made_with_the_import(app, desk):
    assert "Put all of them on a list" not in desk.get(upload(desk, CP1252).location).text
    address, brought = imported(app, desk, CP1252, new_list="Forum")

    assert [one.name for one in queries.find("tom@north.example").lists] == ["Forum"]

    form = {f"column_{at}": fact for at, fact in enumerate(brought.columns)}
    page = desk.post(
        upload(desk, CP1252).location, data={**form, "language": "fr", "list": "", "new_list": "Forum"}
    )
    assert (page.status_code, "There is already a list of this name." in page.text) == (422, True)
