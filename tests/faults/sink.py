"""A mail server that keeps a ledger and misbehaves on request:

    python -m tests.faults.sink PORT LEDGER DELAY [login] [keep]

With `login` it knows nobody; with `keep` it writes the text of each letter to LEDGER.letters, by its reader.
What it does with a letter is written in the address, before the at sign:
    451-rcpt, 550-rcpt, 451-data, 550-data    refuses, always, the recipient or the whole letter
    421-rcpt  refuses the recipient and everything else on this line, as a server that closes
    grey      refuses for now the first time, takes it the second
    drop      takes the whole letter the first time, then cuts the line instead of saying so
    die       takes the whole letter, then ends itself
    slow      says nothing for eight seconds the first time
Each whole letter that it had in hand is a line of the ledger, written before it answers: `Message-ID address answer`.
"""

import asyncio
import contextlib
import email
import email.policy
import os
import pathlib
import sys
import time

from aiosmtpd.smtp import SMTP, AuthResult


class Sink:
    """What the server does at each step of the conversation."""

    def __init__(self, ledger: pathlib.Path, delay: float, keeps: bool):
        self.path, self.ledger, self.delay = ledger, ledger.open("a", buffering=1), delay
        self.letters = ledger.with_suffix(".letters") if keeps else None
        if self.letters:
            self.letters.mkdir(exist_ok=True)
        self.seen: set[str] = set()

    def patience(self) -> float:
        """The delay of the start, or the one that stands in LEDGER.delay at this moment."""
        later = self.path.with_suffix(".delay")
        return float(later.read_text()) if later.exists() else self.delay

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        behaviour = address.partition("@")[0]
        if behaviour in ("421-rcpt", "451-rcpt", "550-rcpt"):
            return f"{behaviour[:3]} not this one"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        ident = message["Message-ID"]
        (address,) = envelope.rcpt_tos
        if self.letters:
            text = message.get_body(("plain",)).get_content()
            (self.letters / f"{address} {time.time_ns()}").write_text(text)
        behaviour = address.partition("@")[0]
        is_first = address not in self.seen
        self.seen.add(address)
        answer = "250 OK"
        if behaviour in ("451-data", "550-data"):
            answer = f"{behaviour[:3]} not this letter"
        elif behaviour == "grey" and is_first:
            answer = "451 come back later"
        elif behaviour in ("drop", "slow") and is_first:
            answer = behaviour
        print(ident, address, answer[:3], file=self.ledger)
        await asyncio.sleep(8 if answer == "slow" else self.patience())
        if behaviour == "die":
            os._exit(1)
        if answer == "drop":
            server.transport.abort()
        return answer if answer[0].isdigit() else "250 OK"


def _no_login(server, session, envelope, mechanism, data) -> AuthResult:
    return AuthResult(success=False, handled=False)


async def serve(port: int, ledger: pathlib.Path, delay: float, refuses_login: bool, keeps: bool) -> None:
    """Take letters until the process is ended."""
    sink = Sink(ledger, delay, keeps)
    login = {"auth_require_tls": False, "authenticator": _no_login} if refuses_login else {}
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(sink, hostname="sink.example", **login), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    flags = ("login" in sys.argv[4:], "keep" in sys.argv[4:])
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]), pathlib.Path(sys.argv[2]), float(sys.argv[3]), *flags))
