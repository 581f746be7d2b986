"""The pages: what applicants see, and what recruitment works with."""
