"""The part of a file with which one calls: how to reach the person, and how often one has tried."""

from typing import Any
from urllib.parse import quote

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from phonenumbers import PhoneNumberType

from partnership.templatetags.figures import daytime, phone

from ..models import Application, Call
from ..states import UNANSWERED

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def panel(application: Application, calls: list[Call]) -> dict[str, Any]:
    """The links that reach the person, and the calls so far, the newest first, in a sentence."""
    return {"ways": ways(application.candidate.phone), "tried": _tried(calls), "next_at": application.next_at}


def ways(number: str, *, text: str = "") -> list[dict[str, str]]:
    """The addresses that open a telephone's own programs, with a text to send where there is one."""
    if not number:
        return []
    said = _("Call %(number)s") % {"number": phone(number)}
    # The odd « ?& » is what both kinds of telephones understand.
    body, query = (f"?&body={quote(text)}", f"?text={quote(text)}") if text else ("", "")
    found = [
        {"url": f"tel:{number}", "label": said, "icon": "phone"},
        {"url": f"sms:{number}{body}", "label": _("SMS"), "icon": "letter"},
    ]
    if _is_mobile(number):
        address = f"https://wa.me/{number.removeprefix('+')}{query}"
        found.append({"url": address, "label": _("WhatsApp"), "icon": "letter"})
    return found


def _is_mobile(number: str) -> bool:
    # The library knows no subscriber behind some of these, but they are mobiles by the French plan.
    if number.startswith(("+336", "+337")):
        return True
    try:
        return phonenumbers.number_type(phonenumbers.parse(number, "FR")) in _MOBILE
    except phonenumbers.NumberParseException:
        return False


def _tried(calls: list[Call]) -> str:
    if not calls:
        return _("No call yet.")
    last, unanswered = calls[0], 0
    for call in calls:
        if call.result not in UNANSWERED:
            break
        unanswered += 1
    words = ngettext("%(n)s call so far", "%(n)s calls so far", len(calls)) % {"n": len(calls)}
    if unanswered > 1:
        words += ", " + _("%(n)s in a row without an answer") % {"n": unanswered}
    return _("%(calls)s; the last on %(moment)s: %(result)s.") % {
        "calls": words,
        "moment": daytime(last.at),
        "result": last.get_result_display(),
    }
