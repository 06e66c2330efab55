"""What happens by itself, as a table of rules an Admin may change, and what is wrong with such a table.

A rule counts working days from the start or the end of a clock. The clocks, the states they run in and their lengths
are `clocks`' and the settings'.
"""

from collections.abc import Collection, Iterator

import msgspec

from services.workflow.machine import Role, State
from shared.errors import FieldError, Text
from shared.events.reference import SettingsSaved, TimeRule

CLOCKS: dict[str, frozenset[State]] = {
    "assign": frozenset({State.BARU}),
    "first_answer": frozenset({State.DIAGIHKAN, State.INPROGRESS}),
    "solve": frozenset({State.DIAGIHKAN, State.INPROGRESS}),
    "implementor": frozenset({State.RUJUKAN_IMPLEMENTOR}),
    "vendor": frozenset({State.TINDAKAN_VENDOR}),
    "answer": frozenset({State.MOHON_MAKLUMBALAS}),
    "close": frozenset({State.MOHON_TUTUP}),
    "reopen": frozenset({State.SELESAI}),
}
"""Each clock and the states it runs in."""
CLOCK_LABELS: dict[str, Text] = {
    "assign": Text("Agihan kepada PIC", "Assignment to a PIC"),
    "first_answer": Text("Jawapan pertama", "First answer"),
    "solve": Text("Penyelesaian", "Solution"),
    "implementor": Text("Rujukan Implementor", "Referral to the Implementor"),
    "vendor": Text("Tindakan vendor", "The vendor's action"),
    "answer": Text("Maklum balas pengadu", "The complainant's answer"),
    "close": Text("Penutupan oleh pengadu", "Closing by the complainant"),
    "reopen": Text("Tempoh buka semula", "Time to reopen"),
}
ENDS = {"answer": "lapse", "close": "lapse", "reopen": "seal"}
"""The clocks whose end is an end of the complaint, and the action that makes it; the others escalate."""
HOLDER = {
    "assign": Role.ADMIN,
    "first_answer": Role.PIC,
    "solve": Role.PIC,
    "implementor": Role.IMPLEMENTOR,
    "vendor": Role.PIC,
}
"""Who is warned before the clock ends: the custodian, or the PIC for a vendor."""
VENDOR_REMINDED = ("vendor", "start", "remind")
FOREMEN = frozenset({Role.ADMIN, Role.MANAGEMENT})
"""Whom an escalation may tell."""


def _late(clock: str) -> Iterator[TimeRule]:
    yield TimeRule(
        id=f"{clock}.warn", clock=clock, of="end", days=-1, action="remind", kind="warn", tells=HOLDER[clock]
    )
    yield TimeRule(id=f"{clock}.escalate1", clock=clock, of="end", days=0, action="escalate", level=1, tells=Role.ADMIN)
    yield TimeRule(
        id=f"{clock}.escalate2", clock=clock, of="end", days=3, action="escalate", level=2, tells=Role.MANAGEMENT
    )


def _silent(clock: str, reminders: tuple[int, ...], notice: int) -> Iterator[TimeRule]:
    told = Role.COMPLAINANT
    for number, days in enumerate(reminders, 1):
        yield TimeRule(
            id=f"{clock}.remind{number}", clock=clock, of="start", days=days, action="remind", kind="remind", tells=told
        )
    yield TimeRule(
        id=f"{clock}.notice", clock=clock, of="start", days=notice, action="remind", kind="notice", tells=told
    )
    yield TimeRule(id=f"{clock}.lapse", clock=clock, of="end", days=0, action="lapse", tells=told)


DEFAULT: tuple[TimeRule, ...] = (
    *_late("assign"),
    *_late("first_answer"),
    *_late("solve"),
    *_late("implementor"),
    TimeRule(
        id="vendor.remind",
        clock="vendor",
        of="start",
        days=5,
        every=True,
        action="remind",
        kind="remind",
        tells=Role.VENDOR,
    ),
    *_late("vendor"),
    *_silent("answer", (3, 7), 12),
    *_silent("close", (3,), 5),
    TimeRule(id="reopen.seal", clock="reopen", of="end", days=0, action="seal"),
)


def rules_of(settings: SettingsSaved) -> tuple[TimeRule, ...]:
    """What happens by itself: as the office has decided, or as it was delivered."""
    return settings.rules or DEFAULT


def told(settings: SettingsSaved) -> SettingsSaved:
    """The same with what is said of it for those who know no rules: after how many working days the vendor is first
    reminded; where no rule reminds it, when its time is over."""
    reminders = [
        rule.days for rule in rules_of(settings) if rule.on and (rule.clock, rule.of, rule.kind) == VENDOR_REMINDED
    ]
    return msgspec.structs.replace(settings, vendor_remind_days=min(reminders, default=settings.vendor_escalate_days))


def length(clock: str, settings: SettingsSaved) -> int:
    """Working days the clock is long; of the solve clock its shortest."""
    if clock == "solve":
        return min(settings.solve_days.values())
    names = {"implementor": "implementor_days", "vendor": "vendor_escalate_days", "reopen": "reopen_days"}
    return int(getattr(settings, names.get(clock) or _window(clock)))


def _window(clock: str) -> str:
    return f"{clock}_lapse_days" if clock in {"answer", "close"} else f"{clock}_days"


