"""Intake over HTTP, by what is asked: `form` (what is offered), `robot` (the robot check), `uploads` (files),
`complaints` (filing), `thread` (a complainant's words), `links` (tracking links), `held` (mails for Admin); and over
SMTP: `smtp` (answers by mail). `desk` is what they all work with, `bodies` and `lists` the shapes."""

from services.intake.api import complaints, form, held, links, robot, thread, uploads

routers = (complaints.straight, *(one.router for one in (form, robot, uploads, complaints, thread, links, held)))
"""What is asked for most comes first: they are tried in turn."""
