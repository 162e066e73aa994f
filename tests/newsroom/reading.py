"""How the tests of the public pages read one."""

import re

BASE = "http://press.example"


def address(release, language):
    return f"/{language}/releases/{release.id}/{release.texts[language].slug}"


def main(page):
    return page.text.partition("<main")[2].partition("</main>")[0]


def links(page):
    """The address and language that the head gives to each version of the page."""
    return re.findall(
        r'<link rel="(canonical|alternate)"(?: hreflang="([\w-]+)")? href="([^"]*)">', page.text
    )
