import json
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from pressroom.releases import ninjs, workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind
from tests import builders
from tests.builders import NOON
from tests.releases import taking

SCHEMA = Path(__file__).parent.parent / "vendor" / "ninjs" / "ninjs-schema_3.1.json"
HTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def valid():
    validator = Draft202012Validator(
        json.loads(SCHEMA.read_text()), format_checker=Draft202012Validator.FORMAT_CHECKER
    )

    def check(item):
        item = json.loads(json.dumps(item))
        assert [error.message for error in validator.iter_errors(item)] == []
        return item

    return check


def item(release, language="fr", now=NOON):
    return ninjs.item(release, release.texts[language].public, language, now=now)


def test_a_release_is_valid_ninjs_with_all_that_is_known_of_it(app, valid):
    release = taking.a_release()
    address = f"http://press.example/fr/releases/{release.id}"

    known = valid(item(release))

    plain, xhtml = known.pop("bodies")
    forms = known.pop("renditions")
    assert known == {
        "uri": address,
        "standard": {"name": "ninjs", "version": "3.1", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"},
        "type": "text", "language": "fr", "version": "1", "pubStatus": "usable", "representationType": "full",
        "altIds": [{"role": "number", "value": "2026-001"}, {"role": "id", "value": release.id}],
        "versionCreated": "2026-11-22T12:00:00+00:00", "firstCreated": "2026-11-22T12:00:00+00:00",
        "title": "Une fête & un bal\u00a0: «\u00a0#eval\u00a0»\u202f!",
        "headlines": [{"role": "main", "contentType": "text/plain", "value": "Une fête & un bal\u00a0: «\u00a0#eval\u00a0»\u202f!"}],
        "descriptions": [{"role": "summary", "contentType": "text/plain", "value": "Un <mot>\u202f; *rien*\u202f?"}],
        "by": "Bureau de presse", "located": "Brest",
        "copyrightHolder": "Bureau de presse", "copyrightNotice": "© 2026 Bureau de presse",
        "usageTerms": "Libre d’utilisation dans les médias, avec mention de la source. Les images ont leurs propres conditions.",
        "people": [{
            "name": "Maël Quéré", "rel": "press contact", "literal": "Relations médias",
            "contactInfo": [{"type": "phone", "role": "press", "value": "+33 1 99 00 00 01"},
                            {"type": "email", "role": "press", "value": "mael.quere@press.example"}],
        }],
        "organisations": [{"name": "Bureau de presse", "rel": "publisher"}],
        "genres": [{"name": "Communiqué de presse", "literal": "release"}],
        "associations": [{
            "name": "Clusters meet", "rel": "translation", "type": "text", "language": "en",
            "uri": f"http://press.example/en/releases/{release.id}",
        }],
    }  # fmt: skip
    assert [(form["name"], form["href"].removeprefix(f"{address}/une-fete-un-bal-eval")) for form in forms] == [
        ("html", ""), ("txt", ".txt"), ("pdf", ".pdf"), ("docx", ".docx"), ("json", ".json"), ("zip", ".zip"),
    ]  # fmt: skip
    assert (plain["contentType"], plain["charCount"]) == ("text/plain", len(plain["value"]))
    assert item(release, "en")["bodies"][0] == {
        "role": "main", "contentType": "text/plain", "charCount": 16, "wordCount": 3, "value": "The forum opens.",
    }  # fmt: skip
    tree = ElementTree.fromstring(xhtml["value"])
    assert (tree.tag, tree.get("lang"), tree.find(f".//{HTML}span").attrib) == (
        f"{HTML}div",
        "fr",
        {"lang": "en"},
    )
    assert [child.tag.removeprefix(HTML) for child in tree] == [
        "p",
        "h3",
        "p",
        "h2",
        "ul",
        "ol",
        "blockquote",
        "p",
    ]


def test_pictures_come_with_their_words_rights_and_files(app, valid):
    asset, reserved = builders.an_asset(size=(1600, 900)), builders.an_asset(credit="CANARY", restricted=True)
    known = valid(item(taking.a_release(pictures=[asset, reserved]), "en"))

    picture = known["associations"][0]
    files = {
        one["name"]: (one["width"], one["height"], one["contentType"]) for one in picture.pop("renditions")
    }
    assert picture == {
        "name": picture["name"], "rel": "attachment", "type": "picture", "language": "en", "pubStatus": "usable",
        "uri": f"http://press.example/en/media/{asset.id}",
        "descriptions": [{"role": "caption", "contentType": "text/plain", "value": "The forum opens."},
                         {"role": "altText", "contentType": "text/plain", "value": "A full room"}],
        "by": "Ateliers Pins", "copyrightNotice": "© Ateliers Pins", "usageTerms": str(asset.terms.sentence),
    }  # fmt: skip
    assert files["highRes"][:2] == (1600, 900)
    assert "CANARY" not in json.dumps(known)


def test_before_its_hour_it_says_until_when_and_names_no_address_that_does_not_open(app, valid):
    lift = NOON + timedelta(hours=2)
    release = taking.a_release(embargo_until=lift)

    before, after = valid(item(release)), valid(item(release, now=lift))

    assert (before["embargoedUntil"], before.get("renditions")) == ("2026-11-22T14:00:00+00:00", None)
    assert ("embargoedUntil" in after, "renditions" in after) == (False, True)


def test_a_correction_makes_a_version_and_a_note_for_editors(app, valid):
    release = taking.a_release()
    notes = {"fr": Note("Le prix.", "12 €", "13 €"), "en": Note("The price.", "€12", "€13")}
    taking.corrected(release, workflow, CorrectionKind.CORRECTION, notes)

    french, english = (valid(item(release, code, NOON + timedelta(days=2))) for code in ("fr", "en"))

    assert (french["version"], french["firstCreated"], french["versionCreated"]) == (
        "2", "2026-11-22T12:00:00+00:00", "2026-11-23T12:00:00+00:00",
    )  # fmt: skip
    assert french["edNote"].startswith("Rectificatif du 23\u00a0novembre 2026\u00a0: Le prix.")
    assert (english["version"], english["versionCreated"]) == ("1", "2026-11-22T12:00:00+00:00")
    assert english["edNote"].endswith("This text does not take account of it yet.")


def test_what_was_taken_off_is_named_and_nothing_of_it_is_left(app, valid):
    release = taking.a_release()
    at = NOON + timedelta(hours=1)
    workflow.kill(release, notes={"fr": "Faux !", "en": "Wrong."}, by=builders.SYSTEM, at=at)

    assert valid(ninjs.canceled(release, "fr", note="Faux !")) == {
        "uri": item(release)["uri"],
        "standard": ninjs.STANDARD,
        "type": "text",
        "language": "fr",
        "altIds": [{"role": "number", "value": "2026-001"}, {"role": "id", "value": release.id}],
        "versionCreated": "2026-11-22T13:00:00+00:00",
        "firstCreated": "2026-11-22T12:00:00+00:00",
        "pubStatus": "canceled",
        "representationType": "partial",
        "edNote": "Faux\u202f!",
    }


def test_the_check_itself_would_see_a_mistake(app, valid):
    with pytest.raises(AssertionError):
        valid({**item(taking.a_release()), "headline": "3.1 has headlines"})
