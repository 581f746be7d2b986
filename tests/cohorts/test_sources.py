"""Where young people come from: links that carry their source, figures that open their list, posters."""

import csv
import io
import re
import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cohorts import listing, services
from cohorts.models import Application, Enrolment, RecruitmentSource
from cohorts.sources import Line, funnel
from cohorts.states import ApplicationState as S
from cohorts.states import BookingState, EnrolmentState, SlotKind
from partnership import clock, links, personal_data
from partnership.models import JournalEntry, ref
from partnership.states import Role
from partnership.workflow import Refused, Stale

from .. import factories
from .test_apply import STEP, identity, project

pytestmark = pytest.mark.django_db


def address(name: str, *args) -> str:
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=args)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def cohort(db):
    factories.commune("lyon")
    return factories.cohort("lyon", capacity=99)


@pytest.fixture
def fair(recruiter) -> RecruitmentSource:
    return services.open_source(name="Forum de mars (fictif)", kind="fair", by=recruiter)


@pytest.fixture
def staff(recruiter, client_of) -> Client:
    return client_of(recruiter)


# -- a link carries its source ----------------------------------------------------------------------------------------


def test_a_link_is_carried_from_the_course_to_the_application_and_through_its_resume_link(client, cohort, fair):
    asked = f"?src={fair.code}"
    course = client.get(f"/fr/formations/acvd/{asked}").content.decode()
    assert f'href="{STEP % "identite"}{asked}"' in course
    assert f'href="/fr/formations/acvd/{asked}"' in client.get(f"/fr/{asked}").content.decode()
    assert client.get(f"/fr/candidater/acvd/{asked}").url == (STEP % "identite") + asked
    first = client.get((STEP % "identite") + asked).content.decode()
    assert f'action="{STEP % "identite"}{asked}"' in first
    client.post((STEP % "identite") + asked, identity())
    draft = Application.objects.get()
    assert draft.recruitment_source == fair
    # On another device, by the letter: the address there says nothing of it any more.
    other, token = Client(), links.mint("resume", ref(draft))
    assert "src" not in other.get(f"/fr/reprendre/{token}/").url
    other.post(STEP % "projet", project(cohort))
    other.post(STEP % "verifier")
    draft.refresh_from_db()
    assert (draft.state, draft.recruitment_source) == (S.SUBMITTED, fair)


def test_no_cookie_remembers_a_source(client, cohort, fair):
    client.get(f"/fr/formations/acvd/?src={fair.code}")
    assert not client.cookies
    client.post(STEP % "identite", identity())
    assert Application.objects.get().recruitment_source is None


@pytest.mark.parametrize("code", ["nulle-part-abcd", "x" * 500, "<script>", "../..", "é", "a", "aucune"])
def test_a_code_that_nobody_gave_is_ignored(client, cohort, fair, code):
    page = client.get("/fr/formations/acvd/", {"src": code})
    assert (page.status_code, b"<script>" in page.content) == (200, False)
    with translation.override("fr"):
        sent = client.post((STEP % "identite") + f"?src={code}", identity())
    assert sent.status_code == 302
    assert Application.objects.get().recruitment_source is None


def test_a_source_that_is_set_aside_still_counts_whoever_comes_by_its_posters(client, cohort, fair, recruiter):
    services.change_source(fair, by=recruiter, is_active=False)
    client.post((STEP % "identite") + f"?src={fair.code}", identity())
    assert Application.objects.get().recruitment_source == fair


@pytest.mark.parametrize("met_at_a_fair", [True, False])
def test_where_recruitment_met_somebody_comes_before_the_link_by_which_they_apply(
    cohort, recruiter, fair, met_at_a_fair
):
    page = services.open_source(name="Une page (fictive)", kind="social", by=recruiter)
    person = {"first_name": "Basma", "phone": "+33465718803"}
    enquiry = services.add_contact(
        cohort, identity=person, owner=recruiter, by=recruiter, came_by=fair if met_at_a_fair else None
    )
    typed = person | {"last_name": "Fictive", "email": "basma@exemple.test", "birth_year": 2008, "birth_month": 5}
    typed |= {"postcode": "69100", "commune": factories.commune()}
    draft = services.begin(cohort, submit_key=uuid.uuid4(), identity=typed, language="fr", came_by=page)
    services.submit(draft, consents=[], notice_version="1")
    enquiry.refresh_from_db()
    assert enquiry.recruitment_source == (fair if met_at_a_fair else page)


