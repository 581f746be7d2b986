"""The only signal: ending an enrolment must free the seat in the same commit, and placements are above us."""

from django.dispatch import Signal

# Sent with .send() inside the transaction; arguments: enrolment, by, reason.
enrolment_ended = Signal()
