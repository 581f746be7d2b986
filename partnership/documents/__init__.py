"""What is handed out on paper: the convention, and the report for both boards."""

from .convention import convention_paper
from .report import report_page

__all__ = ["convention_paper", "report_page"]
