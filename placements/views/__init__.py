"""The pages of places: leads, hosts and their places, and what is reached by personal link."""
