"""How long stages take and how soon zones answer, drawn in the rows of their tables on one scale."""

from datetime import timedelta

from django.template.loader import render_to_string

from cohorts.history import Speed, Stay
from cohorts.states import ApplicationState as S
from partnership.templatetags import charts

DAY = timedelta(days=1)


def test_the_bars_of_the_stages_are_their_lengths_on_one_scale():
    stays = [
        Stay(S.ENQUIRY, left=9, there=1, half=timedelta(hours=12), nine_tenths=2 * DAY),
        Stay(S.SUBMITTED, left=4, there=0, half=4 * DAY, nine_tenths=8 * DAY),
        Stay(S.ADMITTED, left=0, there=3),
    ]
    told = charts.stays(stays=stays, caption="Durées")
    assert [(row["half"], row["nine_tenths"]) for row in told["rows"]] == [("6.2", "25"), ("50", "100"), ("0", "0")]
    page = render_to_string("components/stays.html", told)
    assert page.count("<svg") == page.count("<tr>") - 1 == 3
    assert 'class="bar-wait" width="25"' in page and 'class="bar-link" width="6.2"' in page
    # The numbers stand beside the drawing, which says nothing to whoever does not see it.
    assert "12 heures" in page.replace("\xa0", " ") and "8 jours" in page.replace("\xa0", " ")
    assert page.count('aria-hidden="true"') == 3


def test_the_bars_of_the_zones_are_their_open_hours_on_one_scale():
    speeds = [
        Speed(None, answered=3, waiting=0, half=timedelta(minutes=30)),
        Speed(None, answered=1, waiting=2, half=timedelta(hours=2)),
        Speed(None, answered=0, waiting=5, half=None),
    ]
    told = charts.speeds(speeds=speeds, caption="Réponses")
    assert [row["width"] for row in told["rows"]] == ["25", "100", "0"]
    page = render_to_string("components/speeds.html", told)
    assert page.count("<svg") == 3
    assert "30 minutes ouvrées" in page.replace("\xa0", " ") and ">–</td>" in page


def test_what_took_no_time_at_all_is_no_error():
    nothing = timedelta()
    told = charts.stays(stays=[Stay(S.ENQUIRY, left=1, half=nothing, nine_tenths=nothing)], caption="Durées")
    assert [(row["half"], row["nine_tenths"]) for row in told["rows"]] == [("0", "0")]
