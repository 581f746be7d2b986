"""Fifty people open a host's letter and answer at the same moment, through the pages: one answer is recorded."""

import pytest
from django.test import Client
from django.urls import reverse

from partnership import links
from partnership.models import AccessLink, JournalEntry, OutgoingMessage, ref
from placements.states import ANSWER, PlacementState

from .. import factories
from ..races.crowd import at_once


@pytest.mark.django_db(transaction=True)
def test_of_fifty_answers_by_two_links_one_is_recorded_and_everybody_reads_it():
    placement = factories.placement()
    # The letter left twice: a sender died after handing the first one over.
    tokens = [links.mint(ANSWER, ref(placement)) for _letter in range(2)]
    pages = []

    def answer(place: int) -> None:
        token = tokens[place % 2]
        if place % 3:
            page = Client().post(reverse("placements:answer_accept", args=[token]), follow=True)
        else:
            url = reverse("placements:answer_decline", args=[token])
            page = Client().post(url, {"reason": "hours"}, follow=True)
        pages.append((page.status_code, page.context["is_open"]))

    at_once(50, answer)
    placement.refresh_from_db()
    assert placement.state in (PlacementState.ACCEPTED, PlacementState.DECLINED)
    assert JournalEntry.objects.filter(subject=ref(placement)).count() == 1
    assert OutgoingMessage.objects.filter(template="placements/host_answered").count() == 1
    assert AccessLink.objects.filter(used_at__isnull=False).count() == 1
    assert set(pages) == {(200, False)}
