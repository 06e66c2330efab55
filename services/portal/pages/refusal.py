"""How a service's "no", or its silence, is said to the visitor with everything they typed still in their hands."""

from collections.abc import Iterable, Mapping

from starlette.responses import Response

from services.portal.clients import Problem, Unavailable
from services.portal.desk import Switch, Visit
from services.portal.enclosure import is_kept


def minutes(seconds: int) -> int:
    """Whole minutes to wait, at least one."""
    return max(1, -(-seconds // 60))


def status(problem: Problem) -> int:
    """The page's own status: the service's, where a browser should know it, and 422 for what can be put right."""
    return problem.status if problem.status in (404, 409, 429) else 422


def read(visit: Visit, problem: Problem, on_page: Iterable[str]) -> tuple[dict[str, str], str]:
    """Sentences for the fields of this page, in the page's order, and one for everything else."""
    if problem.status == 429:
        return {}, visit.t("later", n=minutes(problem.retry_after))
    fields = problem.fields(visit.language)
    for error in problem.errors:
        # "required" alone says nothing in a list of errors: the page knows its fields by name
        if error.code == "required" and visit.desk.words.has(f"missing.{error.field}"):
            fields[error.field] = visit.t(f"missing.{error.field}")
    errors = {name: fields[name] for name in on_page if name in fields}
    others = [sentence for name, sentence in fields.items() if name not in errors]
    if errors:
        return errors, " ".join(others)
    return {}, " ".join(others) or problem.text[visit.language] or visit.t("error.500.text")


def trouble(visit: Visit, fault: Unavailable, action: str, names: Iterable[str], labels: Mapping[str, str]) -> Response:
    """A service is away: say so, give back everything that was typed, and offer to send it to `action` again.

    `names` are the fields to carry, `labels` those worth reading (field name to key of its label). Files that were
    taken are carried too.
    """
    return visit.page(
        "pages/trouble.html",
        status=503,
        headers={"Retry-After": str(fault.retry_after)},
        switch=Switch("kept", action),
        action=action,
        typed=visit.typed,
        names=[name for name in names if name != "drop" and not is_kept(name)],
        carried=visit.carried,
        labels=labels,
    )
