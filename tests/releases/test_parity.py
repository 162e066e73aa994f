"""What two languages of a release say differently: found with both places, dismissed with a reason, never guessed."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pressroom import blocks, cli, clock, typography
from pressroom.access import SYSTEM
from pressroom.audit import history
from pressroom.database import db
from pressroom.i18n import speaking
from pressroom.releases import parity, workflow
from pressroom.releases.models import Release, Words
from tests import builders

FRENCH = "« %s »"


def a_release(french, english, *, dated=builders.NOON, **values):
    """A release whose bodies are these; a tuple is headline, lead and body."""
    release = workflow.create(source_language="fr", by=SYSTEM, at=dated)
    release.contact = builders.a_press_contact()
    for language, said in (("fr", french), ("en", english)):
        headline, lead, body = said if isinstance(said, tuple) else ("Titre", "", said)
        workflow.save(release, language, Words(headline, "Paris", lead, body), by=SYSTEM, at=dated)
    for name, value in values.items():
        setattr(release, name, value)
    return builders.stored(release)


def found(french, english, **values):
    """The findings' sentences, with ordinary spaces."""
    sentences = [one.sentence() for one in parity.findings(a_release(french, english, **values))]
    return [sentence.translate({0xA0: " ", 0x202F: " "}) for sentence in sentences]


# The same thing, as each language writes it.
SAME = [
    ("1 200,5 tonnes", "1,200.5 tonnes"),
    ("12 % et 3,5 %", "12% and 3.5 per cent"),
    ("4 000 € pour deux", "€4,000 for two"),
    ("4 000 euros pour deux", "€4,000 for two"),
    ("1,2 million d’euros", "€1.2 million"),
    ("3 M€ et 2 Md€", "€3m and €2bn"),
    ("1 200 000 visites", "1.2 million visits"),
    ("le 1er décembre 2026", "on 1 December 2026"),
    ("le 1er décembre 2026", "on December 1, 2026"),
    ("le 1er décembre 2026", "on 2026-12-01"),
    ("le 01/12/2026", "on 1st December 2026"),
    ("le 24 novembre", "on 24 November 2026"),
    ("du 24 au 26 novembre 2026", "from November 24 to 26, 2026"),
    ("mardi 24 et mercredi 25 novembre 2026", "Tuesday 24 and Wednesday 25 November 2026"),
    ("du 30 novembre au 2 décembre 2026", "from 30 November to 2 December 2026"),
    ("en novembre 2026", "in November 2026"),
    ("à 14 h 05", "at 14:05"),
    ("à 14 h 05", "at 2.05 pm"),
    ("à 14h05", "at 2:05 p.m."),
    ("de 9 h 30 à 11 h", "from 9.30 to 11 am"),
    ("de 9 h à 14 h", "from 9 to 2 pm"),
    ("à 10 heures", "at ten in the morning"),
    ("à midi, 12 h", "at noon, twelve o’clock"),
    ("3 sur 4", "three in four"),
    ("depuis le 1er du mois", "since the first of the month"),
    ("au XXIe siècle, 3e édition", "in the 21st century, third edition"),
    ("moins de 18 ans", "under-18s"),
    ("+33 1 99 00 00 01", "01 99 00 00 01"),
    ("+33 (0)1 99 00 00 01", "+33 1 99 00 00 01"),
    ("01.99.00.00.01", "01 99 00 00 01"),
    ("Écrire à presse@office.example", "Write to presse@office.example"),
    ("https://office.example/fr/2026/12", "https://www.office.example/en/2026/12/"),
    ("https://office.example/fr/releases/0a1b2c3d/le-forum", "https://office.example/en/releases/0a1b2c3d/the-forum"),
    ("https://fr.office.example/x?lang=fr", "https://en.office.example/x?lang=en"),
    ("« Une phrase assez longue pour être une citation. »", "“A sentence that is long enough to be a quotation.”"),
    ("« Nous gardons cette heure-là, dit X, depuis le début. »", "“We keep that hour,” says X, “from the beginning.”"),
    ("le programme « Premiers pas »", "the First Steps programme"),
    ("du CO2, l’A350, la 5G", "CO₂, the A350, 5G"),
]  # fmt: skip


