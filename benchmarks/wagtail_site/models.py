"""A release as a Wagtail site would have it: its words as rich text, its pictures and contacts as rows of their own."""

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page


class SectionPage(Page):
    """The home page, and what its menu leads to."""


class ReleasePage(Page):
    date = models.DateTimeField()
    body = RichTextField()
    template = "release.html"

    def get_context(self, request):
        menu = self.get_site().root_page.get_children().live().in_menu()
        return {**super().get_context(request), "menu": menu}


class ReleasePicture(Orderable):
    page = ParentalKey(ReleasePage, related_name="pictures")
    image = models.ForeignKey("wagtailimages.Image", on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(max_length=250)
    credit = models.CharField(max_length=200)


class Contact(Orderable):
    page = ParentalKey(ReleasePage, related_name="contacts")
    name = models.CharField(max_length=200)
    email = models.EmailField()
