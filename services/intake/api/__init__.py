"""Intake over HTTP, by what is asked: `form` (what is offered), `robot` (the robot check), `uploads` (files),
`complaints` (filing), `thread` (a complainant's words), `links` (tracking links), `held` (mails for Admin); and over
SMTP: `smtp` (answers by mail). `desk` is what they all work with, `bodies` and `lists` the shapes."""

from services.intake.api import complaints, form, held, links, robot, thread, uploads

routers = (
    form.router,
    robot.router,
    uploads.router,
    complaints.straight,
    complaints.router,
    thread.router,
    links.router,
    held.router,
)
