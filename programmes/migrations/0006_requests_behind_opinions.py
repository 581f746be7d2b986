"""What an opinion asked for becomes a request: its words move there, and back if this is taken back."""

from django.db import migrations, models
from django.db.models import Q

ASKING = ["changes", "unfavourable"]
DECIDED = ["validated", "superseded", "refused"]


def words_to_requests(apps, schema_editor):
    Review, ChangeRequest = apps.get_model("programmes", "Review"), apps.get_model("programmes", "ChangeRequest")
    asking = Review.objects.filter(opinion__in=ASKING).exclude(comment="").select_related("module__curriculum")
    for review in asking.order_by("given_at"):
        later = Review.objects.filter(
            module=review.module_id, given_by=review.given_by_id, given_at__gt=review.given_at
        ).first()
        settled_at = later.given_at if later else None
        if settled_at is None and review.module.curriculum.state in DECIDED:
            settled_at = review.module.curriculum.decided_at
        ChangeRequest.objects.create(
            module_id=review.module_id,
            text=review.comment,
            written_at=review.given_at,
            written_by_id=review.given_by_id,
            asked_at=review.given_at,
            asked_of=review.text_hash,
            settled_at=settled_at,
        )
    asking.update(comment="")


def requests_to_words(apps, schema_editor):
    Review, ChangeRequest = apps.get_model("programmes", "Review"), apps.get_model("programmes", "ChangeRequest")
    for review in Review.objects.filter(opinion__in=ASKING, comment=""):
        asked = ChangeRequest.objects.filter(
            module=review.module_id, written_by=review.given_by_id, asked_at__lte=review.given_at
        )
        words = "\n\n".join(asked.order_by("asked_at").values_list("text", flat=True))
        Review.objects.filter(pk=review.pk).update(comment=words or "…")


class Migration(migrations.Migration):
    dependencies = [("programmes", "0005_requests_and_assignments")]
    operations = [
        migrations.RunPython(words_to_requests, requests_to_words),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                name="a_remark_is_written_an_asking_opinion_asks",
                condition=Q(opinion="favourable")
                | (Q(opinion="remark") & ~Q(comment=""))
                | Q(opinion__in=("changes", "unfavourable"), comment=""),
                violation_error_message="Say why: a comment is needed unless the opinion is favourable.",
            ),
        ),
    ]
