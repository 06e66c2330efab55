"""What notify hears, and who handles it. Facts it has no use for yet (routing, solutions) it lets pass."""

from services.notify import handlers
from services.notify.handlers import bounces, digests, news
from shared.bus import fence
from shared.events import ACCOUNTS, WORKFLOW, intake, reference, workflow

HEARS: fence.Hears = {
    **dict.fromkeys(WORKFLOW, handlers.tell),
    **dict.fromkeys(ACCOUNTS, handlers.tell_owner),
    workflow.Received: handlers.receive,
    workflow.ContactCorrected: handlers.correct_contact,
    workflow.Classified: handlers.classify,
    reference.StaffSaved: handlers.know_staff,
    reference.FormSaved: handlers.know_form,
    reference.SettingsSaved: handlers.know_settings,
    reference.CalendarSaved: digests.know_calendar,
    intake.TrackingLinkRequested: handlers.send_links,
    intake.MailBounced: bounces.heed,
    intake.MailHeld: news.mail_held,
}
