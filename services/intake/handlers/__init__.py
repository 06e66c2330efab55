"""What intake does, by who asks: `public` (the form, the thread, links, what is heard), `mails` (an answer by mail:
passed on, or held for Admin), `opened` (a mail opened in a process apart)."""
