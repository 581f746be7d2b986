"""A PDF as we keep it: written anew from what was understood of it, and refused if that can do more than be read.

What is looked through is what will be kept, not what was sent: between the two there is no room for what one program
reads and another does not. Signatures hold for the bytes that were signed, so they are taken off; so is metadata.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from refused import Refused

WHITESPACE = b"\0\t\n\f\r "
# What an action does by its name (/S), beyond leading to a page or an address.
SCRIPTS = {"/JavaScript", "/Rendition"}
LAUNCHES = {
    *("/Launch", "/GoToR", "/GoToE", "/ImportData", "/SubmitForm"),
    *("/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView"),
}
CARRIERS = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
EMBEDDED = {"/F", "/UF", "/DOS", "/Mac", "/Unix"}


def make(order: dict[str, Any], read: Callable[[int], bytes]) -> tuple[bytes, int]:
    """The paper and the number of its pages."""
    data = read(order["inputs"][0][1])
    if not data.startswith(b"%PDF-") or not data.rstrip(WHITESPACE).endswith(b"%%EOF"):
        raise Refused("broken")
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                raise Refused("locked")
            pages = len(pdf.pages)
            if not pages:
                raise Refused("broken")
            if pages > order["pages"]:
                raise Refused("pages")
            paper = written_anew(pdf)
    except (pikepdf.PasswordError, RuntimeError) as problem:
        # Some locks want a random number, which would be read from a file that cannot be opened here.
        raise Refused("locked" if b"/Encrypt" in data else "broken") from problem
    with pikepdf.open(io.BytesIO(paper), attempt_recovery=False) as pdf:
        if len(pdf.pages) != pages:
            raise Refused("broken")
        harms = {harm(thing) for thing in everything(pdf)}
    # A form of one program holds scripts and files as well: the sentence is about what it is.
    for why in ("form", "script", "launch", "files"):
        if why in harms:
            raise Refused(why)
    # An archive is read from its end, so that one can hide in what is left of the other.
    if zipfile.is_zipfile(io.BytesIO(paper)):
        raise Refused("double")
    return paper, pages


def written_anew(pdf: pikepdf.Pdf) -> bytes:
    """The bytes of what is reached from its pages, without metadata, private data of programs, and signatures."""
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    forget(pdf.Root, "/Perms", "/DSS")
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            forget(thing, "/Metadata", "/PieceInfo")
            if thing.get("/FT") == "/Sig":
                forget(thing, "/V")
    if isinstance(form := pdf.Root.get("/AcroForm"), pikepdf.Dictionary):
        forget(form, "/SigFlags")
    paper = io.BytesIO()
    pdf.save(
        paper,
        fix_metadata_version=False,
        compress_streams=False,
        # As they were: what unfolds to a thousand times its size stays folded.
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        deterministic_id=True,
    )
    return paper.getvalue()


def forget(thing: pikepdf.Object, *names: str) -> None:
    """Take names out of a dictionary."""
    for name in names:
        if name in thing:
            del thing[name]


def everything(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary and every stream of a file, those inside others as well."""
    waiting: list[pikepdf.Object] = [pdf.trailer, *pdf.objects]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            inside = list(thing)
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            yield thing
            inside = [value for _name, value in thing.items()]
        else:
            continue
        # What has a number of its own comes by itself.
        waiting += [value for value in inside if isinstance(value, pikepdf.Object) and not value.is_indirect]


def harm(thing: pikepdf.Object) -> str:
    """Why a dictionary or a stream may not be in a paper, or nothing."""
    names = set(thing.keys())
    action = str(thing.S) if isinstance(thing.get("/S"), pikepdf.Name) else ""
    kind = str(thing.Subtype) if isinstance(thing.get("/Subtype"), pikepdf.Name) else ""
    # A font may be called /JS and a picture /EF: what they are decides, not the name alone.
    if action in SCRIPTS or isinstance(thing.get("/JS"), pikepdf.String | pikepdf.Stream):
        return "script"
    if isinstance(thing.get("/XFA"), pikepdf.Array | pikepdf.Stream):
        return "form"
    files = thing.get("/EF")
    if isinstance(files, pikepdf.Dictionary) and EMBEDDED & set(files.keys()):
        return "files"
    if kind in CARRIERS or thing.get("/Type") == "/EmbeddedFile":
        return "files"
    # A stream whose data lies in another file (/F) opens one, too.
    if action in LAUNCHES or (isinstance(thing, pikepdf.Stream) and "/F" in names):
        return "launch"
    return ""