def test_a_file_that_goes_on_elsewhere_keeps_its_source(cohort, recruiter, fair):
    file = factories.application(cohort, recruitment_source=fair)
    later = factories.cohort(of=factories.intake(starts_on=clock.today() + timedelta(days=500)))
    services.postpone(file, cohort=later, by=recruiter)
    assert set(Application.objects.values_list("recruitment_source", flat=True)) == {fair.pk}


# -- said by recruitment ----------------------------------------------------------------------------------------------


def test_a_contact_is_entered_with_the_source_and_only_those_in_use_are_offered(staff, cohort, recruiter, fair):
    day = clock.today() + timedelta(days=1)
    services.open_source(name="Plus tard", kind="fair", begins_on=day, by=recruiter)
    services.open_source(name="Mis de côté", kind="fair", is_active=False, by=recruiter)
    offered = staff.get(address("contact_add")).context["form"].fields["came_by"].choices
    assert [code for code, _name in offered] == ["", fair.code]
    said = {"first_name": "Basma", "phone": "04 65 71 88 03", "cohort": cohort.pk, "owner": recruiter.pk}
    staff.post(address("contact_add"), said | {"came_by": fair.code})
    assert Application.objects.get().recruitment_source == fair
    assert staff.post(address("contact_add"), said | {"came_by": "ailleurs"}).status_code == 422


def test_the_source_of_a_file_is_said_later_and_the_story_tells_it(staff, fair):
    file = factories.application()
    page = staff.get(address("application_detail", file.pk)).content.decode()
    assert "not known: say by which" in page
    said = {"came_by": fair.code, "version": file.version}
    assert staff.post(address("application_source", file.pk), said).status_code == 302
    file.refresh_from_db()
    assert (file.recruitment_source, file.version) == (fair, 2)
    page = staff.get(address("application_detail", file.pk)).content.decode()
    assert str(fair) in page and "Recruitment source said" in page
    assert JournalEntry.objects.get(subject=ref(file)).after == "source_set"


def test_a_file_that_has_changed_meanwhile_keeps_what_was_chosen(staff, fair):
    file = factories.application(version=3)
    answer = staff.post(address("application_source", file.pk), {"came_by": fair.code, "version": "2"})
    assert answer.status_code == 409
    assert answer.context["form"]["came_by"].value() == fair.code
    file.refresh_from_db()
    assert file.recruitment_source is None
    wrong = staff.post(address("application_source", file.pk), {"came_by": "ailleurs", "version": "3"})
    assert wrong.status_code == 422


# -- opened and changed -----------------------------------------------------------------------------------------------


def test_a_source_has_a_link_from_the_first_day(staff, recruiter):
    factories.zone("lyon")
    said = {"name": "Lycée Exémple d’Été", "kind": "lycee", "zone": "lyon", "is_active": "on", "begins_on": ""}
    answer = staff.post(address("source_add"), said)
    made = RecruitmentSource.objects.get()
    assert answer.url == address("source_detail", made.pk)
    assert made.code.startswith("lycee-exemple-d-ete-") and len(made.code) == 24
    assert (made.kind, made.zone.code, made.is_active, made.made_by) == ("lycee", "lyon", True, recruiter)
    assert JournalEntry.objects.get(subject=ref(made)).after == "opened"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "FORUM DE MARS (FICTIF)"}, "name"),
        ({"kind": ""}, "kind"),
        ({"kind": "planète"}, "kind"),
        ({"zone": "nulle-part"}, "zone"),
        ({"begins_on": "31/02"}, "begins_on"),
        ({"ends_on": "0001-01-01"}, "ends_on"),
        ({"begins_on": "2027-03-02", "ends_on": "2027-03-01"}, "ends_on"),
    ],
)
def test_a_source_that_says_too_little_comes_back_with_what_was_typed(staff, fair, changes, field):
    answer = staff.post(address("source_add"), {"name": "Forum d’avril", "kind": "fair"} | changes)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert RecruitmentSource.objects.count() == 1


