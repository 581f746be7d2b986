"""How much may be sent to a page at once: little, unless the page says that it takes files.

The limit is known before a byte of the body is read (`config.middleware`), and what a file has beyond its own is not
written down as it comes in.
"""

import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Room:
    """How many bytes a page takes: in one file, and in everything that is sent with it."""

    each: int
    together: int


def takes_files(room: Room) -> Callable[[View], View]:
    """Mark a view as taking so much; without this it takes no more than any form (REQUEST_LIMIT_BYTES)."""

    def mark(view: View) -> View:
        view.room = room  # type: ignore[attr-defined]
        return view

    return mark


def room_of(view: Callable[..., Any] | None) -> Room:
    """How much a view takes, whatever it is wrapped in."""
    usual = Room(settings.REQUEST_LIMIT_BYTES, settings.REQUEST_LIMIT_BYTES)
    return getattr(view, "room", usual)


class BoundedUploads(FileUploadHandler):
    """Writes what comes to the disk, never to memory, and no more of a file than the room for it.

    The size told is the real one: a file larger than its room is known by it, and has no content. On our disk it has no
    name, so that theirs can do nothing there and a kill leaves nothing behind.
    """

    def __init__(self, request: HttpRequest, room: Room):
        super().__init__(request)
        self.room = room

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        place = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)
        self.file = UploadedFile(place, self.file_name, self.content_type, 0, self.charset, self.content_type_extra)
        # At the end of the request Django closes those that came whole, and forgets the others.
        weakref.finalize(self.file, place.close)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= self.room.each:
            self.file.write(raw_data)
        elif start <= self.room.each:
            self.file.seek(0)
            self.file.truncate()

    def file_complete(self, file_size: int) -> UploadedFile:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        self.file.close()
