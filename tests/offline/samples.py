"""Papers as the desk's scanner gives them."""

from django.core.files.uploadedfile import SimpleUploadedFile

PNG = b"\x89PNG\r\n\x1a\nxxxx"


def proof() -> SimpleUploadedFile:
    """A scanned page."""
    return SimpleUploadedFile("凭证.png", PNG)