def test_what_names_share_their_codes_do_not(recruiter):
    for name in ("!!!", "???", "Forum", "forum."):
        services.open_source(name=name, kind="other", by=recruiter)
    codes = list(RecruitmentSource.objects.values_list("code", flat=True))
    assert len(set(codes)) == 4 and min(map(len, codes)) == 4
    with pytest.raises(Refused, match="There is already a source of this name"), translation.override("en"):
        services.open_source(name="FORUM", kind="other", by=recruiter)


def test_a_source_is_changed_once_by_whoever_saw_it_as_it_is(staff, fair, recruiter):
    said = {"name": "Forum d’avril", "kind": "fair", "is_active": "on", "version": "1"}
    assert staff.post(address("source_edit", fair.pk), said).status_code == 302
    again = staff.post(address("source_edit", fair.pk), said | {"name": "Forum de mai"})
    assert again.status_code == 409
    assert (again.context["form"]["name"].value(), again.context["form"]["version"].value()) == ("Forum de mai", 2)
    fair.refresh_from_db()
    assert (fair.name, fair.version) == ("Forum d’avril", 2)
    with pytest.raises(Stale):
        services.change_source(fair, by=recruiter, version=1, name="Autre")


def test_a_zones_source_is_changed_there_and_read_everywhere(lyon_recruiter, recruiter, client_of, coordinator):
    client = client_of(lyon_recruiter)
    expected = {"lyon": 200, None: 200, "paris": 403}
    for zone, status in expected.items():
        source = services.open_source(name=f"À {zone}", kind="fair", zone=zone and factories.zone(zone), by=recruiter)
        assert client.get(address("source_detail", source.pk)).status_code == 200
        assert client.get(address("source_edit", source.pk)).status_code == status
        assert client_of(coordinator).get(address("source_detail", source.pk)).status_code == 403


# -- how far they come ------------------------------------------------------------------------------------------------


def came(cohort, by, state=S.SUBMITTED, *, interviewed=False, enrolled="", **fields):
    file = factories.application(cohort, state=state, recruitment_source=by, **fields)
    if interviewed:
        slot = factories.slot(cohort, kind=SlotKind.INTERVIEW)
        factories.booking(slot, file, state=BookingState.ATTENDED)
    if enrolled:
        seen = (
            {"present_at": clock.now(), "present_by": factories.user()} if enrolled != EnrolmentState.EXPECTED else {}
        )
        Enrolment.objects.create(application=file, enrolled_at=clock.now(), state=enrolled, **seen)
    return file


@pytest.fixture
def files(cohort, fair):
    """Seven people by the fair and three by nobody knows what, each as far as they came."""
    came(cohort, fair, S.ENQUIRY, source="")
    came(cohort, fair, source="fair")
    came(cohort, fair, S.REJECTED, interviewed=True, source="fair")
    came(cohort, fair, S.DECLINED, interviewed=True, source="lycee")
    came(cohort, fair, S.CONFIRMED, interviewed=True, source="fair", enrolled=EnrolmentState.EXPECTED)
    came(cohort, fair, S.CONFIRMED, interviewed=True, source="fair", enrolled=EnrolmentState.PRESENT)
    came(cohort, fair, S.CONFIRMED, source="fair", enrolled=EnrolmentState.COMPLETED)
    came(cohort, fair, S.DRAFT)
    came(cohort, None, source="fair")
    came(cohort, None, S.ENQUIRY, source="")
    came(factories.cohort("paris"), None, S.ADMITTED, source="web")


def figures(row) -> list[int]:
    return [cell["n"] for cell in row["cells"]]


def test_each_number_of_the_funnel_opens_the_list_that_it_counts(staff, files, fair):
    page = staff.get(address("source_list"))
    rows = {row["label"]: row for row in page.context["rows"]}
    assert list(rows) == [str(fair), "No source known"]
    #                                     contacts, applied, interviewed, admitted, confirmed, present
    assert figures(rows[str(fair)]) == [7, 6, 4, 4, 3, 2]
    assert figures(rows["No source known"]) == [3, 2, 0, 1, 0, 0]
    assert rows[str(fair)]["heard"] == "fair or forum\u00a05, lycée\u00a01"
    answers = {row["label"]: row for row in page.context["answers"]}
    assert figures(answers["Fair or forum"]) == [6, 6, 3, 3, 3, 2]
    for row in [*rows.values(), *answers.values()]:
        for cell in row["cells"]:
            assert staff.get(cell["url"]).context["total"] == cell["n"], cell
    chips = {
        str(chip["label"]): chip["value"] for chip in staff.get(rows[str(fair)]["cells"][2]["url"]).context["chips"]
    }
    assert chips == {"Recruitment source": str(fair), "Has come to": "the interview"}


