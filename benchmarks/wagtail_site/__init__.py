"""The peer of a cold page: a release in Wagtail, a program for a Python that has Wagtail (`make bench` makes one)."""
