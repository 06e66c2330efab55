"""What intake hears from workflow: the office's days."""

from services.intake import handlers
from shared.bus.fence import Hears
from shared.events.reference import CalendarSaved, SettingsSaved

SUBJECTS = ("workflow.ref.>",)

HEARS: Hears = {
    CalendarSaved: handlers.keep_calendar,
    SettingsSaved: handlers.keep_settings,
}