def test_the_figures_are_narrowed_to_a_zone_and_an_intake_and_their_lists_with_them(staff, files, fair):
    page = staff.get(address("source_list"), {"zone": "paris"})
    (none,) = [row for row in page.context["rows"] if row["label"] == "No source known"]
    assert figures(none) == [1, 1, 0, 1, 0, 0]
    assert staff.get(none["cells"][3]["url"]).context["total"] == 1
    later = factories.cohort("paris", of=factories.intake(starts_on=clock.today() + timedelta(days=500)))
    page = staff.get(address("source_list"), {"rentree": later.intake_id})
    assert [figures(row)[0] for row in page.context["rows"]] == [0]


def test_only_the_files_of_ones_own_zones_are_counted(lyon_recruiter, client_of, files):
    page = client_of(lyon_recruiter).get(address("source_list"))
    rows = {row["label"]: figures(row)[0] for row in page.context["rows"]}
    assert rows["No source known"] == 2
    assert "The files of your zones are counted." in page.content.decode()


def test_a_saved_view_and_an_export_keep_the_source(staff, files, fair):
    staff.post(address("view_add") + f"?venu_par={fair.code}&atteint=present", {"name": "Présents du forum"})
    page = staff.get(address("application_list"), {"venu_par": fair.code, "atteint": "present"})
    assert [view["current"] for view in page.context["saved"]] == [True]
    answer = staff.get(address("application_export"), {"venu_par": fair.code, "atteint": "present"})
    header, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert [line[header.index("Recruitment source")] for line in lines] == [str(fair)] * 2


def test_a_source_nobody_knows_is_no_filter_and_the_list_says_so(staff, files):
    page = staff.get(address("application_list"), {"venu_par": "ailleurs-abcd", "atteint": "la lune"})
    assert page.context["total"] == 10
    assert set(map(str, page.context["ignored"])) == {"Recruitment source", "Has come to"}


def test_the_files_of_a_source_are_walked_from_the_newest_along_its_own_index(recruiter, files, fair):
    """Few of very many, and long ago as a rule: by its key the database knows it, by its code it would not."""
    rows = listing.chosen(recruiter, {"venu_par": fair.code})
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    plan = rows.order_by(*listing.ORDERS["-deposee"].sorting())[:51].explain()
    assert re.search(rf"applications_by_source on \w+.*\n +Index Cond: \(recruitment_source_id = {fair.pk}\)", plan), (
        plan
    )


def test_the_figures_cost_the_same_for_one_source_and_for_thirty(
    staff, cohort, fair, recruiter, django_assert_num_queries, django_assert_max_num_queries
):
    came(cohort, fair)
    with django_assert_max_num_queries(10) as one:
        staff.get(address("source_list"))
    for number in range(29):
        came(cohort, services.open_source(name=f"Source {number}", kind="other", by=recruiter), source="web")
    with django_assert_num_queries(len(one)):
        staff.get(address("source_list"))


# -- which brings most ------------------------------------------------------------------------------------------------


def test_of_fewer_than_thirty_people_no_percentage_is_told():
    assert Line(Counter(contacts=29, applied=29)).share("applied") is None
    assert Line(Counter(contacts=30, applied=10)).share("applied") == 33


def verdict(client) -> str:
    return client.get(address("source_list")).context["verdict"]


