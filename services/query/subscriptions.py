"""What query hears: a table, and nothing else. One handler for all of workflow's events, one per reference fact."""

from services.query.handlers import copies, project
from shared.bus.fence import Batched, Handler
from shared.envelope import Event
from shared.events import reference, workflow

HEARS: dict[type[Event], Handler] = {
    **dict.fromkeys(workflow.ALL, Batched(project.move_complaints)),
    reference.StaffSaved: copies.copy_staff,
    reference.CalendarSaved: copies.copy_calendar,
    reference.SettingsSaved: copies.copy_settings,
    reference.FormSaved: copies.copy_form,
    reference.SolutionSaved: copies.copy_solution,
}

UNHEARD: dict[type[Event], str] = {
    reference.RoutingSaved: "who takes which module decides assignments, not what is shown",
}
