"""The founding convention and a living rentrée, told by services under a travelled clock."""

from .story import PASSWORD, Story

__all__ = ["PASSWORD", "Story"]