@pytest.mark.parametrize(("french", "english"), SAME)
def test_the_same_thing_is_written_in_each_languages_way(app, french, english):
    assert found(f"<p>{french}</p>", f"<p>{english}</p>") == []
    assert found(f"<p>{typography.french(french)}</p>", f"<p>{english}</p>") == []


DIFFERENT = [
    ("1 200 visites", "1,300 visits", "French, paragraph 1: « 1 200 » / English, paragraph 1: “1,300”"),
    ("1 200 visites", "many visits", "French, paragraph 1: « 1 200 » / English, paragraph 1: no 1,200"),
    ("de nombreuses visites", "1,200 visits", "French, paragraph 1: no 1 200 / English, paragraph 1: “1,200”"),
    ("12 %", "12 euros", "French, paragraph 1: « 12 % » / English, paragraph 1: “12 euros”"),
    ("4 000 €", "the money", "French, paragraph 1: « 4 000 € » / English, paragraph 1: no €4,000"),
    ("l’argent", "€1.2 million", "French, paragraph 1: no 1 200 000 € / English, paragraph 1: “€1.2 million”"),
    ("12,5 %", "a share", "French, paragraph 1: « 12,5 % » / English, paragraph 1: no 12.5%"),
    ("le 1er décembre 2026", "on 2 December 2026",
     "French, paragraph 1: « 1er décembre 2026 » / English, paragraph 1: “2 December 2026”"),
    ("bientôt", "on 1 December", "French, paragraph 1: no 1er décembre / English, paragraph 1: “1 December”"),
    ("le 24 novembre 2026", "on 24 November 2027",
     "French, paragraph 1: « 24 novembre 2026 » / English, paragraph 1: “24 November 2027”"),
    ("à 14 h 05", "in the afternoon", "French, paragraph 1: « 14 h 05 » / English, paragraph 1: no 14:05"),
    ("l’après-midi", "at 2.05 pm", "French, paragraph 1: no 14 h 05 / English, paragraph 1: “2.05 pm”"),
    ("01 99 00 00 01", "01 99 00 00 02",
     "French, paragraph 1: « 01 99 00 00 01 » / English, paragraph 1: “01 99 00 00 02”"),
    ("+33 1 99 00 00 01", "+34 1 99 00 00 01",
     "French, paragraph 1: « +33 1 99 00 00 01 » / English, paragraph 1: “+34 1 99 00 00 01”"),
    ("a@office.example", "b@office.example",
     "French, paragraph 1: « a@office.example » / English, paragraph 1: “b@office.example”"),
    ("www.office.example/prix", "the office",
     "French, paragraph 1: « office.example/prix » / English, paragraph 1: no office.example/prix"),
    ('<a href="https://office.example/a">Lire</a>', '<a href="https://office.example/b">Read</a>',
     "French, paragraph 1: « office.example/a » / English, paragraph 1: “office.example/b”"),
    ("« Une phrase qui est bien assez longue pour être une citation. »", "She said so.",
     "French: 1 quotation / English: 0 quotations"),
    ("Nous avons 3 salles", "We have 4 rooms", "French, paragraph 1: « 3 » / English, paragraph 1: “4”"),
]  # fmt: skip


@pytest.mark.parametrize(("french", "english", "sentence"), DIFFERENT)
def test_a_difference_names_both_places(app, french, english, sentence):
    assert found(f"<p>{french}</p>", f"<p>{english}</p>") == [sentence]


def test_headline_lead_and_headings_are_places_too(app):
    french = ("Les 12 pôles", "Le 3 mai 2027.", "<p>Un.</p><h2>En 2025</h2><p>Deux.</p>")
    english = ("The 13 clusters", "On 4 May 2027.", "<p>One.</p><h2>In 2026</h2><p>Two.</p>")

    assert found(french, english) == [
        "French, headline: « 12 » / English, headline: “13”",
        "French, heading 1: « 2025 » / English, heading 1: “2026”",
        "French, lead: « 3 mai 2027 » / English, lead: “4 May 2027”",
    ]


