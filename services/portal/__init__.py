"""The browser-facing client of the four services: pages, the session cookie, the live badge.

Owns: nothing. What a visitor types lives in the page they hold, and a file they bring goes on to its service at once;
drafts live in their browser; a staff member's session is kept by workflow and only its value rides in the cookie.
Hears: `query.projected` (core NATS, lossy), pushed to open staff pages.
Says: nothing on the bus; every act is an HTTP call to intake or workflow.

Promises: every page works without JavaScript, in Malay and in English. A GET changes nothing. Nothing typed is lost: a
refusal, a fault or a change of language shows the same page again with everything still in it. One rendered form files
at most one complaint, however often it is sent. No IC, phone, e-mail, tracking token or complaint text reaches a log.

Does not promise: to answer while intake is down. It says so, and gives back what was typed.
"""
