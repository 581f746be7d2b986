"""Young people presented to sites, and what became of each."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0031_no_waiting_list_for_a_certificate"),
        ("placements", "0013_contract_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Presentation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("sent_at", models.DateTimeField(verbose_name="presented on")),
                ("is_handed", models.BooleanField(default=False, verbose_name="handed over")),
                ("reply_by", models.DateField(verbose_name="reply awaited by")),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presentations",
                        to="cohorts.intake",
                        verbose_name="intake",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="presented by",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presentations",
                        to="placements.hostsite",
                        verbose_name="host site",
                    ),
                ),
            ],
            options={
                "verbose_name": "presentation",
                "verbose_name_plural": "presentations",
                "ordering": ["-sent_at"],
            },
        ),
        migrations.CreateModel(
            name="Introduction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "Presented"),
                            ("meeting", "Meeting fixed"),
                            ("chosen", "Chosen by the host"),
                            ("not_chosen", "Not chosen"),
                            ("student_declined", "Declined by the student"),
                            ("no_answer", "Left without an answer"),
                            ("closed", "Closed"),
                        ],
                        default="sent",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("meeting_at", models.DateTimeField(null=True, verbose_name="meeting on")),
                ("meeting_place", models.CharField(blank=True, max_length=160, verbose_name="place of the meeting")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered on")),
                (
                    "answered_through",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("web", "on the site"),
                            ("link", "by personal link"),
                            ("phone", "by telephone"),
                            ("paper", "on paper"),
                        ],
                        max_length=8,
                        verbose_name="how we learned it",
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="over on")),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("other_choice", "another person was chosen"),
                            ("hours", "hours do not fit"),
                            ("languages", "languages do not fit"),
                            ("no_place", "the place is no longer open"),
                            ("too_far", "the site is too far away"),
                            ("work", "the work proposed is not what they look for"),
                            ("elsewhere", "they look elsewhere"),
                            ("other", "other reason"),
                            ("placed", "has a place at another host"),
                            ("ended", "is no longer enrolled"),
                            ("taken_back", "taken back by the regional lead"),
                        ],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=300, verbose_name="comment")),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="introductions",
                        to="cohorts.enrolment",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="introductions",
                        to="placements.hostsite",
                        verbose_name="host site",
                    ),
                ),
                (
                    "presentation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="introductions",
                        to="placements.presentation",
                    ),
                ),
            ],
            options={
                "verbose_name": "introduction",
                "verbose_name_plural": "introductions",
                "ordering": ["-presentation__sent_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("sent", "meeting"))),
                        fields=["site"],
                        name="introductions_under_way",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("sent", "meeting"))),
                        fields=("enrolment", "site"),
                        name="one_live_introduction_per_student_and_site",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("end_reason", ""),
                                models.Q(("state__in", ["not_chosen", "student_declined", "closed"]), _negated=True),
                            ),
                            models.Q(
                                ("end_reason__in", ("other_choice", "hours", "languages", "no_place", "other")),
                                ("state", "not_chosen"),
                            ),
                            models.Q(
                                ("end_reason__in", ("too_far", "hours", "work", "elsewhere", "other")),
                                ("state", "student_declined"),
                            ),
                            models.Q(("end_reason__in", ("placed", "ended", "taken_back")), ("state", "closed")),
                            _connector="OR",
                        ),
                        name="an_introduction_ends_for_a_reason_of_its_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state__in", ("sent", "meeting"))),
                            models.Q(
                                models.Q(("state__in", ("sent", "meeting")), _negated=True), ("ended_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="an_introduction_that_is_over_is_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", True),
                                ("answered_through", ""),
                                models.Q(("state__in", ["meeting"]), _negated=True),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                models.Q(("answered_through", ""), _negated=True),
                                models.Q(("state", "sent"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_answered_introduction_says_when_and_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["chosen", "not_chosen", "student_declined"]), _negated=True),
                            ("answered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="a_choice_was_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "meeting"), _negated=True),
                            ("meeting_at__isnull", False),
                            _connector="OR",
                        ),
                        name="a_meeting_has_a_date",
                    ),
                ],
            },
        ),
    ]
