"""A year of an office: some two hundred and sixty complaints, each made of a trouble, a person and a course of events.

Seeded: the same year each time, told in working days before today. What happens by itself (reminders, escalations,
lapses) is not written here: the office's own timers do it while business time passes.
"""

from collections.abc import Callable
from random import Random

from deploy.demo.people import CROWD
from deploy.demo.telling import (
    Decree,
    Step,
    Story,
    admin,
    assign,
    close,
    complainant,
    implementor,
    pic,
)
from deploy.demo.troubles import TROUBLES, Trouble

SEED, COMPLAINTS = 2026, 260
FIRST_DAY, LAST_DAY = 244, 28
"""Working days before today; from there on the stories that were written by hand go on."""
OPENS, CLOSES = 8 * 60, 16 * 60 + 40
THANKS = ("Terima kasih.", "Sudah boleh digunakan. Terima kasih.", "", "Selesai, terima kasih atas bantuan.")
DECREES = (
    Decree(
        183, "10:00", 2, "Cuti Peristiwa", "Diisytiharkan oleh Kerajaan Negeri sempena kejayaan pasukan bola sepak."
    ),
    Decree(74, "15:30", 1, "Cuti Tambahan", "Diisytiharkan pada petang sebelumnya; kaunter ditutup."),
)


class Pen:
    """Writes a course of events down: time goes on with every step, and the story ends where today begins."""

    def __init__(self, random: Random, day: int) -> None:
        self.random = random
        self.day = day
        self.minute = random.randrange(OPENS, CLOSES - 120)
        self.filed = (day, self._clock())
        self.steps: list[Step] = []

    def later(self, least: int, most: int) -> "Pen":
        """So many working days later, or some minutes later where that is none."""
        days = self.random.randint(least, most)
        self.day -= days
        self.minute = self.random.randrange(OPENS, CLOSES - 60) if days else self.minute + self.random.randrange(3, 12)
        return self

    def write(self, step: Callable[[int, str], Step]) -> "Pen":
        if self.day >= 1 and self.minute < CLOSES + 60:
            self.steps.append(step(self.day, self._clock()))
        return self

    def _clock(self) -> str:
        return f"{self.minute // 60:02d}:{self.minute % 60:02d}"


Course = Callable[[Pen, Trouble], None]


def _taken(pen: Pen, trouble: Trouble, late: tuple[int, int] = (0, 1)) -> None:
    pen.later(*late).write(assign)
    if pen.random.random() < 0.3:
        priority = pen.random.choice(("Kritikal", "Tinggi", "Rendah"))
        reason = "Menjejaskan bayaran." if priority != "Rendah" else "Boleh ditangguh."
        pen.later(0, 0).write(lambda day, at: admin(day, at, "classify", priority=priority, reason=reason))
    pen.later(0, 1).write(lambda day, at: pic(day, at, "start"))
    pen.later(0, 1).write(lambda day, at: pic(day, at, "reply", text="Aduan diterima dan sedang disemak."))
    if pen.random.random() < 0.25:
        pen.later(0, 0).write(lambda day, at: pic(day, at, "note", text=f"Semakan awal: {trouble.cause}"))


def _asked_to_close(pen: Pen, trouble: Trouble, wait: tuple[int, int]) -> None:
    pen.later(*wait).write(
        lambda day, at: close(
            day, at, "Masalah telah diatasi. Sila semak dan tutup aduan.", cause=trouble.cause, steps=trouble.steps
        )
    )


def _she_closes(pen: Pen) -> None:
    thanks = pen.random.choice(THANKS)
    pen.later(0, 4).write(lambda day, at: complainant(day, at, "close", text=thanks))
    if pen.random.random() < 0.6:
        score = pen.random.choices((5, 4, 3, 2, 1), (45, 30, 14, 7, 4))[0]
        pen.later(0, 0).write(lambda day, at: complainant(day, at, "rate", score=score, comment=""))


def _plain(pen: Pen, trouble: Trouble) -> None:
    _taken(pen, trouble)
    _asked_to_close(pen, trouble, (0, 6))
    _she_closes(pen)


def _silent(pen: Pen, trouble: Trouble) -> None:
    _taken(pen, trouble)
    _asked_to_close(pen, trouble, (1, 5))


