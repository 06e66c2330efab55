"""A stream that loses all its letters and nothing else: it counts on, and remembers what it was told."""

from dataclasses import replace

from nats.js import JetStreamContext


async def empty(js: JetStreamContext, stream: str) -> None:
    """By a limit on its size, set and taken away again: nobody in the house may purge. By whoever owns the stream."""
    config = (await js.stream_info(stream)).config
    await js.update_stream(replace(config, max_bytes=1))
    assert (await js.stream_info(stream)).state.messages == 0
    await js.update_stream(config)
