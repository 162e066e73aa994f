"""Builds the site in $BENCHMARK_FOLDER (`python -m benchmarks.wagtail_site.serving RELEASES`), and serves it (`application`).

The folder holds `page.html`, a page of ours, which becomes the template: where ours puts the headline, the text, the
pictures, the contact and the menu, Wagtail puts its own, so that both weigh the same. Nothing is cached, in neither.
"""

import io
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
PICTURES = 5  # in each release, as in ours
MENU = '{% for one in menu %}<li><a href="{% pageurl one %}">{{ one.title }}</a></li>{% endfor %}'
CONTACTS = (
    "{% for one in page.contacts.all %}<p><b>{{ one.name }}</b></p>"
    '<p><a href="mailto:{{ one.email }}">{{ one.email }}</a></p>{% endfor %}'
)
FIGURES = (
    "{% for one in page.pictures.all %}<figure>{% picture one.image format-{avif,webp,jpeg} width-800 %}"
    "<figcaption>{{ one.caption }} {{ one.credit }} Free to use in the media, with the credit; not in advertising. "
    '<a href="{{ one.image.file.url }}" download>Download (JPEG, {{ one.image.width }} × {{ one.image.height }}, '
    "{{ one.image.file_size|filesizeformat }})</a></figcaption></figure>{% endfor %}"
)
BODY = r'(?s)(?<=<div class="release-body">).*?(?=</div>)'
# What stands in our page, in its order -> what stands there in the template.
PARTS = {
    r'(?<=<link rel="canonical" href=")[^"]*': "{{ page.full_url }}",
    r'(?s)<li><a href="/fr/releases/" .*?(?=</ul>)': MENU,
    r'(?<=<time datetime=").{10}(?=")': "{{ page.date|date:'Y-m-d' }}",
    r'(?<=\d">)[^<]*(?=</time>)': "{{ page.date|date:'j F Y' }}",
    r"(?<=<h1>).*?(?=</h1>)": "{{ page.title }}",
    BODY: "{{ page.body|richtext }}",
    r'(?s)(?<=<section class="card contact">).*?(?=</section>)': CONTACTS,
    r"(?s)<figure>.*</figure>": FIGURES,
}

sys.path.append(str(FOLDER))
settings.configure(
    SECRET_KEY="k" * 40, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True, LANGUAGE_CODE="fr",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", WAGTAIL_SITE_NAME="Press", STATIC_URL="/static/", MEDIA_ROOT=FOLDER / "media", MEDIA_URL="/media/",
    WAGTAILADMIN_BASE_URL="http://press.example",
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
from django.core.files.images import ImageFile  # noqa: E402
from django.test import Client  # noqa: E402
from PIL import Image as Pixels  # noqa: E402
from wagtail import urls  # noqa: E402
from wagtail.images.models import Image  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402

from benchmarks.wagtail_site.models import Contact, ReleasePage, ReleasePicture, SectionPage  # noqa: E402

urlpatterns = [path("", include(urls))]


def build(releases: int) -> None:
    """A database with so many releases below a home page with a menu, and the template that they are shown by."""
    whole = (FOLDER / "page.html").read_text()
    (FOLDER / "release.html").write_text(_template(whole))
    (FOLDER / "release_migrations").mkdir()
    (FOLDER / "release_migrations" / "__init__.py").touch()
    call_command("makemigrations", "wagtail_site", verbosity=0)
    call_command("migrate", verbosity=0)
    home = Page.get_first_root_node().add_child(instance=SectionPage(title="Press", slug="press"))
    Site.objects.all().delete()
    Site.objects.create(hostname="127.0.0.1", root_page=home, is_default_site=True)
    for title in ("Communiqués", "Événements", "Médiathèque", "Contacts"):
        home.add_child(instance=SectionPage(title=title, slug=title.lower()[1:5], show_in_menus=True))
    body, images = re.search(BODY, whole)[0], [_image(number) for number in range(PICTURES)]
    for number in range(releases):
        release = ReleasePage(title=f"Release {number}", date=datetime.now(UTC), body=body)
        release.slug = f"release-{number}"
        release.pictures = [
            ReleasePicture(image=image, caption=f"Picture {image.id}", credit="Press") for image in images
        ]
        release.contacts = [Contact(name="Maël Quéré", email="mael@press.example")]
        home.add_child(instance=release)
    Client().get("/release-0/", SERVER_NAME="127.0.0.1")  # makes the renditions


def _template(whole: str) -> str:
    """Our page with its moving parts as Wagtail's; all else is said as it is."""
    pieces, done = ["{% load wagtailcore_tags wagtailimages_tags %}"], 0
    for part, tag in PARTS.items():
        begins, ends = re.search(part, whole).span()
        pieces += ["{% verbatim %}", whole[done:begins], "{% endverbatim %}", tag]
        done = ends
    return "".join([*pieces, "{% verbatim %}", whole[done:], "{% endverbatim %}"])


def _image(number: int) -> Image:
    file = io.BytesIO()
    Pixels.new("RGB", (1200, 800), (40 * number, 90, 107)).save(file, "JPEG")
    return Image.objects.create(title=f"Picture {number}", file=ImageFile(file, name=f"picture-{number}.jpg"))


def application():
    return get_wsgi_application()


if __name__ == "__main__":
    build(int(sys.argv[1]))
