"""Papers as people send them, and as those send them who mean harm: each made here, none kept in the tree."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
import pillow_heif
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

pillow_heif.register_heif_opener()
SCRIPT = "SECRET-SCRIPT"
SECRET = "SECRET-PLACE"


# -- PDF --------------------------------------------------------------------------------------------------------------


def plain(pages: int = 1) -> Pdf:
    """A PDF that says something on each page."""
    pdf = pikepdf.new()
    for number in range(pages):
        page = pdf.add_blank_page(page_size=(595, 842))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = Stream(pdf, f"BT /F1 12 Tf 50 750 Td (Page {number + 1}) Tj ET".encode())
    return pdf


def saved(pdf: Pdf, **how) -> bytes:
    """The bytes of a PDF."""
    place = io.BytesIO()
    pdf.save(place, **how)
    return place.getvalue()


def with_root(**names) -> bytes:
    """A page, and names in its catalogue."""
    pdf = plain()
    for name, thing in names.items():
        pdf.Root[f"/{name}"] = thing
    return saved(pdf)


def with_annotation(**names) -> bytes:
    """A page with something that can be touched."""
    pdf = plain()
    touched = Dictionary(Type=Name.Annot, Rect=[0, 0, 100, 100], **{"Subtype": Name.Link, **names})
    pdf.pages[0].Annots = Array([pdf.make_indirect(touched)])
    return saved(pdf)


def script() -> Dictionary:
    """What runs when it is reached."""
    return Dictionary(S=Name.JavaScript, JS=String(SCRIPT))


def with_file(**how) -> bytes:
    """A page, and a file attached to it as programs do."""
    pdf = plain()
    pdf.attachments["notes.txt"] = b"inside"
    return saved(pdf, **how)


def with_written_file(place: str) -> bytes:
    """A page, and a file attached to it by hand, without saying what it is."""
    pdf = plain()
    inside = pdf.make_indirect(Dictionary(F=String("a.exe"), EF=Dictionary({f"/{place}": Stream(pdf, b"MZ")})))
    pdf.Root.AF = Array([inside])
    return saved(pdf)


def form(**names) -> Pdf:
    """A page with a field that somebody has filled in."""
    pdf = plain()
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("nom"), V=String("Manon"), Rect=[0, 0, 90, 20]
    )
    pdf.pages[0].Annots = Array([pdf.make_indirect(field)])
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.pages[0].Annots[0]]), **names)
    return pdf


def signed() -> bytes:
    """A form whose signature covers the bytes that were signed."""
    pdf = form(SigFlags=3)
    signature = Dictionary(Type=Name.Sig, Contents=String("00" * 20), ByteRange=[0, 1, 2, 3])
    field = Dictionary(FT=Name.Sig, T=String("cachet"), V=pdf.make_indirect(signature))
    pdf.Root.AcroForm.Fields.append(pdf.make_indirect(field))
    pdf.Root.Perms = Dictionary(DocMDP=signature)
    return saved(pdf)


def with_script_in_an_older_version() -> bytes:
    """What somebody has printed anew: an update takes the script out, and its bytes stay in the file."""
    before = with_root(OpenAction=script())
    with pikepdf.open(io.BytesIO(before)) as pdf:
        number, pages = pdf.Root.objgen[0], pdf.Root.Pages.objgen[0]
        size = int(pdf.trailer.Size)
    start = len(before)
    root = f"{number} 0 obj\n<< /Type /Catalog /Pages {pages} 0 R >>\nendobj\n".encode()
    table = f"xref\n{number} 1\n{start:010} 00000 n \ntrailer\n<< /Size {size} /Root {number} 0 R".encode()
    previous = before.rsplit(b"startxref", 1)[1].split()[0].decode()
    end = f" /Prev {previous} >>\nstartxref\n{start + len(root)}\n%%EOF\n".encode()
    return before + root + table + end


def with_a_name_in_hexadecimal() -> bytes:
    """The script's name written so that a search for it finds nothing."""
    data = with_root(OpenAction=script())
    assert data.count(b"/JavaScript") == 1
    return data.replace(b"/JavaScript", b"/J#61v#61Script")


def archive() -> bytes:
    """A ZIP."""
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w") as packed:
        packed.writestr("run.js", SCRIPT)
    return place.getvalue()


