"""Finding releases by their words."""

from pressroom.releases.models import Release


def refresh(release: Release) -> None:
    """Bring the index up to date with what is public of this release."""
