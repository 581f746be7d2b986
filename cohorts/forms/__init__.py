"""What applicants and recruitment fill in; forms clean, services act."""
