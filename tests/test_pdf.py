import io

import pytest
import typst
from PIL import Image
from pypdf import PdfReader

from pressroom import pdf

TEMPLATE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.words)
#set page(width: 300pt, height: 100pt)
#set text(font: ("Faustina", "Faustina Ext"))
= #d.words
"""


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "page.typ"
    path.write_text(TEMPLATE)
    return path


def claims_ua(content):
    return (
        b"pdfuaid:part"
        in PdfReader(io.BytesIO(content)).trailer["/Root"]["/Metadata"].get_object().get_data()
    )


@pytest.mark.parametrize(
    "words",
    ["#import \"x\" @ref $x$ *a* _b_ `c` \\ // <b>", "Œuvre « 12\u202f500\u00a0€ »\u202f!", "Łódź", "Ωμέγα, Москва", "“é” – … ’"],
)  # fmt: skip
def test_words_are_words_and_every_character_is_there(template, words):
    content = pdf.document(template, {"words": words})

    assert PdfReader(io.BytesIO(content)).pages[0].extract_text() == words
    assert claims_ua(content)


def test_the_project_s_own_typeface_comes_first(template):
    content = pdf.document(template, {"words": "Œuvre\u202f: «\u00a0Łódź\u00a0»"})

    fonts = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"].values()
    names = {font.get_object()["/BaseFont"].partition("+")[2] for font in fonts}
    assert {name.partition("-")[0] for name in names} == {"Faustina"}


@pytest.mark.parametrize("words", ["\ufdd0 unassigned \U000e0fff", "\x07"])
def test_a_character_that_no_typeface_has_costs_the_claim_and_not_the_document(template, words):
    content = pdf.document(template, {"words": f"Before {words} after"})

    assert not claims_ua(content)
    assert "StructTreeRoot" in str(PdfReader(io.BytesIO(content)).trailer["/Root"])


def test_the_same_words_are_the_same_bytes(template):
    assert pdf.document(template, {"words": "One"}) == pdf.document(template, {"words": "One"})
    assert pdf.document(template, {"words": "One"}) != pdf.document(template, {"words": "Two"})


def test_a_broken_template_says_so(template):
    template.write_text("#let")

    with pytest.raises(typst.TypstError):
        pdf.document(template, {})


def test_a_picture_has_a_pixel_for_each_point(template):
    with Image.open(io.BytesIO(pdf.picture(template, {"words": "One"}))) as picture:
        assert (picture.format, picture.size) == ("PNG", (300, 100))
