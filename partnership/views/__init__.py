"""The pages of the partnership: its convention, its people, their long tasks."""
