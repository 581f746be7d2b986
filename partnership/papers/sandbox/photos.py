"""Photos as one PDF: each is decoded, turned upright, brought to the size of a scan and encoded again.

Nothing of the files themselves is kept: neither where nor when nor with what they were taken.
"""

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pillow_heif

# TIFF is how EXIF is written, MPO what some telephones write as JPEG: loaded while files can still be opened.
from PIL import Image, MpoImagePlugin, TiffImagePlugin  # noqa: F401
from refused import Refused

# A page of A4 at 210 dots an inch.
LONGEST = 2_480
QUALITY = 80
# The long side of A4, in the points of a PDF.
POINTS = 842
# What the format allows of a side.
SHORTEST = 3
ORIENTATION = 0x0112
UPRIGHT = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
# The bound on pixels is ours, before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
pillow_heif.register_heif_opener(thumbnails=False)
pillow_heif.options.DECODE_THREADS = 1
Image.preinit()


def make(order: dict[str, Any], read: Callable[[int], bytes]) -> tuple[bytes, int]:
    """The paper, a page a photo, and their number."""
    with pikepdf.new() as pdf:
        for which, (kind, descriptor) in enumerate(order["inputs"]):
            try:
                picture = scan(read(descriptor), kind, order["pixels"])
            except Refused as refused:
                raise Refused(refused.why, which) from refused
            except MemoryError:
                raise
            except Exception as problem:  # whatever a library makes of what nobody can read
                raise Refused("blurred", which) from problem
            add_page(pdf, picture)
        paper = io.BytesIO()
        pdf.save(paper, fix_metadata_version=False, compress_streams=False, deterministic_id=True)
    return paper.getvalue(), len(order["inputs"])


def scan(data: bytes, kind: str, most: int) -> Image.Image:
    """A photo, upright, no larger than a scan, in colours or in greys."""
    photo = Image.open(io.BytesIO(data), formats=[kind])
    if photo.width * photo.height > most:
        raise Refused("pixels")
    turns = UPRIGHT.get(orientation(photo), ())
    photo.draft(None, (LONGEST, LONGEST))  # a JPEG is decoded no larger than that takes
    photo.load()
    picture = flat(photo)
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    for turn in turns:
        picture = picture.transpose(turn)
    picture.info.clear()  # comments and colour profiles would be written again
    return picture


def orientation(photo: Image.Image) -> int:
    """How the telephone was held, where it says so in words that can be read."""
    try:
        return photo.getexif().get(ORIENTATION, 1)
    except Exception:
        return 1


def flat(photo: Image.Image) -> Image.Image:
    """The photo in greys or in three colours, on white where it is transparent."""
    if photo.mode.startswith("I"):  # greys of sixteen bits
        return photo.point(lambda value: value / 256).convert("L")
    if not photo.has_transparency_data:
        return photo if photo.mode in ("L", "RGB") else photo.convert("L" if photo.mode == "1" else "RGB")
    coloured = photo if photo.mode == "RGBA" else photo.convert("RGBA")
    # Small before white is laid under it: there is room for one large picture, not for two.
    coloured.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    white = Image.new("RGB", coloured.size, "white")
    white.paste(coloured, mask=coloured.getchannel("A"))
    return white


def add_page(pdf: pikepdf.Pdf, picture: Image.Image) -> None:
    """Add a page of the picture's shape, as long as A4."""
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=QUALITY)
    scale = POINTS / max(picture.size)
    width, height = (max(SHORTEST, round(side * scale)) for side in picture.size)
    page = pdf.add_blank_page(page_size=(width, height))
    photo = pikepdf.Stream(
        pdf,
        encoded.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceGray if picture.mode == "L" else pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=photo))
    page.Contents = pikepdf.Stream(pdf, f"q {width} 0 0 {height} 0 0 cm /Photo Do Q".encode())
