"""What workflow hears."""

from services.workflow.handlers import complaints, office
from shared.bus.fence import Hears
from shared.events.intake import ComplainantActed, ComplaintSubmitted
from shared.events.reference import FormSaved

HEARS: Hears = {
    ComplaintSubmitted: complaints.receive,
    ComplainantActed: complaints.take_message,
    FormSaved: office.remember_form,
}
