"""What workflow hears."""

from services.workflow.handlers import complaints, mails, office
from shared.bus.fence import Hears
from shared.events.intake import ComplainantActed, ComplaintSubmitted, StaffMailed
from shared.events.reference import FormSaved

HEARS: Hears = {
    ComplaintSubmitted: complaints.receive,
    ComplainantActed: complaints.take_message,
    StaffMailed: mails.take_staff_mail,
    FormSaved: office.remember_form,
}
