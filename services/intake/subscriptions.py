"""What intake hears from workflow: the office's days, and which mails of staff it did not take."""

from services.intake.handlers import mails
from services.intake.handlers import public as handlers
from shared.bus.fence import Hears
from shared.events.mails import StaffMailRefused
from shared.events.reference import CalendarSaved, SettingsSaved

SUBJECTS = ("workflow.ref.>", "workflow.*.staff_mail.refused")

HEARS: Hears = {
    CalendarSaved: handlers.keep_calendar,
    SettingsSaved: handlers.keep_settings,
    StaffMailRefused: mails.hold_refused,
}
