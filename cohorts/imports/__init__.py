"""Lists from elsewhere: what their columns are, what a row says, and who of it is known already."""
