"""A Graph API of our own: WhatsApp as far as Helpdesk iSPEKS uses it, on this machine only.

Refuses what the real one would refuse (`checks`), misbehaves on command by the last digits of a number (`faults`), and
tells what became of messages by signed webhooks, twice, in disorder and in batches (`telling`). A tester reads the
messages on the mailbox page, and answers there.
"""
