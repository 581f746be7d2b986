"""What reviewers say of a content."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.models import User

from ..states import Opinion
from .contents import Module


class Review(models.Model):
    """A reviewer's opinion on the exact text of a module; a later one on the same text takes its place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    module = models.ForeignKey(Module, models.CASCADE, related_name="reviews", verbose_name=_("module"))
    opinion = models.CharField(_("opinion"), max_length=12, choices=Opinion.choices)
    comment = models.TextField(_("comment"), blank=True)
    text_hash = models.CharField(max_length=64)
    # The text itself, by field: the next reading begins with what has changed since. Older opinions have none.
    read = models.JSONField(default=dict, editable=False)
    given_at = models.DateTimeField(_("given on"))
    given_by = models.ForeignKey(User, models.PROTECT, related_name="reviews", verbose_name=_("given by"))

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["module", "given_by", "text_hash"], name="one_opinion_per_reviewer_and_text"
            ),
            models.CheckConstraint(
                name="a_comment_is_given_unless_favourable",
                condition=Q(opinion=Opinion.FAVOURABLE) | ~Q(comment=""),
                violation_error_message=_("Say why: a comment is needed unless the opinion is favourable."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module}: {self.get_opinion_display()}"

    @property
    def about(self) -> str:
        return f"programmes.curriculum:{self.module.curriculum_id}"
