"""What the pages of places show, computed from what is stored: a zone, a story, where an application stands."""
