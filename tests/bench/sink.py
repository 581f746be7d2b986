"""A mail server that takes every letter and keeps none: `python -m tests.bench.sink PORT`."""

import asyncio
import contextlib
import sys

from aiosmtpd.smtp import SMTP


class Sink:
    """Says yes."""

    async def handle_DATA(self, server, session, envelope) -> str:
        return "250 OK"


async def serve(port: int) -> None:
    """Take letters until the process is ended."""
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Sink(), hostname="sink.example"), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1])))
