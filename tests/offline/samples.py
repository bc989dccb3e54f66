"""Papers as the desk's scanner gives them."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.files import png

PNG = png()


def proof() -> SimpleUploadedFile:
    """A scanned page."""
    return SimpleUploadedFile("凭证.png", PNG)