def test_a_swap_between_paragraphs_is_seen_although_both_numbers_are_there(app):
    assert found("<p>12 villes</p><p>30 pays</p>", "<p>30 towns</p><p>12 countries</p>") == [
        "French, paragraph 1: « 12 » / English, paragraph 1: “30”",
        "French, paragraph 2: « 30 » / English, paragraph 2: “12”",
    ]


def test_what_has_no_counterpart_is_not_paired_with_something_else(app):
    assert found("<p>1 200 visites, 3 villes</p>", "<p>visits, 4 towns</p>") == [
        "French, paragraph 1: « 1 200 » / English, paragraph 1: no 1,200",
        "French, paragraph 1: « 3 » / English, paragraph 1: no 3",
        "French, paragraph 1: no 4 / English, paragraph 1: “4”",
    ]


def test_what_is_said_again_may_be_left_out(app):
    assert found("<p>12 villes.</p><p>Ces 12 villes.</p>", "<p>12 towns.</p><p>These towns.</p>") == []


def test_texts_of_different_outlines_are_compared_as_a_whole(app):
    french, english = "<p>12 villes</p><p>30 pays, 5 %</p>", "<p>30 countries</p><h2>More</h2><p>12 towns</p>"

    assert found(french, english) == ["French, paragraph 2: « 5 % » / English: no 5%"]


def test_a_blockquote_is_a_quotation_however_it_is_marked(app):
    words = "une phrase qui est bien assez longue pour être une citation"

    assert found(f"<blockquote><p>{words}</p></blockquote>", f"<p>“{words}”</p>") == []


def test_a_text_that_is_much_shorter_is_told(app):
    assert found("<p>Un.</p>" * 8, "<p>One.</p>" * 4) == ["French: 8 paragraphs / English: 4 paragraphs"]


WEEKDAYS = [
    ("mardi 24 novembre 2026", []),
    ("mardi 24 novembre", []),
    ("lundi 4 janvier", []),  # the next one, not the one ten months ago
    ("mercredi 24 novembre 2026", ["French, paragraph 1: « mercredi 24 novembre 2026 », but that day is a Tuesday"]),
    ("mercredi 24 novembre", ["French, paragraph 1: « mercredi 24 novembre », but that day is a Tuesday"]),
    ("le mardi 24 et le jeudi 25 novembre 2026",
     ["French, paragraph 1: « mardi 24 et le jeudi 25 novembre 2026 », but that day is a Wednesday"]),
    ("mardi 31 novembre 2026", []),  # no such day: nothing to say about its name
]  # fmt: skip


@pytest.mark.parametrize(("said", "sentences"), WEEKDAYS)
def test_a_day_of_the_week_goes_with_its_date(app, said, sentences):
    assert [one for one in found(f"<p>{said}</p>", f"<p>{said}</p>") if one.startswith("French")] == sentences


def test_an_english_day_of_the_week_too(app):
    said = "Monday, November 24, 2026 and Tuesday 24 November"

    assert found("<p>le 24 novembre 2026</p>", f"<p>{said}</p>") == [
        "English, paragraph 1: “Monday, November 24, 2026”, but that day is a Tuesday"
    ]


def test_pictures_need_a_description_in_each_language_unless_they_decorate(app):
    bare, plain, decoration = (builders.an_asset(name=name) for name in ("a.png", "b.png", "c.png"))
    bare.texts["en"].alt, bare.credit = "", " "
    del decoration.texts["en"]
    decoration.decorative = True
    release = a_release("<p>Un.</p>", "<p>One.</p>")
    workflow.set_facts(
        release, dated=release.dated, contact=release.contact, event=None, pictures=[bare, plain, decoration],
        by=SYSTEM, at=builders.NOON,
    )  # fmt: skip
    release.contact = None
    builders.stored(release)

    assert [one.sentence() for one in parity.findings(release)] == [
        "English: the picture “a.png” has no description",
        "The picture “a.png” has no credit.",
        "The release names no press contact.",
    ]


def test_a_draft_translation_is_not_compared(app):
    assert found("<p>12 villes</p>", ("", "", "<p>13 towns</p>")) == []


