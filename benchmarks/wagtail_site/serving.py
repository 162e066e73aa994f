"""Builds the site in $BENCHMARK_FOLDER (`python -m benchmarks.wagtail_site.serving`), and serves it (`application`).

The folder holds `page.html`, a page of ours: its words become those of Wagtail's, and what stands around them the
template, so that both weigh the same. Nothing is cached, in neither.
"""

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

FOLDER = Path(os.environ["BENCHMARK_FOLDER"])
PRAGMAS = os.environ["BENCHMARK_PRAGMAS"]
BODY = re.compile(r"<p[ >].*</p>", re.DOTALL)  # from the first paragraph of the page to the last one
ROWS = (
    "{% for one in page.assets.all %}<li>{{ one.name }} {{ one.credit }}</li>{% endfor %}"
    "{% for one in page.contacts.all %}<li>{{ one.name }} {{ one.email }}</li>{% endfor %}"
)

sys.path.append(str(FOLDER))
settings.configure(
    SECRET_KEY="k" * 40, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True, LANGUAGE_CODE="fr",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", WAGTAIL_SITE_NAME="Press", STATIC_URL="/static/", WAGTAILADMIN_BASE_URL="http://press.example",
    INSTALLED_APPS=[
        "benchmarks.wagtail_site", "wagtail.contrib.redirects", "wagtail.users", "wagtail.images", "wagtail.documents",
        "wagtail.admin", "wagtail", "modelcluster", "taggit", "treebeard", "django.contrib.auth",
        "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware", "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [FOLDER], "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }],
    DATABASES={"default": {
        "ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "wagtail.db", "CONN_MAX_AGE": None,
        "OPTIONS": {"init_command": PRAGMAS, "transaction_mode": "IMMEDIATE"},
    }},
    MIGRATION_MODULES={"wagtail_site": "release_migrations"},  # written into the folder when the site is built
)  # fmt: skip
django.setup()

# After the set-up: what belongs to the site needs it.
from wagtail import urls  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402

from benchmarks.wagtail_site.models import Asset, Contact, ReleasePage  # noqa: E402

urlpatterns = [path("", include(urls))]


def build() -> None:
    """A database with one release, and the template that it is shown by."""
    whole = (FOLDER / "page.html").read_text()
    body = BODY.search(whole)
    words = "{% load wagtailcore_tags %}{{ page.body|richtext }}{{ page.date|date:'j F Y' }}" + ROWS
    around = [
        f"{{% verbatim %}}{part}{{% endverbatim %}}" for part in (whole[: body.start()], whole[body.end() :])
    ]
    (FOLDER / "release.html").write_text(words.join(around))
    (FOLDER / "release_migrations").mkdir()
    (FOLDER / "release_migrations" / "__init__.py").touch()
    call_command("makemigrations", "wagtail_site", verbosity=0)
    call_command("migrate", verbosity=0)
    root = Page.get_first_root_node()
    page = ReleasePage(title="Release", slug="release", date=datetime.now(UTC), body=body[0])
    root.add_child(instance=page)
    for number in range(5):
        Asset.objects.create(page=page, name=f"Picture {number}", credit="Press")
    Contact.objects.create(page=page, name="Maël Quéré", email="mael@press.example")
    Site.objects.all().delete()
    Site.objects.create(hostname="127.0.0.1", root_page=page, is_default_site=True)


def application():
    return get_wsgi_application()


if __name__ == "__main__":
    build()
