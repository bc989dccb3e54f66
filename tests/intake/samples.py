"""Papers as a scanner at the window gives them."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.files import png

PNG = png()


def signed_page() -> SimpleUploadedFile:
    """A scanned page."""
    return SimpleUploadedFile("笔录.png", PNG)
