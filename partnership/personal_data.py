"""What people are told about their data: the notice has a version, kept with each application made under it."""

# Raise it with every change of meaning in templates/privacy.html; the date is the day the text took effect.
NOTICE_VERSION = "2026-11-23"
