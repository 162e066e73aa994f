import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom.markup import MAX_BODY, clean, excerpt, from_markdown, from_typed, plain_text

KEPT = "p h2 h3 ul ol li blockquote strong em a span"
TYPED = f"{KEPT} h1 h4 b i div table tr td br hr pre font script style svg math"
TAGS = TYPED.split()
ALLOWED = {form for tag in KEPT.split() for form in (tag, f"/{tag}")} | {"a href=", "span lang=", "br"}
VALUES = [
    "",
    "en",
    "EN-GB",
    "x y",
    "javascript:alert(1)",
    "https://a.example/?b=1&c=<d>",
    '"><script>',
    "/local",
]
NAMES = ["lang", "href", "onclick", "style", "class", "src", "xlink:href"]
attributes = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=2)
opening = st.builds(
    lambda tag, pairs: f"<{tag} {' '.join(f'{name}={value!r}' for name, value in pairs)}>",
    st.sampled_from(TAGS),
    attributes,
)
closing = st.sampled_from(TAGS).map(lambda tag: f"</{tag}>")
words = st.text(max_size=4) | st.sampled_from(
    [" ", "\n", "\N{NO-BREAK SPACE}", "mot", "&lt;b&gt;", "<!--", "-->", "<"]
)
soup = st.lists(opening | closing | words, max_size=25).map("".join)


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("<p>a <b>b</b> <i>c</i></p>", "<p>a <strong>b</strong> <em>c</em></p>"),
        ("<h1>A</h1><h4>B</h4><h6>C</h6>", "<h2>A</h2><h3>B</h3><h3>C</h3>"),
        (
            "bare <b>x</b><p></p><p>&nbsp;</p><div>y<p><em> </em></p></div>",
            "<p>bare <strong>x</strong></p><p>y</p>",
        ),
        ("<strong>a</strong><strong> b</strong>", "<p><strong>a b</strong></p>"),
        ("<p>a<strong> b </strong>c</p>", "<p>a <strong>b</strong> c</p>"),
        ("<strong><p>a</p></strong>b", "<p><strong>a</strong></p><p>b</p>"),
        ("<p>\n a\n  b <br> c<br></p>", "<p>a b<br>c</p>"),
        ("<p>a<br> <br>b</p>", "<p>a</p><p>b</p>"),
        ("a<hr>b<br>", "<p>a</p><p>b</p>"),
        ("<br><ul><li><p>a</p></li><li><br></li></ul>", "<ul><li>a</li></ul>"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("<ul><li>a</li><ul><li>b</li></ul>c</ul>", "<ul><li><p>a</p><ul><li>b</li></ul><p>c</p></li></ul>"),
        ("<li>a<li>b", "<ul><li>a</li><li>b</li></ul>"),
        ("<ol>a</ol><blockquote>b</blockquote>", "<ol><li>a</li></ol><blockquote><p>b</p></blockquote>"),
        ("<table><tr><td>a<td>b</table>", "<p>a</p><p>b</p>"),
        ('<span lang="EN-GB">a</span> <span>b</span>', '<p><span lang="en">a</span> b</p>'),
        (
            '<p lang="de_AT">a <em lang="en">b</em></p>',
            '<p><span lang="de">a</span> <em><span lang="en">b</span></em></p>',
        ),
        (
            '<span lang="fr">a <span lang="en">b</span></span>',
            '<p><span lang="fr">a</span> <span lang="en">b</span></p>',
        ),
        ('<span lang="x">a</span><span lang="en;">b</span>', "<p>ab</p>"),
        (
            '<a href="https://a.example/?b=1&amp;c">a</a>',
            '<p><a href="https://a.example/?b=1&amp;c">a</a></p>',
        ),
        ('<a href="mailto:a@b.example">a</a>', '<p><a href="mailto:a@b.example">a</a></p>'),
        ("<p>a\x00\x07b\ufeff</p>", "<p>ab</p>"),
        ("<blockquote>" * 20 + "a", "<blockquote>" * 8 + "<p>a</p>" + "</blockquote>" * 8),
        ("", ""),
    ],
)
def test_html_becomes_its_canonical_form(dirty, cleaned):
    assert clean(dirty) == cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("attack", "cleaned"),
    [
        ("<script>alert(1)</script>a", "<p>a</p>"),
        ("<scr<script>x</script>ipt>alert(1)</script>", "<p>xipt&gt;alert(1)</p>"),
        ("<style>p{}</style><p style='x' class='y' id='z' onclick='a()'>b</p>", "<p>b</p>"),
        ("<svg><script>a</script><text>b</text></svg>c", "<p>c</p>"),
        ("<math><mtext><img src=x onerror=a()></mtext></math>b", "<p>b</p>"),
        ("<img src=x onerror=a()><iframe src='//b.example'></iframe>c", "<p>c</p>"),
        ("<a href='javascript:a()'>b</a>", "<p>b</p>"),
        ("<a href=' jAva\tscript:a()'>b</a>", "<p>b</p>"),
        ("<a href='data:text/html,a'>b</a><a href='//c.example'>d</a><a href='#e'>f</a>", "<p>bdf</p>"),
        ("<p>&lt;script&gt;a&lt;/script&gt;", "<p>&lt;script&gt;a&lt;/script&gt;</p>"),
        ("<!--[if mso]><p>a</p><![endif]--><o:p>b</o:p>", "<p>b</p>"),
        ("<p>a<b>b<p>c", "<p>a<strong>b</strong></p><p><strong>c</strong></p>"),
    ],
)
def test_nothing_that_runs_survives(attack, cleaned):
    assert clean(attack) == cleaned