def _ping_pong(pen: Pen, trouble: Trouble) -> None:
    _taken(pen, trouble)
    for question in ("Sila nyatakan nombor dokumen.", "Sila hantar paparan skrin mesej ralat.")[
        : pen.random.randint(1, 2)
    ]:
        pen.later(0, 1).write(lambda day, at, text=question: pic(day, at, "ask_feedback", text=text))  # type: ignore[misc]
        pen.later(1, 8).write(lambda day, at: complainant(day, at, "answer", text="Seperti yang diminta."))
    _asked_to_close(pen, trouble, (0, 4))
    if pen.random.random() < 0.4:
        pen.later(0, 3).write(lambda day, at: complainant(day, at, "not_solved", text="Masih berlaku."))
        _asked_to_close(pen, trouble, (1, 4))
    _she_closes(pen)


def _unanswered(pen: Pen, trouble: Trouble) -> None:
    _taken(pen, trouble)
    pen.later(0, 1).write(lambda day, at: pic(day, at, "ask_feedback", text="Sila nyatakan nombor dokumen."))


def _referred(pen: Pen, trouble: Trouble) -> None:
    _taken(pen, trouble)
    pen.later(0, 2).write(lambda day, at: pic(day, at, "refer", text=f"Disyaki: {trouble.cause}"))
    pen.later(0, 2).write(lambda day, at: implementor(day, at, "claim"))
    pen.later(0, 5).write(lambda day, at: implementor(day, at, "return", text=trouble.steps))
    _asked_to_close(pen, trouble, (0, 2))
    _she_closes(pen)


def _vendor(pen: Pen, trouble: Trouble) -> None:
    _taken(pen, trouble)
    log = f"TTSB-{pen.random.randrange(40_000, 48_000)}"
    pen.later(0, 2).write(
        lambda day, at: pic(
            *(day, at, "log_vendor"),
            text=f"{trouble.description} Disyaki: {trouble.cause}",
            vendor_reference=log,
            public_text="Aduan telah dirujuk kepada pembekal sistem.",
        )
    )
    pen.later(4, 38).write(lambda day, at: pic(day, at, "vendor_answered", text="Pembaikan telah dipasang pembekal."))
    _asked_to_close(pen, trouble, (0, 2))
    _she_closes(pen)


def _neglected(pen: Pen, trouble: Trouble) -> None:
    _taken(pen, trouble, late=(3, 7))
    _asked_to_close(pen, trouble, (6, 14))
    _she_closes(pen)


def _came_back(pen: Pen, trouble: Trouble) -> None:
    _plain(pen, trouble)
    pen.later(1, 6).write(lambda day, at: complainant(day, at, "reopen", text="Masalah yang sama berlaku lagi."))
    pen.later(0, 1).write(lambda day, at: pic(day, at, "reply", text="Kami semak semula."))
    _asked_to_close(pen, trouble, (1, 4))
    _she_closes(pen)


def _withdrawn(pen: Pen, _trouble: Trouble) -> None:
    pen.later(0, 1).write(assign)
    pen.later(0, 1).write(lambda day, at: complainant(day, at, "close", text="Sudah pulih sendiri."))


COURSES: tuple[tuple[Course, int], ...] = (
    (_plain, 46),
    (_silent, 12),
    (_ping_pong, 12),
    (_unanswered, 4),
    (_referred, 9),
    (_vendor, 10),
    (_neglected, 5),
    (_came_back, 4),
    (_withdrawn, 3),
)


def stories() -> tuple[Story, ...]:
    """The year."""
    random = Random(SEED)  # noqa: S311 - a year to look at, not a secret
    courses, weights = zip(*COURSES, strict=True)
    found = []
    for position in range(COMPLAINTS):
        trouble, person = random.choice(TROUBLES), random.choice(CROWD)
        pen = Pen(random, random.randint(LAST_DAY, FIRST_DAY))
        random.choices(courses, weights)[0](pen, trouble)
        key = f"tahun-{position}"
        filed, steps = pen.filed, tuple(pen.steps)
        found.append(Story(key, person, trouble.module, filed, trouble.title, trouble.description, steps))
    return tuple(found)
