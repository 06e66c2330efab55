"""`python -m tests.faults.lone_notify`: notify alone, with settings read as JSON from standard input, until killed. It
serves nobody: it hears and sends."""

import asyncio
import json
import sys

from services.notify.main import create_app
from services.notify.settings import Settings


async def main() -> None:
    """Does not return."""
    app = create_app(Settings(**json.load(sys.stdin)))
    async with app.router.lifespan_context(app):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