def test_sentences_speak_the_language_of_the_reader(app):
    (one,) = parity.findings(a_release("<p>1 200 visites</p>", "<p>visits</p>"))

    with speaking("fr"):
        assert one.places[0].where.startswith("Français")
    assert [place.language for place in one.places] == ["fr", "en"]


def test_a_passage_is_cut_far_from_what_was_found(app):
    (one,) = parity.findings(
        a_release(f"<p>{'mot ' * 200}1 200 {'mot ' * 200}</p>", f"<p>{'word ' * 401}</p>")
    )
    before, marked, after = one.places[0].context

    assert (before[:4], marked, after[-4:]) == ("…mot", "1 200", "mot…")
    assert len(before) < 170
    assert len(after) < 170


def test_the_example_differs_only_where_its_translation_is_outdated(office):
    releases = db.session.scalars(db.select(Release)).all()
    found = [one.sentence().split(":")[0] for release in releases for one in parity.findings(release)]

    assert len([release for release in releases if len(release.texts) == 2]) >= 8
    assert found == ["French, paragraph 9"]


# Text that is likely to be read as something.
FRAGMENTS = st.sampled_from(
    ["1 200", "1,200", "1.5", "12 %", "€4", "14 h 05", "2.05 pm", "9 to 11 am", "mardi 24 novembre 2026", "May 3", "31/12/2026",
     "+33 1 99 00 00 01", "0199000001", "a@b.example", "http://[", "https://b.example/fr/é?lang=fr", "«", "”", "XXIe", "\ue000",
     "٣", "²", "00", "1" * 40, "-", ",", " et ", " to ", "mars", "\u202f"]
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS | st.text(max_size=8), max_size=12).map(" ".join)


