import io
import zipfile

import pytest

from pressroom import storage
from pressroom.releases import bundles, papers
from tests import builders
from tests.releases import taking
from tests.releases.taking import NBSP, taken


def opened(release, language="fr"):
    archive = bundles.stream(release, language)
    length, content = len(archive), bytes(archive)
    assert length == len(content)
    return zipfile.ZipFile(io.BytesIO(content))


def test_everything_is_inside_with_its_words(app):
    first, second = builders.an_asset(), builders.an_asset(credit="Brume")
    release = taking.a_release(pictures=[first, second])

    archive = opened(release)

    assert archive.namelist() == [
        "une-fete-un-bal-eval.txt", "une-fete-un-bal-eval.pdf", "une-fete-un-bal-eval.docx",
        "captions-fr.txt", "captions-en.txt", "Salle pleine.png", "Salle pleine (2).png",
    ]  # fmt: skip
    assert archive.testzip() is None
    assert archive.read("une-fete-un-bal-eval.pdf") == taken(papers.pdf, release)
    assert archive.read("captions-en.txt").decode() == (
        "Salle pleine.png\nThe forum opens.\nWhat it shows: A full room\nCredit: Ateliers Pins.\n"
        f"{first.terms.sentence}\n\n"
        "Salle pleine (2).png\nThe forum opens.\nWhat it shows: A full room\nCredit: Brume.\n"
        f"{second.terms.sentence}\n"
    )
    french = archive.read("captions-fr.txt").decode()
    assert (
        f"L’ouverture du forum.\nDescription{NBSP}: Une salle pleine\nCrédit{NBSP}: Ateliers Pins.\n"
        in french
    )


def test_a_picture_carries_its_credit_inside_too(app):
    release = taking.a_release(pictures=[builders.an_asset(credit="Ateliers Œuvre")])

    assert "Ateliers Œuvre".encode() in opened(release).read("Salle pleine.png")


def test_without_pictures_there_is_nothing_to_say_of_them(app):
    assert opened(taking.a_release(), "en").namelist() == [
        "clusters-meet.txt",
        "clusters-meet.pdf",
        "clusters-meet.docx",
    ]


def test_what_only_accredited_media_may_have_stays_away(app):
    release = taking.a_release(
        pictures=[builders.an_asset(name="CANARY.png", credit="CANARY", restricted=True)]
    )

    archive = opened(release)

    assert all("CANARY" not in name for name in archive.namelist())
    assert all(b"CANARY" not in archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.png", "une-fete-un-bal-eval.txt", "CAPTIONS-FR.TXT", "con.png"]
)
def test_no_name_leaves_the_folder_or_takes_another_s_place(app, name):
    names = opened(taking.a_release(pictures=[builders.an_asset(name=name)])).namelist()

    assert len({one.casefold() for one in names}) == 6
    assert not any("/" in one or one.casefold().startswith("con.") for one in names)


def test_a_file_that_is_gone_is_not_passed_over_in_silence(app):
    asset = builders.an_asset()
    release = taking.a_release(pictures=[asset])
    storage.delete(asset.download.key)

    with pytest.raises(storage.Missing):
        bundles.stream(release, "fr")
