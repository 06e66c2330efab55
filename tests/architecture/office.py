"""The office's table, told a second time and independently of the code: what `machine/table.py` is held against.

A line is: action, event, from, to (`=` stays), who, who reads it, what it needs. States are written by their letters. A
need that ends in `?` is optional. `if=` names a condition of CONDITIONS.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

LETTERS = {
    "B": "BARU",
    "D": "DIAGIHKAN",
    "I": "INPROGRESS",
    "R": "RUJUKAN_IMPLEMENTOR",
    "V": "TINDAKAN_VENDOR",
    "M": "MOHON_MAKLUMBALAS",
    "T": "MOHON_TUTUP",
    "S": "SELESAI",
    "C": "DITUTUP",
}
OPEN, ANY = "BDIRVMT", "BDIRVMTSC"

# state: phase, custodian
STANDING = {
    "BARU": ("BARU", "ADMIN"),
    "DIAGIHKAN": ("BARU", "PIC"),
    "INPROGRESS": ("INPROGRESS", "PIC"),
    "RUJUKAN_IMPLEMENTOR": ("INPROGRESS", "IMPLEMENTOR"),
    "TINDAKAN_VENDOR": ("INPROGRESS", "VENDOR"),
    "MOHON_MAKLUMBALAS": ("INPROGRESS", "COMPLAINANT"),
    "MOHON_TUTUP": ("INPROGRESS", "COMPLAINANT"),
    "SELESAI": ("SELESAI", None),
    "DITUTUP": ("SELESAI", None),
}

TABLE = """
receive         received          -        B COMPLAINANT            P  text
assign          assigned          B        D ADMIN,SYSTEM           S  pic
reassign        reassigned        DIRVMT   = ADMIN                  S  pic,reason
hand_back       handed_back       DI       B PIC                    S  reason
reject          rejected          BD       C ADMIN                  P  reason_code,reason?
mark_duplicate  marked_duplicate  BDI      C ADMIN                  P  duplicate_of
mark_duplicate  marked_duplicate  DI       C PIC                    P  duplicate_of
classify        classified        BDIRVMT  = ADMIN,PIC              S  priority?,module?,complex?,reason
start           started           D        I PIC                    S  -
reply           replied           DI       I PIC                    P  text,attachments?
reply           replied           RVMT     = PIC                    P  text,attachments?
reply           replied           R        = IMPLEMENTOR            P  text,attachments?
reply           replied           BDIRVMT  = ADMIN                  P  text,attachments?
note            noted             ANY      = ADMIN,PIC,IMPLEMENTOR  S  text,attachments?
ask_feedback    feedback_asked    DI       M PIC                    P  question,attachments?
refer           referred          DI       R PIC                    S  tried,attachments?
claim           claimed           R        = IMPLEMENTOR            S  - if=unclaimed
return          returned          R        I IMPLEMENTOR            S  text,attachments?
log_vendor      vendor_logged     DI       V PIC                    SV text,vendor_reference?,public_text?,attachments?
log_vendor      vendor_logged     R        V IMPLEMENTOR            SV text,vendor_reference?,public_text?,attachments?
update_vendor   vendor_updated    V        = PIC,VENDOR             SV text?,vendor_reference?,attachments?
vendor_answered vendor_answered   V        I PIC,VENDOR             SV text,vendor_reference?,attachments?
request_close   close_requested   DIVM     T PIC                    P  text,cause,steps,attachments?
request_close   close_requested   R        T IMPLEMENTOR            P  text,cause,steps,attachments?
take_back       taken_back        RVMT     I PIC,ADMIN              S  reason
answer          answered          MT       I COMPLAINANT            P  text,attachments?
answer          answered          BDIRV    = COMPLAINANT            P  text,attachments?
not_solved      not_solved        T        I COMPLAINANT            P  text,attachments?
close           closed            BDIRVMTS C COMPLAINANT            P  text?
rate            rated             SC       = COMPLAINANT            S  score,text? if=unrated
reopen          reopened          SC       I COMPLAINANT,ADMIN      P  text if=pic_can
reopen          reopened          SC       B COMPLAINANT,ADMIN      P  text if=pic_gone
correct_contact contact_corrected ANY      = ADMIN                  S  email?,phone?,reason
remind          reminded          BDIRVMT  = SYSTEM                 S  kind,rule
escalate        escalated         BDIRV    = SYSTEM                 S  rule
reschedule      rescheduled       BDIRVMT  = SYSTEM                 S  due,reason
hold_message    message_held      ANY      = SYSTEM                 P  text,why
lapse           lapsed            T        S SYSTEM                 P  rule
lapse           lapsed            M        C SYSTEM                 P  rule
seal            sealed            S        C SYSTEM                 S  rule
"""

Flags = Mapping[str, bool]


def _may_reopen(role: str, flags: Flags) -> bool:
    contested_already = role == "COMPLAINANT" and flags["rejected"] and flags["reopened_after_reject"]
    return flags["within_window"] and not contested_already


CONDITIONS: dict[str, Callable[[str, Flags], bool]] = {
    "unclaimed": lambda _role, flags: not flags["is_claimant"],
    "unrated": lambda _role, flags: not flags["rated"],
    "pic_can": lambda role, flags: _may_reopen(role, flags) and flags["pic_is_active"],
    "pic_gone": lambda role, flags: _may_reopen(role, flags) and not flags["pic_is_active"],
}


class Line(NamedTuple):
    """One line of the office's table."""

    action: str
    event: str
    sources: tuple[str, ...]
    to: str | None
    roles: frozenset[str]
    needs: tuple[str, ...]
    readers: str
    when: str | None

    def applies(self, state: str, role: str, flags: Flags) -> bool:
        """Whether the office lets this role do it here, the world being so."""
        met = self.when is None or CONDITIONS[self.when](role, flags)
        return state in self.sources and role in self.roles and met


def _lines() -> Iterator[Line]:
    for text in TABLE.strip().splitlines():
        action, event, sources, to, roles, readers, needs, *when = text.split()
        yield Line(
            action,
            event,
            tuple(LETTERS[letter] for letter in {"-": "", "ANY": ANY}.get(sources, sources)),
            None if to == "=" else LETTERS[to],
            frozenset(roles.split(",")),
            () if needs == "-" else tuple(needs.split(",")),
            readers,
            when[0].removeprefix("if=") if when else None,
        )


LINES = tuple(_lines())


_BY_PLACE: dict[tuple[str, str, str], list[Line]] = {}
for _line in LINES:
    for _state, _role in product(_line.sources, _line.roles):
        _BY_PLACE.setdefault((_state, _line.action, _role), []).append(_line)


def line_for(state: str, action: str, role: str, flags: Flags) -> Line | None:
    """What the office says to this, or nothing: then it is refused."""
    found = [line for line in _BY_PLACE.get((state, action, role), ()) if line.applies(state, role, flags)]
    assert len(found) <= 1, f"the office's table contradicts itself: {found}"
    return found[0] if found else None
