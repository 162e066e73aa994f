"""The peer of the form: Django's ModelForm over the same words, in a project as `startproject` makes it.

A program of its own, run by a Python that has Django: `django_form.py DATABASE PRAGMAS`. It posts the form once for
each line that it reads, and answers with a line.
"""

import json
import sys

import django
from django.conf import settings
from django.db import connection, models
from django.forms import ModelForm
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.test import Client
from django.urls import path

CATEGORIES = ("written", "photo", "broadcast", "agency", "online", "technical")


def configure(database: str, pragmas: str) -> None:
    settings.configure(
        SECRET_KEY="k" * 40, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
        ],
        DATABASES={"default": {
            "ENGINE": "django.db.backends.sqlite3", "NAME": database, "CONN_MAX_AGE": None,
            "OPTIONS": {"init_command": pragmas, "transaction_mode": "IMMEDIATE"},
        }},
    )  # fmt: skip
    django.setup()


configure(*sys.argv[1:])


class Request(models.Model):
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254)
    outlet = models.CharField(max_length=200)
    category = models.CharField(max_length=20, choices=[(code, code) for code in CATEGORIES])
    phone = models.CharField(max_length=40, blank=True)
    samples = models.TextField(max_length=2000, blank=True)
    needs = models.TextField(max_length=2000, blank=True)

    class Meta:
        app_label = "form"


class RequestForm(ModelForm):
    class Meta:
        model = Request
        fields = ("name", "email", "outlet", "category", "phone", "samples", "needs")


def take(request):
    form = RequestForm(request.POST)
    if not form.is_valid():
        return render(request, "form.html", {"form": form}, status=422)
    form.save()
    return HttpResponseRedirect("/sent")


urlpatterns = [path("", take)]


def main() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Request)
    client, token = Client(enforce_csrf_checks=True), "t" * 32
    client.cookies[settings.CSRF_COOKIE_NAME] = token
    for line in sys.stdin:
        status = client.post("/", {**json.loads(line), "csrfmiddlewaretoken": token}).status_code
        print(status, flush=True)


main()
