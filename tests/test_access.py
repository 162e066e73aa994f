"""Every address is open by list, or refused; every unsafe method needs its token."""

import pytest
from werkzeug.routing import AnyConverter, IntegerConverter

from pressroom import access
from pressroom.access import STAFF_ROLES, Role
from pressroom.database import db
from pressroom.delivery.models import Message
from tests import builders

# What anybody may open. A new public page is added here on purpose, never by accident.
OPEN = {
    "static",
    "newsroom.entrance", "newsroom.home", "newsroom.releases", "newsroom.topic", "newsroom.release", "renditions.file",
    "renditions.card", "renditions.nameless",
    "newsroom.short", "standing.contacts", "standing.legal", "standing.privacy", "standing.accessibility",
    "feeds.atom", "feeds.rss", "feeds.json_feed", "sitemaps.index", "sitemaps.pages", "sitemaps.releases", "sitemaps.news",
    "sitemaps.robots", "sitemaps.security", "api.releases", "api.release", "api.events", "api.openapi",
    "corrections.log", "corrections.atom", "corrections.versions", "corrections.version",
    "pictures.index", "pictures.file", "pictures.asset",
    "events.index", "events.show", "events.ics",
    "alerts.subscribe", "alerts.begin", "alerts.asked",
    "applying.apply", "applying.check", "applying.send", "applying.forget", "accreditation.find",
    "staff.sign_in", "staff.sign_out",
}  # fmt: skip
# What needs a private link: an unknown token finds nothing.
BY_TOKEN = {
    "accreditation.application", "accreditation.verify", "accreditation.send_receipt",
    "following.answer", "following.change", "following.withdraw", "following.reopen", "following.accept_offer",
    "following.ask_review", "following.write", "following.ics", "following.receipt",
    "own_data.show", "own_data.export", "own_data.erase",
    "alerts.own", "alerts.confirm", "alerts.end", "alerts.copy", "alerts.erase", "alerts.leave", "alerts.keep",
    "kits.show", "kits.accept", "kits.file", "kits.everything", "kits.download", "kits.new_link", "staff.set_up",
    "previews.show", "previews.enter", "previews.take", "previews.file", "previews.take_file",
}  # fmt: skip
# What is posted from where no token of ours can be, and what keeps strangers out instead: nothing is written by the
# first, and the others need the secret of a mail (mail providers post to it, RFC 8058).
WITHOUT_FORM_TOKEN = {"alerts.begin": 200, "alerts.leave": 404, "alerts.keep": 404}
ANY = {IntegerConverter: lambda _: 1, AnyConverter: lambda converter: sorted(converter.items)[0]}
DUMMY = {"language": "fr", "slug": "rien", "token": "t" * 22}


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def address(app, rule):
    values = {name: DUMMY.get(name, "x") for name in rule.arguments}
    values |= {
        name: ANY.get(type(converter), lambda _: "x")(converter)
        for name, converter in rule._converters.items()
        if name not in DUMMY
    }
    return app.url_map.bind("press.example").build(rule.endpoint, values)


def test_every_address_is_on_a_list_or_behind_a_role(app):
    guarded = set(access.desk_roles())

    unlisted = {
        rule.endpoint for rule in rules(app)
        if rule.endpoint not in OPEN | BY_TOKEN and rule.endpoint.partition(".")[0] not in guarded
    }  # fmt: skip

    assert unlisted == set()
    assert {rule.endpoint for rule in rules(app)} >= (OPEN | BY_TOKEN) - {"static"}


def test_a_visitor_is_sent_to_sign_in_from_every_desk_page(app, client):
    for rule in rules(app):
        if rule.endpoint.partition(".")[0] in access.desk_roles():
            for method in rule.methods - {"OPTIONS", "HEAD"}:
                response = client.open(address(app, rule), method=method)
                assert (rule.rule, method, response.status_code) == (rule.rule, method, 303)
                back = "?next=" if method == "GET" else ""
                assert response.location.startswith(f"/desk/sign-in{back}")


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_a_role_that_is_not_named_gets_no_further(app, role):
    client = builders.signed_in(app, role=role)
    refused = {name for name, roles in access.desk_roles().items() if role not in roles}

    for rule in rules(app):
        if rule.endpoint.partition(".")[0] in refused:
            for method in rule.methods - {"OPTIONS", "HEAD"}:
                assert (rule.rule, client.open(address(app, rule), method=method).status_code) == (
                    rule.rule,
                    403,
                )
    assert (role is Role.ADMIN) == (refused == set())


def test_a_token_that_is_unknown_finds_nothing(app, client):
    for rule in rules(app):
        if rule.endpoint in BY_TOKEN:
            for method in rule.methods - {"OPTIONS", "HEAD"}:
                assert (rule.rule, client.open(address(app, rule), method=method).status_code) == (
                    rule.rule,
                    404,
                )


def test_every_unsafe_method_needs_the_form_s_own_token(app):
    app.config["WTF_CSRF_ENABLED"] = True
    client = builders.signed_in(app, role=Role.ADMIN)

    for rule in rules(app):
        for method in rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            response = client.open(address(app, rule), method=method)
            expected = WITHOUT_FORM_TOKEN.get(rule.endpoint, 400)
            assert (rule.rule, response.status_code) == (rule.rule, expected)


def test_no_get_address_also_takes_a_state_changing_name(app):
    assert [rule.rule for rule in rules(app) if {"PUT", "DELETE", "PATCH"} & rule.methods] == []


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https:evil.example", "///evil.example", "/desk\\@evil.example", "/desk/\r\nX: 1",
     "http://evil.example/desk/", "/fr/", "javascript:alert(1)", "", None],
)  # fmt: skip
def test_after_signing_in_nobody_is_sent_elsewhere(target):
    assert access.safe_next(target) is None


def test_after_signing_in_one_is_back_where_one_was():
    assert access.safe_next("/desk/releases/?page=2") == "/desk/releases/?page=2"


def test_the_same_headers_stand_on_every_answer(client):
    for address_ in ("/fr/", "/fr/nothing-here", "/desk/"):
        headers = client.get(address_).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_an_unknown_host_is_refused_before_anything_happens(app):
    app.config["TRUSTED_HOSTS"] = ["press.example"]

    response = app.test_client().post(
        "/fr/applications/find", headers={"Host": "evil.example"}, data={"email": "a@x.example"}
    )

    assert response.status_code == 400
    assert db.session.scalars(db.select(Message)).all() == []
