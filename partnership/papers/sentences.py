"""Why a paper is not taken, in words that say what to do instead."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    # -- seen without opening it
    "empty": _("This file is empty: choose it again, or photograph the paper."),
    "kind": _(
        "Only a PDF or photos (JPEG, PNG, HEIC) can be sent: save your document as a PDF, or photograph each page."
    ),
    "size": _(
        "This file is larger than %(size)s MB: take the photo at its normal size, or scan the paper again in grey."
    ),
    "together": _("Together these files are larger than %(size)s MB: send fewer photos at once."),
    "mixed": _("Send either one PDF or photos: put all the pages into one PDF, or photograph each of them."),
    "pages": _("There are more than %(pages)s pages: send only those that we asked for."),
    "busy": _("Many papers are being sent at this moment: nothing is lost, send yours again in a minute."),
    "virus": _("A virus was found in this file, so it was not kept: photograph the paper and send the photos."),
    # -- a PDF
    "broken": _("This PDF is damaged and does not open: download it or scan it again, then send the new one."),
    "locked": _("This PDF is locked by a password: open it, print it as a new PDF, and send that one."),
    "script": _("There is a program inside this PDF: open it, print it as a new PDF, and send that one."),
    "launch": _("This PDF opens other files by itself: open it, print it as a new PDF, and send that one."),
    "files": _("There are other files inside this PDF: send the paper alone, printed as a new PDF."),
    "form": _("This PDF is a form that few programs can read: open it, print it as a new PDF, and send that one."),
    "double": _("This file is a PDF and an archive at once: open it, print it as a new PDF, and send that one."),
    "heavy": _("This file takes too long to open: send fewer pages at once, or photograph the paper."),
    # -- a photo
    "blurred": _("This photo is damaged, or was cut off on its way: take it again and send the new one."),
    "pixels": _("This photo is far too large to be opened: take it again at the normal size of your camera."),
}


def sentence(why: str, *, which: int = 0, of: int = 1) -> str | Promise:
    """The sentence for a refusal; where several photos were sent it says about which of them."""
    words = SENTENCES[why]
    if of == 1 or why in ("together", "mixed", "busy", "pages", "heavy", "virus"):
        return words
    return format_lazy("{photo} {words}", photo=_("Photo %(n)s of %(total)s."), words=words)
