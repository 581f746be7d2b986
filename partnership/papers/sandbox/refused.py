"""Why a paper is not taken, as a code of one word that `papers/sentences.py` puts into words."""


class Refused(Exception):
    """What was sent is no paper; `which` is the number of the photo, from 0, where there are several."""

    def __init__(self, why: str, which: int = 0):
        super().__init__(why)
        self.why, self.which = why, which
