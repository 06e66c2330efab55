"""The lists behind the form, which Admin edits whole: modules, departments, responsibility centres."""

from typing import Any

import msgspec

from services.portal.clients.door import Door, part


class FormList(msgspec.Struct, frozen=True):
    """A list as intake keeps it, and the version of the form it was read in."""

    version: int
    items: list[dict[str, Any]]


class FormLists:
    """Calls to intake, all for ADMIN."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def read(self, name: str, token: str) -> FormList:
        """The whole list, with what is not offered any more."""
        return self._door.read(await self._door.call("GET", f"/v1/form/{part(name)}", token=token), FormList)

    async def replace(self, name: str, items: list[dict[str, Any]], version: int, token: str) -> FormList:
        """Put this list in its place. Raises `Problem` 412 if the form is no longer at `version`, 422 with rows."""
        response = await self._door.call(
            "PUT",
            f"/v1/form/{part(name)}",
            body={"items": items},
            headers={"If-Match": f'"v{version}"'},
            token=token,
        )
        return self._door.read(response, FormList)
