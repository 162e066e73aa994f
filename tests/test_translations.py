"""French is complete: nothing missing, nothing fuzzy, nothing stale, and spaced as French is."""

import re
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

from pressroom import i18n

ROOT = Path(__file__).parent.parent
FRENCH = ROOT / "translations/fr/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")
NARROW, FULL = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


def french():
    with FRENCH.open("rb") as source:
        return [message for message in read_po(source, locale="fr") if message.id]


def forms(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


def ids(message):
    return message.id if isinstance(message.id, tuple) else (message.id,)


def test_no_sentence_is_missing_or_fuzzy():
    assert [message.id for message in french() if message.fuzzy or not all(forms(message))] == []


def test_the_catalogue_holds_exactly_the_sentences_of_the_code(tmp_path):
    template = tmp_path / "messages.pot"
    command = [
        sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "pyproject.toml", "--ignore-dirs", ".*", "-k", "_l",
        "--omit-header", "--no-location", "-o", str(template), "pressroom",
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True)
    with template.open("rb") as source:
        extracted = {ids(message) for message in read_po(source) if message.id}

    assert extracted == {ids(message) for message in french()}


def test_placeholders_are_the_same_in_both_languages():
    different = [
        message.id for message in french() for form in forms(message)
        if set(PLACEHOLDER.findall(form)) - {"num"} != set(PLACEHOLDER.findall(ids(message)[-1])) - {"num"}
    ]  # fmt: skip

    assert different == []


def test_apostrophes_and_quotes_are_typographic():
    straight = [
        form
        for message in french()
        for form in (*forms(message), *ids(message))
        if "'" in form or '"' in form or "..." in form
    ]

    assert straight == []


def test_french_sentences_are_spaced_as_french_is_when_they_are_shown():
    bad = re.compile(rf"[ ][;:!?»]|«[ ]|[^\s{NARROW}{FULL}](?<![\d/])[;!?](?:\s|$)")
    catalogue = i18n.catalogue("fr")
    shown = [
        catalogue.ungettext(*ids(m), n) if len(ids(m)) > 1 else catalogue.ugettext(m.id)
        for m in french()
        for n in (1, 2)
    ]

    assert [sentence for sentence in shown if bad.search(sentence)] == []
    assert any(f"{FULL}:" in sentence for sentence in shown)
    assert any(f"{NARROW}?" in sentence for sentence in shown)


def test_no_template_sets_a_colon_of_its_own_after_a_value():
    """In French a space stands before it, which only sentences have."""
    found = {
        path.name: re.findall(r".*\}\}(?:</\w+>)?:(?=[ <]).*", path.read_text())
        for path in (ROOT / "pressroom/templates").rglob("*.*")
    }

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_word_that_the_style_refuses():
    refused = re.compile(
        r"\b(veuillez|svp|oups|email|e-mail|soumettre|valider|éditer|newsletter|login|cliquer)\b|!",
        re.IGNORECASE,
    )

    assert [
        form for message in french() for form in forms(message) if refused.search(PLACEHOLDER.sub("", form))
    ] == []
