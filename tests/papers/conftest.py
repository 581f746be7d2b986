"""What the tests of papers send."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from partnership import papers


def sent(*contents: bytes, name: str = "IMG_2031.docx", kind: str = "text/html") -> list[SimpleUploadedFile]:
    """Files as a browser sends them: neither their name nor their kind says what they are."""
    return [SimpleUploadedFile(name, content, kind) for content in contents]


def refusal(*contents: bytes) -> papers.Unacceptable:
    """Why there is no paper in what was sent."""
    with pytest.raises(papers.Unacceptable) as refused:
        papers.check(sent(*contents))
    return refused.value


def pages(paper: papers.Paper) -> list[Image.Image]:
    """The pictures on the pages of a paper that was made of photos."""
    with pikepdf.open(io.BytesIO(paper.read())) as pdf:
        return [pikepdf.PdfImage(page.Resources.XObject.Photo).as_pil_image().copy() for page in pdf.pages]
