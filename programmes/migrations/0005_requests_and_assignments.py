"""What reviewers ask for and who is asked, attachments, interests, the opinions of commissions."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partnership", "0013_letters_told_by_us"),
        ("programmes", "0004_what_was_read"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assigned_at", models.DateTimeField(verbose_name="asked on")),
                ("read_at", models.DateTimeField(null=True, verbose_name="read on")),
            ],
            options={
                "verbose_name": "reviewer asked",
                "verbose_name_plural": "reviewers asked",
                "ordering": ["assigned_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("file", models.FileField(max_length=80, upload_to="papers/")),
                ("sha256", models.CharField(max_length=64)),
                ("pages", models.PositiveSmallIntegerField(verbose_name="pages")),
                (
                    "scan",
                    models.CharField(
                        choices=[("pending", "being looked through"), ("clean", "no virus"), ("infected", "a virus")],
                        max_length=10,
                    ),
                ),
                ("added_at", models.DateTimeField(verbose_name="added on")),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["title"],
            },
        ),
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "field",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "the whole module"),
                            ("title", "title"),
                            ("block", "competence block"),
                            ("hours", "hours"),
                            ("objectives", "objectives"),
                            ("content", "content"),
                            ("assessment", "assessment"),
                            ("regulatory_review_on", "regulatory review"),
                            ("attachments", "attachments"),
                        ],
                        max_length=20,
                        verbose_name="about",
                    ),
                ),
                ("text", models.TextField(verbose_name="request")),
                ("written_at", models.DateTimeField(verbose_name="written on")),
                ("asked_at", models.DateTimeField(null=True, verbose_name="asked on")),
                ("asked_of", models.CharField(blank=True, max_length=64)),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled on")),
            ],
            options={
                "verbose_name": "request",
                "verbose_name_plural": "requests",
                "ordering": ["written_at"],
            },
        ),
        migrations.CreateModel(
            name="CommissionOpinion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("held_on", models.DateField(verbose_name="held on")),
                (
                    "present",
                    models.TextField(help_text="One person a line, with what they do.", verbose_name="those present"),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("favourable", "Favourable: the version is validated"),
                            ("changes", "Changes requested: it goes back to its authors"),
                            ("unfavourable", "Unfavourable: the version is refused"),
                        ],
                        max_length=12,
                        verbose_name="opinion",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="reasons")),
                (
                    "minutes",
                    models.FileField(max_length=80, upload_to="papers/", verbose_name="minutes of the meeting"),
                ),
                ("pages", models.PositiveSmallIntegerField(verbose_name="pages")),
                (
                    "scan",
                    models.CharField(
                        choices=[("pending", "being looked through"), ("clean", "no virus"), ("infected", "a virus")],
                        max_length=10,
                    ),
                ),
                ("text_hash", models.CharField(max_length=64)),
                ("recorded_at", models.DateTimeField(verbose_name="recorded on")),
            ],
            options={
                "verbose_name": "opinion of a commission",
                "verbose_name_plural": "opinions of commissions",
                "ordering": ["recorded_at"],
            },
        ),
        migrations.CreateModel(
            name="Interest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("written", "I had a part in writing it"),
                            ("sells", "I sell it, or am paid by somebody who does"),
                            ("employed", "I work for whoever teaches it"),
                        ],
                        max_length=10,
                        verbose_name="interest",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="in other words")),
                ("declared_at", models.DateTimeField(verbose_name="declared on")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended on")),
            ],
            options={
                "verbose_name": "declared interest",
                "verbose_name_plural": "declared interests",
                "ordering": ["-declared_at"],
            },
        ),
        migrations.CreateModel(
            name="OpinionDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "opinion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("favourable", "Favourable"),
                            ("remark", "Favourable with a remark"),
                            ("changes", "Changes requested"),
                            ("unfavourable", "Unfavourable"),
                        ],
                        max_length=12,
                    ),
                ),
                ("comment", models.TextField(blank=True)),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "draft of an opinion",
                "verbose_name_plural": "drafts of opinions",
            },
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("text", models.TextField(verbose_name="reply")),
                ("is_answer", models.BooleanField()),
                ("written_at", models.DateTimeField(verbose_name="written on")),
            ],
            options={
                "verbose_name": "reply",
                "verbose_name_plural": "replies",
                "ordering": ["written_at"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="programme",
            name="a_programme_needs_an_opinion",
        ),
        migrations.RemoveConstraint(
            model_name="review",
            name="a_comment_is_given_unless_favourable",
        ),
        migrations.AddField(
            model_name="programme",
            name="assigned",
            field=models.CharField(
                choices=[
                    ("everybody", "to all who may judge it"),
                    ("in_turn", "in turn, as many as opinions are needed"),
                    ("by_hand", "to those whom the coordinator chooses"),
                ],
                default="everybody",
                max_length=10,
                verbose_name="a submitted version is given",
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="review_days",
            field=models.PositiveSmallIntegerField(
                default=14, help_text="Afterwards the coordinator is told.", verbose_name="days to judge a version"
            ),
        ),
        migrations.AlterField(
            model_name="programme",
            name="quorum",
            field=models.PositiveSmallIntegerField(default=2, verbose_name="favourable opinions needed"),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(("quorum__range", (1, 9))),
                name="a_programme_needs_an_opinion",
                violation_error_message="One to nine favourable opinions.",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(("review_days__range", (3, 180))),
                name="a_version_is_judged_in_days",
                violation_error_message="Three to 180 days.",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="assigned_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="curriculum",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="assignments", to="programmes.curriculum"
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="reviewer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reviewer",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="added by",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="module",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="programmes.module",
                verbose_name="module",
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="module",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="requests",
                to="programmes.module",
                verbose_name="module",
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="commissionopinion",
            name="curriculum",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="commissions",
                to="programmes.curriculum",
                verbose_name="version",
            ),
        ),
        migrations.AddField(
            model_name="commissionopinion",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddField(
            model_name="interest",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="interests",
                to="programmes.programme",
                verbose_name="programme",
            ),
        ),
        migrations.AddField(
            model_name="interest",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interests",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="opiniondraft",
            name="module",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to="programmes.module"
            ),
        ),
        migrations.AddField(
            model_name="opiniondraft",
            name="reader",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reply",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="replies", to="programmes.changerequest"
            ),
        ),
        migrations.AddField(
            model_name="reply",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="written by",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                fields=("curriculum", "reviewer"), name="a_reviewer_is_asked_once_for_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(fields=("module", "title"), name="an_attachment_has_its_own_title"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("file", ""), _negated=True), ("pages__gte", 1)),
                name="an_attachment_is_there",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("asked_at", None)),
                fields=("module", "written_by", "field"),
                name="one_request_in_preparation_per_field",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="a_request_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_at", None), ("asked_of", "")),
                    models.Q(("asked_at__isnull", False), models.Q(("asked_of", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_request_asked_says_of_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("settled_at", None), ("asked_at__isnull", False), _connector="OR"),
                name="only_what_was_asked_is_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="commissionopinion",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "favourable"), models.Q(("text", ""), _negated=True), _connector="OR"),
                name="a_commission_gives_its_reasons",
            ),
        ),
        migrations.AddConstraint(
            model_name="interest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("programme", "user"),
                name="an_interest_is_declared_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="opiniondraft",
            constraint=models.UniqueConstraint(fields=("module", "reader"), name="one_draft_per_reader_and_module"),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="a_reply_says_something"
            ),
        ),
    ]
