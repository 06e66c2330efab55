"""Notify: everybody hears what concerns them, once, and the ledger tells the truth about it.

Owns: the rules (event x audience x channel), the ledger (alert -> delivery -> attempt), the messages in Malay and
English, and copies of what it needs to send: complaints, staff, modules. Contacts stay sealed; an address is opened at
the moment of sending, from the copy, never from the event that is being handled.

Hears: every event of workflow's table and of its accounts, `staff.saved`, `calendar.saved`, `settings.saved`;
`tracking_link.requested`, `mail.bounced`, `mail.held` and `form.saved` from intake; from itself that a digest is due,
that a mail came back, and what else staff must see to; by webhook what became of a WhatsApp message and what people
write there.

Says: nothing. Its ledger is read over HTTP.

Promises: every event has a rule or an explicit none; an event that is heard twice plans nothing more; a person in two
audiences gets one message; nobody is told of their own act but the complainant, who gets confirmations; an attempt is
recorded before the call and settled after it; one complaint's messages reach one person in their order; at most one
*confirmed* message per (event, recipient, channel). Staff are told as they chose, within what the rules allow; what is
gathered is told in exactly one digest; after an outage there is one digest for each of them, and no flood. Channels
stand beside each other: one that is down or slow never holds another. What is urgent goes first and takes along what
stands before it. A mail that did not arrive is told to those who must know, and so are a way out that is down, a
template that is refused, a mail that is held and what somebody wrote on WhatsApp: each matter once.

Does not promise: exactly one message on the wire. When a process dies, or the line drops, between the server's taking
a mail and our hearing of it, the delivery is `unknown`, is shown as such, and is tried once more with the same
Message-ID.
"""