@settings(max_examples=300, deadline=None)
@given(soup)
def test_any_soup_becomes_canonical_and_harmless(dirty):
    once = clean(dirty)

    assert clean(once) == once
    assert set(re.findall(r"<(/?\w+(?: \w+=)?)", once)) <= ALLOWED
    assert 'href="javascript' not in once


@pytest.mark.parametrize("convert", [clean, from_markdown, from_typed, plain_text, excerpt])
def test_a_text_beyond_the_limit_is_refused(convert):
    with pytest.raises(ValueError, match="too long"):
        convert("a" * (MAX_BODY + 1))


def test_a_text_that_grows_beyond_the_limit_is_refused():
    with pytest.raises(ValueError, match="too long"):
        clean("<p>" + "&" * (MAX_BODY // 2))


def test_markdown_becomes_html():
    text = """# Title

Some **bold**, *italic*, [a link](https://a.example/) and [the press]{lang=EN onclick=x}.

- one
- two

> quoted

3. <b>raw</b> [bad](javascript:x)
"""

    assert from_markdown(text) == (
        "<h2>Title</h2>"
        '<p>Some <strong>bold</strong>, <em>italic</em>, <a href="https://a.example/">a link</a>'
        ' and <span lang="en">the press</span>.</p>'
        "<ul><li>one</li><li>two</li></ul>"
        "<blockquote><p>quoted</p></blockquote>"
        "<ol><li>&lt;b&gt;raw&lt;/b&gt; [bad](javascript:x)</li></ol>"
    )


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("<p>a *b*</p>", "<p>a *b*</p>"),
        ("a *b*\n\n2 < 3", "<p>a <em>b</em></p><p>2 &lt; 3</p>"),
        ("", ""),
    ],
)
def test_a_form_may_post_html_or_markdown(typed, html):
    assert from_typed(typed) == html


def test_plain_text_keeps_structure_and_addresses():
    html = (
        "<h2>Title</h2><p>See <a href='https://a.example/b'><strong>the</strong> site</a>,"
        " <a href='mailto:a@b.example'>a@b.example</a>, <a href='https://c.example/'>c.example</a>.<br>End</p>"
        "<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul><ol><li>first</li><li>second</li></ol>"
        "<blockquote><p>said</p><p>more</p></blockquote>"
    )

    assert plain_text(html) == (
        "Title\n\n"
        "See the site (https://a.example/b), a@b.example, c.example.\nEnd\n\n"
        "- one\n  - inner\n- two\n\n"
        "1. first\n2. second\n\n"
        "> said\n>\n> more"
    )


@pytest.mark.parametrize(
    ("html", "limit", "short"),
    [
        ("<h2>T</h2><p>One two.</p><ul><li>Three<br>four</li></ul>", 200, "One two. Three four"),
        ("<p>One two, three</p>", 12, "One two…"),
        ("<p>One two\N{NARROW NO-BREAK SPACE}; three</p>", 12, "One two…"),
        ("<p>Abcdefghijkl</p>", 6, "Abcde…"),
    ],
)
def test_an_excerpt_ends_between_words(html, limit, short):
    assert excerpt(html, limit) == short
