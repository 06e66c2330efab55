"""What people and modules are called now, whatever they were called when an event spoke of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.query.domain.views import Bilingual, PersonView


@dataclass(frozen=True, slots=True)
class Names:
    """Present names, of staff by id and of modules by slug, as last heard."""

    staff: Mapping[str, str]
    modules: Mapping[str, Bilingual]

    def person(self, id: str | None, then: str | None) -> PersonView | None:
        """A member of staff; by the name an event said where no other has been heard."""
        return {"id": id, "name": self.staff.get(id, then)} if id is not None else None

    def module(self, slug: str, ms: str, en: str) -> Bilingual:
        """A module; by the names it was filed under where no others have been heard."""
        return self.modules.get(slug) or {"ms": ms, "en": en}
