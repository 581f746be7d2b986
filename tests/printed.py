"""Our PDFs, read as a search engine and a screen reader do."""

import io

import pikepdf
import pypdf


def words(content: bytes) -> str:
    """The text of a PDF, page after page."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def links(content: bytes) -> list[str]:
    """Where its links lead."""
    found = []
    with pikepdf.open(io.BytesIO(content)) as file:
        for page in file.pages:
            found += [str(note.A.URI) for note in page.get("/Annots", []) if "/URI" in note.get("/A", {})]
    return found