def test_the_page_says_which_source_brings_most_students_per_contact(staff, cohort, fair, recruiter):
    big = services.open_source(name="Grande page (fictive)", kind="social", by=recruiter)
    small = services.open_source(name="Petit lycée (fictif)", kind="lycee", by=recruiter)
    assert verdict(staff) == "Nobody has come by a source yet."
    came(cohort, fair)
    assert verdict(staff) == "1 contact has come by a source; no place is confirmed yet."
    for _number in range(2):
        came(cohort, fair, S.CONFIRMED, enrolled=EnrolmentState.EXPECTED)
    assert verdict(staff) == (
        "Forum de mars (fictif) has brought most confirmed places: 2. Too few people to compare rates."
    )
    for source, most in ((fair, 27), (big, 36)):
        for _number in range(most):
            came(cohort, source)
    for _number in range(3):
        came(cohort, big, S.CONFIRMED)
    # All of these, but they are five.
    for _number in range(5):
        came(cohort, small, S.CONFIRMED)
    # More than two of thirty.
    assert verdict(staff) == "Grande page (fictive) brings most students per contact: 3 confirmed of 39."
    came(cohort, fair, S.CONFIRMED, enrolled=EnrolmentState.PRESENT)
    assert verdict(staff) == "Forum de mars (fictif) brings most students per contact: 1 present of 31."


def test_without_a_source_the_page_offers_the_first(staff):
    page = staff.get(address("source_list"))
    assert page.context["verdict"] == "No source yet: nobody knows where young people come from."
    assert address("source_add") in page.content.decode()


# -- its links, its posters -------------------------------------------------------------------------------------------


def test_a_source_shows_its_links_its_codes_and_its_figures(staff, files, fair, settings):
    settings.PUBLIC_URL = "https://tandem.example"
    page = staff.get(address("source_detail", fair.pk))
    body = page.content.decode()
    assert page.context["verdict"] == "Forum de mars (fictif): 7 contacts, 2 students present"
    link = f"https://tandem.example/en/formations/acvd/?src={fair.code}"
    assert f'readonly value="{link}"' in body and f"<title>Code to scan: {link}</title>" in body
    assert f'readonly value="https://tandem.example/en/?src={fair.code}"' in body
    assert [step["n"] for step in page.context["steps"]] == [7, 6, 4, 4, 3, 2]
    for step in page.context["steps"]:
        assert staff.get(step["url"]).context["total"] == step["n"]


@pytest.mark.parametrize("paper", ["a4", "a5"])
def test_a_poster_has_the_course_the_code_and_the_address_in_letters(staff, cohort, fair, settings, paper):
    settings.PUBLIC_URL = "https://tandem.example"
    body = staff.get(address("source_poster", fair.pk), {"formation": "acvd", "papier": paper}).content.decode()
    assert f'class="poster poster--{paper}"' in body
    assert "<h1>Assistance, conseil, vente à distance</h1>" in body
    assert f"<title>Code to scan: https://tandem.example/en/formations/acvd/?src={fair.code}</title>" in body
    assert f">tandem.example/en/formations/acvd/?src={fair.code}</p>" in body


def test_a_poster_of_a_course_that_is_not_there_is_not_found(staff, fair):
    assert staff.get(address("source_poster", fair.pk), {"formation": "nulle-part"}).status_code == 404
    assert staff.get(address("source_poster", fair.pk)).status_code == 200
    assert staff.get(address("source_poster", 10**30)).status_code == 404


def test_whoever_asks_for_their_data_reads_by_which_source_they_came(cohort, fair):
    file = factories.application(cohort, recruitment_source=fair)
    (held,) = personal_data.collect(ref(file.candidate))["applications"]
    assert held["recruitment_source"] == str(fair)


def test_heads_see_them_and_nobody_else_does(client_of, lyon_lead, reviewer, administrator, fair):
    assert client_of(factories.user(Role.HEAD_OF_RECRUITMENT)).get(address("source_list")).status_code == 200
    for user in (lyon_lead, reviewer, administrator):
        assert client_of(user).get(address("source_list")).status_code == 403


def test_whoever_went_to_another_source_leaves_no_row_behind(staff, cohort, fair, recruiter):
    file = factories.application(cohort, source="lycee")
    services.set_source(file, fair, by=recruiter, version=file.version)
    Application.objects.filter(pk=file.pk).update(source="fair")
    page = staff.get(address("source_list"))
    assert [(row["label"], row["contacts"]) for row in page.context["rows"]] == [(fair.name, 1)]
    assert [row["contacts"] for row in page.context["answers"]] == [1]


def test_who_came_by_no_source_is_added_up_as_the_list_shows_them(recruiter, cohort, fair):
    factories.application(cohort)
    factories.application(cohort, recruitment_source=fair)
    asked = {"venu_par": listing.NO_SOURCE}
    assert funnel(recruiter, asked).all.reached["contacts"] == listing.count(recruiter, asked) == 1
