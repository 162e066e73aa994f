from pressroom.delivery.plain import text_of

MAIL = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Titre</title><style>p{}</style></head><body>
<div style="display:none;max-height:0">Avant-goût <b>caché</b></div>
<table><tr><td>
<div>&nbsp;</div>
<p>Bonjour Ada &lt;b&gt;Quill,</p>
<h1>Il nous
   manque&nbsp;:</h1>
<ul>
  <li>Une carte</li>
  <li>Un <i>lien</i></li>
</ul>
<p><a href="https://press.example/a" class="action">Ma demande</a></p>
<p><a href="https://press.example/a" class="address">https://press.example/a</a></p>
<p>Quand<br>Où, <a href="https://map.example/?a=1&amp;b=2">Plan</a></p>
<p><a href="mailto:ada@press.example">ada@press.example</a></p>
</td></tr></table></body></html>"""


def test_the_text_says_what_the_html_says():
    assert text_of(MAIL) == (
        "Bonjour Ada <b>Quill,\n\n"
        "Il nous manque\xa0:\n\n"
        "- Une carte\n- Un lien\n\n"
        "Ma demande\nhttps://press.example/a\n\n"
        "Quand\nOù, Plan <https://map.example/?a=1&b=2>\n\n"
        "ada@press.example\n"
    )


def test_a_mail_without_words_is_an_empty_line():
    assert text_of("<p> </p>") == "\n"