@given(TEXTS, TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
def test_any_text_can_be_compared_and_the_same_text_has_the_same_numbers(app, one, other):
    html = [blocks.render([blocks.Block("p", [blocks.Run(text)])]) for text in (one, other)]
    release = a_release(html[0] or "<p>x</p>", html[1] or "<p>x</p>")
    same = a_release(html[0] or "<p>x</p>", html[0] or "<p>x</p>")

    for finding in parity.findings(release):
        assert finding.sentence()
        assert len(finding.key) <= 64
        assert [place.context for place in finding.places]
    assert [one.sentence() for one in parity.findings(same) if one.subject != "weekday"] == []
    db.session.rollback()


def test_a_text_four_times_as_long_takes_about_four_times_as_long(app):
    """Measured beside each other, so that a slow machine changes nothing; what grew with the square would take 16."""
    sentence = (
        "Le mardi 24 novembre 2026 à 14 h 05, 1 200,5 tonnes pour 12 % de 4 000 € : vingt-cinq personnes. "
    )
    paragraph = f"<p>{sentence * 9}</p>"
    short, long = (a_release(paragraph * n, paragraph * (n - 1)) for n in (52, 208))
    taken = []
    for release in (short, long):
        begun = time.process_time()
        parity.findings(release)
        taken.append(time.process_time() - begun)

    assert len(long.texts["fr"].latest.body) > 180_000
    assert taken[1] / taken[0] < 10


# --- what a person decides ------------------------------------------------------------------------------------


@pytest.fixture
def release(app):
    return a_release("<p>1 200 visites, 3 villes</p>", "<p>visits, 4 towns</p>")


def page(desk, release):
    return desk.get(f"/desk/releases/{release.id}/parity")


def keys(release):
    return [one.key for one in parity.open_findings(release)]


def test_keys_survive_what_is_written_around(release):
    before = keys(release)
    for language in ("fr", "en"):
        words = release.texts[language].latest.words
        workflow.save(
            release, language, words._replace(body=f"<p>Avant.</p>{words.body}"), by=SYSTEM, at=builders.NOON
        )

    assert keys(release) == before


def test_keys_change_with_what_was_found(release):
    before = keys(release)
    words = release.texts["en"].latest.words
    workflow.save(release, "en", words._replace(body="<p>visits, 5 towns</p>"), by=SYSTEM, at=builders.NOON)

    assert [key in before for key in keys(release)] == [True, True, False]


def test_the_page_shows_both_places_with_their_words(desk, release):
    shown = page(desk, release).text

    assert "<mark>1\u202f200</mark>" in shown
    assert "French, paragraph 1" in shown
    assert "1,200 is not there" in shown
    assert "<mark>4</mark>" in shown


def test_a_dismissed_difference_is_listed_with_its_reason_and_can_come_back(desk, release):
    first, *others = keys(release)

    answer = desk.post(
        f"/desk/releases/{release.id}/parity/{first}/dismiss", data={"reason": "Compté autrement"}
    )

    assert (answer.status_code, answer.location) == (303, f"/desk/releases/{release.id}/parity")
    assert keys(release) == others
    assert "“Compté autrement” – Zoé Martin" in page(desk, release).text
    assert desk.post(f"/desk/releases/{release.id}/parity/{first}/reopen").status_code == 303
    assert keys(release) == [first, *others]
    assert [entry.action for entry in history(f"release:{release.id}")][-2:] == [
        "release.dismiss",
        "release.reopen",
    ]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_a_reason_is_due(desk, release, reason):
    (first, *_others) = keys(release)

    answer = desk.post(f"/desk/releases/{release.id}/parity/{first}/dismiss", data={"reason": reason})

    assert answer.status_code == 422
    assert f'href="#reason-{first}"' in answer.text
    assert parity.dismissals(release) == {}


def test_a_difference_that_is_gone_cannot_be_dismissed(desk, release):
    answer = desk.post(
        f"/desk/releases/{release.id}/parity/{'0' * 32}/dismiss", data={"reason": "x"}, follow_redirects=True
    )

    assert "This difference is no longer there: the text has changed." in answer.text
    assert parity.dismissals(release) == {}
    assert desk.post(f"/desk/releases/{release.id}/parity/{'0' * 32}/reopen").status_code == 404


def test_nothing_to_say_is_said(desk):
    alike = a_release("<p>12 villes</p>", "<p>12 towns</p>")
    alone = a_release("<p>12 villes</p>", ("", "", ""))

    assert "No difference is open." in page(desk, alike).text
    assert "Only one text is complete" in page(desk, alone).text


def test_publishing_warns_and_stays_possible(desk, release):
    shown = desk.get(f"/desk/releases/{release.id}/publish")

    assert (shown.status_code, shown.text.count("/parity#finding-")) == (200, len(keys(release)))
    assert "You can publish all the same." in shown.text
    sent = {"when": "now", "languages": ["fr", "en"], "confirm": "1"}
    seen = shown.text.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]
    desk.post(f"/desk/releases/{release.id}/publish", data={**sent, "seen": seen})
    db.session.expire_all()
    assert release.state == "published"


def test_a_withdrawn_release_is_only_looked_at(desk, release):
    workflow.publish(release, by=SYSTEM, at=clock.now())
    workflow.withdraw(release, notes={"fr": "Faux.", "en": "Wrong."}, by=SYSTEM, at=clock.now())
    db.session.commit()
    first = keys(release)[0]

    assert "/dismiss" not in page(desk, release).text
    assert (
        desk.post(f"/desk/releases/{release.id}/parity/{first}/dismiss", data={"reason": "x"}).status_code
        == 409
    )


# --- the command ----------------------------------------------------------------------------------------------


def check(app, release_id):
    cli.register(app)
    result = app.test_cli_runner().invoke(args=["release", "check", release_id])
    return result.exit_code, result.output


def test_the_command_prints_a_line_for_each_and_fails(app, release):
    sentences = [one.sentence() for one in parity.findings(release)]

    assert check(app, release.id) == (1, "\n".join([*sentences, ""]))


def test_the_command_is_content_when_nothing_is_open(app, release):
    for key in keys(release):
        workflow.dismiss(release, key, reason="Compté autrement", by=SYSTEM, at=clock.now())
    db.session.commit()

    assert check(app, release.id) == (0, "nothing found\n")


def test_the_command_knows_no_other_release(app):
    assert check(app, "nothing") == (1, "Error: there is no release with this id\n")
