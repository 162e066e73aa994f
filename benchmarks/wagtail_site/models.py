"""A release as a Wagtail site would have it: its words as rich text, its files and contacts as rows of their own."""

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page


class ReleasePage(Page):
    date = models.DateTimeField()
    body = RichTextField()
    template = "release.html"


class Asset(Orderable):
    page = ParentalKey(ReleasePage, related_name="assets")
    name = models.CharField(max_length=200)
    credit = models.CharField(max_length=200)


class Contact(Orderable):
    page = ParentalKey(ReleasePage, related_name="contacts")
    name = models.CharField(max_length=200)
    email = models.EmailField()
