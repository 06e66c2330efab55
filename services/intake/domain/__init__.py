"""What a complaint must be before it is taken down, and what is said of it. Pure: no I/O, no clock, no ids made here.

`texts` (what a person may type), `people` (IC, phone, e-mail, names), `numbers` (complaint numbers), `form` (what the
form offers), `robot` (what the robot check said), `filing` (a complaint as typed, judged), `thread` (a complainant's
words on it, judged), `links` (a request for tracking links, judged), `office` (what is known of the office's days).
"""