def flaws(rules: tuple[TimeRule, ...], settings: SettingsSaved, held: Collection[str]) -> list[FieldError]:
    """What is wrong with a set of rules, each with the rule and why. `held`: the roles somebody active holds."""
    return [flaw for check in _CHECKS for flaw in check(rules, settings, held)]


def _each_is_well_formed(
    rules: tuple[TimeRule, ...], _settings: SettingsSaved, _held: Collection[str]
) -> Iterator[FieldError]:
    names: set[str] = set()
    for rule in rules:
        if rule.id in names or not rule.id:
            yield _flaw(rule, "same_id", "Dua peraturan bernama sama", "Two rules have the same name")
        names.add(rule.id)
        fits = {
            "remind": rule.kind in {"warn", "remind", "notice"} and rule.level is None,
            "escalate": rule.clock in HOLDER and rule.level in {1, 2} and rule.kind is None,
            "lapse": ENDS.get(rule.clock) == "lapse",
            "seal": ENDS.get(rule.clock) == "seal",
        }
        if rule.clock not in CLOCKS or rule.of not in {"start", "end"} or not fits.get(rule.action, False):
            yield _flaw(
                rule,
                "not_a_rule",
                "Jam, tindakan, jenis atau tahap tidak sepadan",
                "Clock, action, kind and level do not fit together",
            )
        elif not -365 <= rule.days <= 365 or (rule.of == "start" and rule.days < 1) or (rule.every and rule.days < 1):
            yield _flaw(
                rule,
                "out_of_range",
                "Bilangan hari bekerja mesti 1 hingga 365 dari permulaan, atau -365 hingga 365 dari tamat",
                "Working days must be 1 to 365 from the start, or -365 to 365 from the end",
            )


def _no_escalation_to_nobody(
    rules: tuple[TimeRule, ...], _settings: SettingsSaved, held: Collection[str]
) -> Iterator[FieldError]:
    for rule in rules:
        if rule.on and rule.action == "escalate" and (rule.tells not in FOREMEN or rule.tells not in held):
            yield _flaw(
                rule,
                "nobody_holds_it",
                f"Eskalasi kepada {rule.tells or '-'}, tetapi tiada pegawai aktif yang memegang peranan ini",
                f"It escalates to {rule.tells or '-'}, a role that no active member of staff holds",
            )


def _no_hole(rules: tuple[TimeRule, ...], _settings: SettingsSaved, _held: Collection[str]) -> Iterator[FieldError]:
    for clock in CLOCKS:
        wanted = ENDS.get(clock, "escalate")
        standing = [rule for rule in rules if rule.on and rule.clock == clock and rule.action == wanted]
        if not any(rule.level in {None, 1} for rule in standing):
            label = CLOCK_LABELS[clock]
            yield FieldError(
                clock,
                "no_timer",
                Text(
                    f"{label.ms}: tiada peraturan yang bertindak apabila tempohnya tamat; aduan boleh terhenti di situ",
                    f"{label.en}: no rule acts when its time is over; a complaint could stand still there",
                ),
            )


def _nothing_after_the_end(
    rules: tuple[TimeRule, ...], settings: SettingsSaved, _held: Collection[str]
) -> Iterator[FieldError]:
    for rule in rules:
        if not rule.on or rule.clock not in ENDS or rule.action != "remind":
            continue
        end = length(rule.clock, settings)
        if (rule.days if rule.of == "start" else end + rule.days) >= end:
            yield _flaw(
                rule,
                "after_the_end",
                f"Peringatan ini jatuh pada atau selepas tamat tempoh itu sendiri ({end} hari bekerja)",
                f"This reminder falls on or after the end of the time itself ({end} working days)",
            )


def _ends_end_at_the_end(
    rules: tuple[TimeRule, ...], _settings: SettingsSaved, _held: Collection[str]
) -> Iterator[FieldError]:
    for rule in rules:
        if rule.action in {"lapse", "seal"} and (rule.of != "end" or rule.days != 0 or rule.every):
            yield _flaw(
                rule,
                "not_at_the_end",
                "Berlaku tepat pada akhir tempoh; ubah tempoh itu sendiri dalam tetapan",
                "It happens at the end of the time; change the time itself in the settings",
            )


def _levels_rise(rules: tuple[TimeRule, ...], _settings: SettingsSaved, _held: Collection[str]) -> Iterator[FieldError]:
    for clock in HOLDER:
        levels = {rule.level: rule for rule in rules if rule.on and rule.clock == clock and rule.action == "escalate"}
        first, second = levels.get(1), levels.get(2)
        if second is not None and (first is None or (second.of, first.of) != ("end", "end")):
            yield _flaw(
                second,
                "no_first_level",
                "Tahap 2 memerlukan tahap 1 yang dikira dari tamat tempoh yang sama",
                "Level 2 needs a level 1 counted from the end of the same time",
            )
        elif second is not None and first is not None and second.days <= first.days:
            yield _flaw(
                second,
                "levels_do_not_rise",
                "Tahap 2 mesti jatuh selepas tahap 1",
                "Level 2 must come after level 1",
            )


_CHECKS = (
    _each_is_well_formed,
    _no_escalation_to_nobody,
    _no_hole,
    _nothing_after_the_end,
    _ends_end_at_the_end,
    _levels_rise,
)


def _flaw(rule: TimeRule, code: str, ms: str, en: str) -> FieldError:
    return FieldError(rule.id, code, Text(f"{rule.id}: {ms}.", f"{rule.id}: {en}."))
