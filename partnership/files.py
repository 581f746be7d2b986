"""Files that are there whole or not at all, whatever happens while they are written."""

import errno
import os
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_for_want_of_room(problem: BaseException) -> bool:
    """Whether something failed because the disk, or our share of it, is full."""
    return isinstance(problem, OSError) and problem.errno in _NO_ROOM


def scratch() -> BinaryIO:
    """An open file without a name, on the disk of those that are kept, where there is room for a long one."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    return TemporaryFile(dir=settings.DATA_DIR)


class WholeFiles(FileSystemStorage):
    """Writes beside the file, then gives it its name; what is written again, after a kill, takes the same place."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        whole = Path(self.path(name))
        whole.parent.mkdir(parents=True, exist_ok=True)
        part = whole.with_name(f".{whole.name}.part")
        try:
            with part.open("wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.replace(whole)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return name