def with_an_archive_in_its_last_stream() -> bytes:
    """A PDF by its beginning and its end, and a ZIP whose end lies near enough to its own."""
    pdf = plain()
    pdf.Root.Odd = pdf.make_indirect(Stream(pdf, archive()))
    return saved(pdf, compress_streams=False)


def with_an_archive_after_it() -> bytes:
    """A PDF, then a ZIP whose comment ends as a PDF does: rewritten it is a PDF alone."""
    packed = archive()
    comment = b"\n%%EOF"
    return saved(plain()) + packed[:-2] + struct.pack("<H", len(comment)) + comment


def raw(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF written by hand, whatever stands in it."""
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + table + b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(data))


def unfolding(begins: bytes, megabytes: int) -> bytes:
    """What unfolds to these bytes, then to spaces without end; made without unfolding it."""
    block = zlib.compressobj(9, wbits=-15)
    first, packer = begins.ljust(1 << 20), zlib.compressobj(9, wbits=-15)
    spaces = block.compress(b" " * (1 << 20)) + block.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH) + spaces * megabytes + b"\3\0"


def bomb(megabytes: int) -> bytes:
    """A PDF whose catalogue is folded into so many megabytes of spaces."""
    folded = unfolding(b"1 0 " + CATALOGUE, megabytes)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(folded)
    data, places = b"%PDF-1.5\n", {}
    for number, content in ((2, LEAVES), (3, LEAF), (4, head + folded + b"\nendstream")):
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = [(0, 0, 255), (2, 4, 0), *((1, place, 0) for place in places.values()), (1, len(data), 0)]
    entries = b"".join(struct.pack("!BIB", *row) for row in rows)
    head = b"<< /Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R /Length %d >>\nstream\n" % len(entries)
    return data + b"5 0 obj\n" + head + entries + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(data)


CATALOGUE, LEAVES = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
LEAF = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"

REFUSED_PDFS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a script at opening": ("script", lambda: with_root(OpenAction=script())),
    "a script among the names": (
        "script",
        lambda: with_root(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))),
    ),
    "a script of the document": ("script", lambda: with_root(AA=Dictionary(WC=script()))),
    "a script after a harmless deed": (
        "script",
        lambda: with_root(OpenAction=Dictionary(S=Name.GoTo, D=String("1"), Next=Array([script()]))),
    ),
    "a script of a page": ("script", lambda: with_page(AA=Dictionary(O=script()))),
    "a script of a link": ("script", lambda: with_annotation(A=script())),
    "a script of a field": ("script", lambda: saved(form(AA=Dictionary(K=script())))),
    "a script of an outline": (
        "script",
        lambda: with_root(Outlines=Dictionary(First=Dictionary(Title=String("a"), A=script()))),
    ),
    "a script in a stream": (
        "script",
        lambda: with_stream(lambda stream: Dictionary(OpenAction=Dictionary(S=Name.JavaScript, JS=stream))),
    ),
    "a script without its kind": ("script", lambda: with_root(OpenAction=Dictionary(JS=String(SCRIPT)))),
    "a script by another name": ("script", with_a_name_in_hexadecimal),
    "a script in a folded stream": (
        "script",
        lambda: saved(
            pikepdf.open(io.BytesIO(with_root(OpenAction=script()))),
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        ),
    ),
    "a script of a film": ("script", lambda: with_annotation(A=Dictionary(S=Name.Rendition, OP=0))),
    "a program to start": (
        "launch",
        lambda: with_root(OpenAction=Dictionary(S=Name.Launch, F=String("cmd.exe"))),
    ),
    "a program to start by a link": ("launch", lambda: with_annotation(A=Dictionary(S=Name.Launch, F=String("a")))),
    "a file elsewhere": (
        "launch",
        lambda: with_annotation(AA=Dictionary(E=Dictionary(S=Name.GoToR, F=String(r"\\host\a"), D=[0, Name.Fit]))),
    ),
    "a form sent elsewhere": ("launch", lambda: with_annotation(A=Dictionary(S=Name.SubmitForm, F=String("http://x")))),
    "a stream elsewhere": ("launch", lambda: with_stream(lambda stream: Dictionary(Odd=stream), F=String("file"))),
    "an attached file": ("files", with_file),
    "an attached file, folded": (
        "files",
        lambda: with_file(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    ),
    "an attached file that says nothing": ("files", lambda: with_written_file("F")),
    "an attached file of another system": ("files", lambda: with_written_file("Unix")),
    "an attached file as a pin": ("files", lambda: with_annotation(Subtype=Name.FileAttachment)),
    "a film": ("files", lambda: with_annotation(Subtype=Name.RichMedia)),
    "a model in three dimensions": ("files", lambda: with_annotation(Subtype=Name("/3D"))),
    "a form of one program": ("form", lambda: saved(form(XFA=Array([String("template"), String("<a/>")])))),
    "a form of one program with all that it holds": ("form", lambda: saved(whole_form())),
    "a form of one program in a stream": ("form", lambda: with_stream(lambda stream: xfa(stream))),
    "locked": ("locked", lambda: saved(plain(), encryption=pikepdf.Encryption(owner="o", user="u"))),
    "locked for printing": ("locked", lambda: saved(plain(), encryption=pikepdf.Encryption(owner="o", user=""))),
    "locked by an old lock": (
        "locked",
        lambda: saved(plain(), encryption=pikepdf.Encryption(owner="o", user="u", R=4, aes=False, metadata=False)),
    ),
    "twenty-one pages": ("pages", lambda: saved(plain(21))),
    "an archive in a stream": ("double", with_an_archive_in_its_last_stream),
    "cut off": ("broken", lambda: saved(plain())[:-30]),
    "half of it": ("broken", lambda: saved(plain(5))[: len(saved(plain(5))) // 2]),
    "something after its end": ("broken", lambda: saved(plain()) + b"<script>alert(1)</script>"),
    "its beginning alone": ("broken", lambda: b"%PDF-1.7\n%%EOF"),
    "no more than its mark": ("broken", lambda: b"%PDF-"),
    "its end alone": ("broken", lambda: b"%PDF-%%EOF"),
    "text between its marks": ("broken", lambda: b"%PDF-1.4\n" + b"lorem ipsum " * 500 + b"\n%%EOF\n"),
    "no page": ("broken", lambda: saved(pikepdf.new())),
    "a page that holds itself": ("broken", lambda: raw(CATALOGUE, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>")),
    "no catalogue": ("broken", lambda: raw(b"<< >>", trailer=b"/Root 9 0 R")),
    "a heap of brackets": ("broken", lambda: raw(CATALOGUE, LEAVES, LEAF, b"[" * 200_000, trailer=b"/Root 4 0 R")),
    "a stream that unfolds without end": ("broken", lambda: bomb(900)),
}


def with_page(**names) -> bytes:
    """A page with names of its own."""
    pdf = plain()
    for name, thing in names.items():
        pdf.pages[0][f"/{name}"] = thing
    return saved(pdf)


def with_stream(names: Callable[[Stream], Dictionary], **of_stream) -> bytes:
    """A page, and a catalogue that leads to a stream."""
    pdf = plain()
    stream = Stream(pdf, SCRIPT.encode(), **of_stream)
    for name, thing in names(stream).items():
        pdf.Root[name] = thing
    return saved(pdf)


def xfa(stream: Stream) -> Dictionary:
    """A catalogue with a form in XML."""
    return Dictionary(AcroForm=Dictionary(Fields=Array([]), XFA=stream))


def whole_form() -> Pdf:
    """A form of one program as it writes them: its parts are files, and scripts look after its fields."""
    pdf = form(XFA=Array([]), AA=Dictionary(K=script()))
    part = pdf.make_indirect(Stream(pdf, b"<xdp/>", Type=Name.EmbeddedFile))
    pdf.Root.AcroForm.XFA = Array([String("template"), part])
    return pdf


def with_odd_names() -> bytes:
    """A font called /JS and a picture called /EF: names mean nothing by themselves."""
    pdf = plain()
    fonts = pdf.pages[0].Resources.Font
    fonts.JS, fonts.EF, fonts.XFA = fonts.F1, fonts.F1, fonts.F1
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([])), EmbeddedFiles=Dictionary(Names=Array([])))
    return saved(pdf)


def with_metadata() -> bytes:
    """A PDF that tells who wrote it, where and with what."""
    pdf = plain()
    pdf.docinfo["/Author"] = SECRET
    with pdf.open_metadata() as told:
        told["dc:creator"] = [SECRET]
    pdf.pages[0].Metadata = Stream(pdf, SECRET.encode())
    pdf.pages[0].PieceInfo = Dictionary(Program=Dictionary(Private=String(SECRET)))
    return saved(pdf, compress_streams=False)


def with_a_wrong_table() -> bytes:
    """A PDF whose table of objects is wrong, as cheap scanners write it: programs find their way."""
    data = saved(plain(), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    head, _mark, _place = data.rpartition(b"startxref")
    return head + b"startxref\n7\n%%EOF\n"


TAKEN_PDFS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: saved(plain()),
    "of twenty pages": lambda: saved(plain(20)),
    "with empty lines after it": lambda: saved(plain()) + b"\r\n \t\0\n",
    "for the web": lambda: saved(plain(3), linearize=True),
    "folded": lambda: saved(plain(3), object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "of version 2": lambda: saved(plain(), force_version="2.0"),
    "with a form filled in": lambda: saved(form()),
    "with a link": lambda: with_annotation(A=Dictionary(S=Name.URI, URI=String("https://example.org"))),
    "that opens at a page": lambda: with_root(OpenAction=Dictionary(S=Name.GoTo, D=String("1"))),
    "with odd names": with_odd_names,
    "with metadata": with_metadata,
    "with a signature": signed,
    "with a script in an older version": with_script_in_an_older_version,
    "with an archive after it": with_an_archive_after_it,
    "with a wrong table": with_a_wrong_table,
    "that unfolds to a little": lambda: bomb(2),
    "written by hand": lambda: raw(CATALOGUE, LEAVES, LEAF),
}


# -- photos -----------------------------------------------------------------------------------------------------------


def picture(mode: str = "RGB", size: tuple[int, int] = (120, 80)) -> Image.Image:
    """Red above, blue below: one sees which way up it is."""
    drawn = Image.new("RGB", size, "red")
    drawn.paste("blue", (0, size[1] // 2, *size))
    return drawn.convert(mode)


def encoded(drawn: Image.Image, kind: str, **how) -> bytes:
    """The bytes of a photo."""
    place = io.BytesIO()
    drawn.save(place, kind, **how)
    return place.getvalue()


def exif(**names: int | str) -> Image.Exif:
    """What a telephone writes beside a photo: the place above all."""
    told = Image.Exif()
    told[ExifTags.Base.Make] = told[ExifTags.Base.ImageDescription] = SECRET
    told.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = SECRET.encode()
    for name, value in names.items():
        told[ExifTags.Base[name]] = value
    return told


@cache
def heic() -> bytes:
    """A photo of a telephone; the encoder is slow."""
    return encoded(picture(), "HEIF", exif=exif().tobytes())


def png_of(
    width: int, height: int, *, depth: int = 8, colours: int = 2, data: bytes = b"", chunks: bytes = b""
) -> bytes:
    """A PNG written by hand."""
    head = struct.pack("!IIBBBBB", width, height, depth, colours, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunks + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG that says that it is so large."""
    data = bytearray(encoded(picture(), "JPEG"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack("!HH", height, width)
    return bytes(data)


def heic_of(width: int, height: int) -> bytes:
    """A HEIC that says that it is so large."""
    data = bytearray(heic())
    place = data.index(b"ispe") + 8
    data[place : place + 8] = struct.pack("!II", width, height)
    return bytes(data)


def told(kind: str) -> bytes:
    """A photo that tells everything it can about where it was taken."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SECRET)
    words.add_itxt("XML:com.adobe.xmp", SECRET)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    how = {"JPEG": {"comment": SECRET, "xmp": SECRET.encode(), "icc_profile": profile}, "PNG": {"pnginfo": words}}
    return encoded(picture(), kind, exif=exif(), **how[kind])


TAKEN_PHOTOS: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: encoded(picture(), "JPEG"),
    "JPEG, in passes": lambda: encoded(picture(), "JPEG", progressive=True),
    "JPEG, in greys": lambda: encoded(picture("L"), "JPEG"),
    "JPEG, for the press": lambda: encoded(picture("CMYK"), "JPEG"),
    "JPEG, two in one": lambda: encoded(picture(), "MPO", save_all=True, append_images=[picture()]),
    "JPEG, larger than a scan": lambda: encoded(picture(size=(5000, 3000)), "JPEG"),
    "JPEG, a long strip": lambda: encoded(picture(size=(4000, 2)), "JPEG"),
    "JPEG, one dot": lambda: encoded(picture(size=(1, 1)), "JPEG"),
    "JPEG, a page after it": lambda: encoded(picture(), "JPEG") + b"<script>SECRET-PLACE</script>" + archive(),
    "JPEG, with its place": lambda: told("JPEG"),
    "JPEG, with a torn EXIF": lambda: encoded(picture(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
    "PNG": lambda: encoded(picture(), "PNG"),
    "PNG, with its place": lambda: told("PNG"),
    "PNG, transparent": lambda: encoded(picture("RGBA"), "PNG"),
    "PNG, greys and transparent": lambda: encoded(picture("LA"), "PNG"),
    "PNG, of a palette": lambda: encoded(picture("P"), "PNG", transparency=0),
    "PNG, of black and white": lambda: encoded(picture("1"), "PNG"),
    "PNG, of sixteen bits": lambda: encoded(picture("I;16"), "PNG"),
    "PNG, of sixteen bits a colour": lambda: png_of(4, 4, depth=16, data=zlib.compress((b"\0" + b"\xff\0" * 12) * 4)),
    "PNG, one colour transparent": lambda: png_of(
        4, 4, chunks=chunk(b"tRNS", b"\0\xff" * 3), data=zlib.compress((b"\0" + b"\xff" * 12) * 4)
    ),
    "PNG, that moves": lambda: encoded(picture(), "PNG", save_all=True, append_images=[picture("L")]),
    "HEIC": heic,
}
REFUSED_PHOTOS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "JPEG, cut off": ("blurred", lambda: encoded(picture(size=(900, 900)), "JPEG")[:4000]),
    "JPEG, no more than its mark": ("blurred", lambda: b"\xff\xd8\xff"),
    "JPEG, then a PDF": ("blurred", lambda: b"\xff\xd8\xff" + saved(plain())),
    "JPEG, far too large": ("pixels", lambda: jpeg_of(65_000, 65_000)),
    "JPEG, without height": ("blurred", lambda: jpeg_of(120, 0)),
    "PNG, cut off": ("blurred", lambda: encoded(picture(size=(900, 900)), "PNG")[:-200]),
    "PNG, its head alone": ("blurred", lambda: encoded(picture(), "PNG")[:40]),
    "PNG, far too large": ("pixels", lambda: png_of(100_000, 100_000, data=zlib.compress(b"\0" * 10_000_000, 9))),
    "PNG, of no size": ("blurred", lambda: png_of(0, 0)),
    "PNG, a lie about its size": ("blurred", lambda: png_of(5_000, 5_000, data=zlib.compress(b"\0" * 100))),
    "PNG, words without end": (
        "blurred",
        lambda: png_of(4, 4, chunks=chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * (80 << 20), 9))),
    ),
    "HEIC, far too large": ("pixels", lambda: heic_of(60_000, 60_000)),
    "HEIC, a lie about its size": ("blurred", lambda: heic_of(6_000, 6_000)),
    "HEIC, cut off": ("blurred", lambda: heic()[: len(heic()) * 2 // 3]),
    "HEIC, its head alone": ("blurred", lambda: heic()[:40]),
}
# What is neither, whatever its name.
OTHERS: dict[str, Callable[[], bytes]] = {
    "a text": lambda: b"Bonjour, voici mon diplome.",
    "a page": lambda: b"<!doctype html><script>alert(1)</script>",
    "a drawing": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "an archive": archive,
    "an old document": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "a program": lambda: b"MZ" + b"\0" * 600,
    "a GIF": lambda: encoded(picture("P"), "GIF"),
    "a WebP": lambda: encoded(picture(), "WEBP"),
    "a TIFF": lambda: encoded(picture(), "TIFF"),
    "a film": lambda: b"\0\0\0\x18ftypmp42" + b"\0" * 600,
    "a PDF after a line": lambda: b"\n" + saved(plain()),
    "a page, then a PDF": lambda: b"<script>alert(1)</script>" + saved(plain()),
    "one byte": lambda: b"%",
}
