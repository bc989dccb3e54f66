"""Papers as a scanner at the window gives them."""

from django.core.files.uploadedfile import SimpleUploadedFile

PNG = b"\x89PNG\r\n\x1a\nxxxx"


def signed_page() -> SimpleUploadedFile:
    """A scanned page."""
    return SimpleUploadedFile("笔录.png", PNG)
