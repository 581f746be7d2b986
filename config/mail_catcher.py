"""The development mail server: `python -m config.mail_catcher PORT FOLDER` keeps each letter as one .eml file."""

import asyncio
import contextlib
import pathlib
import secrets
import sys
import time

from aiosmtpd.smtp import SMTP


class Mailbox:
    """Stores what arrives, oldest first by name."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder

    async def handle_DATA(self, server, session, envelope) -> str:
        """Keep the letter whole, or not at all."""
        part = self.folder / f"{time.time_ns()}-{secrets.token_hex(3)}.part"
        part.write_bytes(envelope.original_content)
        part.rename(part.with_suffix(".eml"))
        return "250 OK"


async def serve(port: int, folder: pathlib.Path) -> None:
    """Take letters until the process is ended."""
    mailbox = Mailbox(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, enable_SMTPUTF8=True, hostname="tandem.example"), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]), pathlib.Path(sys.argv[2])))
