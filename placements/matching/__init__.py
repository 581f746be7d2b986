"""Proposals of placements, without the database: a problem in, an explained plan out, the same one each time.

What a page reads of them imports no library: `problem`, `plan`, `answer`, `rules`, `sentences`, `stored`. What solves
them does: `proposing`, `ranking`, `shortlists`, and this folder as a program (`python -m placements.matching`).
"""
