"""The reviewers' desk in the administration, module by module; and the administrators' tables."""

from . import modules, tables, versions  # noqa: F401 (the administration finds its tables and its front page here)
