"""What authors, reviewers, coordinators and guests of the chair fill in; forms clean, services act."""
