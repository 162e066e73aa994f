"""Reads a page as strictly as a careful person would, with nothing but the standard library."""

import re
from html.parser import HTMLParser

# Forms that write nothing, or that the secret in their address protects (tests/test_access.py says which).
WITHOUT_TOKEN = re.compile(r"/\w\w/alerts/begin|/u/[\w-]+(/keep)?")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

# What ends an open paragraph, whatever its author meant.
BLOCKS = {
    "p",
    "form",
    "div",
    "ul",
    "ol",
    "dl",
    "table",
    "section",
    "h1",
    "h2",
    "h3",
    "details",
    "fieldset",
    "nav",
    "figure",
}


class Reader(HTMLParser):
    """Collects what `faults` judges: elements with their attributes, and texts with the language they are in."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.links, self.crossed = [], [], [], []
        self._open = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        parents = [name for name, _ in self._open]
        self.elements.append((tag, attributes, parents))
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag not in VOID:
            self._open.append((tag, attributes))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if self._open and self._open[-1][0] == tag:
            self._open.pop()
        elif any(name == tag for name, _ in self._open):
            self.crossed.append(tag)
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        if data.strip() and not any(name in ("script", "style", "svg") for name, _ in self._open):
            language = next((a["lang"] for _, a in reversed(self._open) if "lang" in a), None)
            self.texts.append((language, data.strip()))

    def all(self, tag):
        return [attributes for name, attributes, _ in self.elements if name == tag]


def faults(html, language):
    """What is wrong with a page that should speak `language`; an empty list is a good page."""
    page = Reader(html)
    return [
        *(f"crossed <{tag}>" for tag in page.crossed),
        *_head_faults(page, language),
        *_id_faults(page),
        *_control_faults(page),
        *_form_faults(page),
        *_content_faults(page),
    ]


def title(html):
    return html.partition("<title>")[2].partition("</title>")[0]


def _head_faults(page, language):
    if [a.get("lang") for a in page.all("html")] != [language]:
        yield f"html lang is not {language}"
    if len(page.all("h1")) != 1:
        yield f"{len(page.all('h1'))} h1"
    if len(page.all("title")) != 1:
        yield "no title"
    if len(page.all("main")) != 1:
        yield "no single main"


def _id_faults(page):
    ids = [a["id"] for _, a, _ in page.elements if "id" in a]
    yield from (f"id {name} twice" for name in set(ids) if ids.count(name) > 1)
    for _, attributes, _ in page.elements:
        for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
            yield from (
                f"{name} {target} leads nowhere"
                for target in attributes.get(name, "").split()
                if target not in ids
            )
    yield from (
        f"#{href[1:]} leads nowhere" for href in page.links if href.startswith("#") and href[1:] not in ids
    )


def _control_faults(page):
    labelled = {a.get("for") for a in page.all("label")}
    for tag, attributes, parents in page.elements:
        control = tag in ("select", "textarea") or (
            tag == "input" and attributes.get("type", "text") not in ("hidden", "submit", "button")
        )
        if (
            control
            and attributes.get("id") not in labelled
            and "label" not in parents
            and "aria-label" not in attributes
        ):
            yield f"{tag} {attributes.get('name')} has no label"
        if (
            tag == "input"
            and attributes.get("type") in ("radio", "checkbox")
            and attributes.get("value") is None
        ):
            yield f"input {attributes.get('name')} has no value"
    yield from (
        "a button without a type or a name to read" for a in page.all("button") if a.get("type") == ""
    )


def _form_faults(page):
    for index, (tag, attributes, _) in enumerate(page.elements):
        if tag != "form":
            continue
        inside = [
            a.get("name")
            for name, a, parents in page.elements[index + 1 :]
            if "form" in parents or name == "input"
        ]
        posts = attributes.get("method", "get").lower() == "post"
        if posts and "csrf_token" not in inside and not WITHOUT_TOKEN.fullmatch(attributes.get("action", "")):
            yield f"form {attributes.get('action')} has no token"
        if "action" not in attributes:
            yield "a form without an address"


def _content_faults(page):
    for tag, attributes, parents in page.elements:
        if tag in BLOCKS and "p" in parents:
            yield f"<{tag}> inside a paragraph"
        if tag == "img" and (
            "alt" not in attributes or "width" not in attributes or "height" not in attributes
        ):
            yield f"img {attributes.get('src')} lacks alt, width or height"
        if "style" in attributes or any(name.startswith("on") for name in attributes):
            yield f"<{tag}> has a style or a handler of its own"
        is_data = attributes.get("type") == "application/ld+json"  # nothing that a browser runs
        if tag == "script" and "src" not in attributes and not is_data:
            yield "an inline script"
        if (
            tag == "a"
            and attributes.get("href", "").startswith(("http://", "https://"))
            and "target" in attributes
        ):
            yield "a link opens another window"
    levels = [int(tag[1]) for tag, _, _ in page.elements if tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
    yield from (f"h{a} is followed by h{b}" for a, b in zip(levels, levels[1:], strict=False) if b > a + 1)
