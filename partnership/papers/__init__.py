"""Papers that people send: looked through in a process of its own, kept as one PDF, scanned for viruses, served.

A view says that it takes them, a form asks for one, a service keeps it, a view hands it out:

    @takes_files(papers.ROOM)
    def paper_send(request): ...            # form = SendForm(request.POST, request.FILES)

    paper = papers.PaperField(label=_("Your diploma"))

    with papers.kept(paper) as name:        # paper = form.cleaned_data["paper"]
        Row.objects.create(file=name, scan=paper.scan, pages=paper.pages)

    return papers.serve(row.file.name, row.scan, filename="diplome.pdf")
"""

from .checking import ROOM, Paper, Unacceptable, check
from .fields import PaperField
from .storage import FOLDER, discard, kept, look_again, serve

__all__ = [
    "FOLDER",
    "ROOM",
    "Paper",
    "PaperField",
    "Unacceptable",
    "check",
    "discard",
    "kept",
    "look_again",
    "serve",
]
