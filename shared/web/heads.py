"""The head of a request as it comes in: whoever does not come to its end, in size or in time, is hung up on. The parser
under us would gather a header without end, and slower the longer it grows."""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 20.0
"""From the connection, or the first byte of a later request, to the empty line."""
TOO_LONG = STATUS_LINE[431] + b"content-length: 0\r\nconnection: close\r\n\r\n"


class _TooLong(Exception):
    """Ends the parser's work."""


class Heads(HttpToolsProtocol):
    """uvicorn's own, with limits on what comes before a body."""

    _read = 0
    _ended = 0
    _in_body = False
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first head may begin."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A piece of a head, or of a body: that one the app limits."""
        if not self._in_body and self._patience is None:
            self._wait()
        outside, ended = not self._in_body, self._ended
        super().data_received(data)
        self._read = self._read + len(data) if outside and ended == self._ended else 0
        if self._read > HEAD_BYTES:
            self._refuse()

    def on_headers_complete(self) -> None:
        """The end of a head; what follows it is a body."""
        self._wait_no_longer()
        self._ended += 1
        self._in_body = True
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._refuse()
            raise _TooLong
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The end of a request; another may begin."""
        self._in_body = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Unless it was answered already."""
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _wait_no_longer(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _refuse(self) -> None:
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(TOO_LONG)
        self.transport.close()
