"""A complainant's words on the public thread: judged here, and allowed or held by workflow."""

from dataclasses import dataclass

from services.intake.domain import people, texts
from services.intake.domain.robot import RobotCheck
from services.intake.domain.texts import CHOOSE, REQUIRED, Sieve
from shared.blobs.file import File, wrong_by_themselves
from shared.errors import Text
from shared.events.intake import ComplainantActed

ACTIONS = ("answer", "not_solved", "close", "reopen")
WITHOUT_TEXT = frozenset({"close"})
SCORES = range(1, 6)
SCORE = Text("Pilih nilai 1 hingga 5", "Choose a value from 1 to 5")
LINK, IC_AND_NAME, MAIL = "link", "ic_and_name", "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who somebody says they are, where no link says it: judged for shape only."""

    ic: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the complainant does: one of the actions, or `rate` with its score."""

    action: str
    text: str
    attachments: tuple[str, ...] = ()
    score: int | None = None


def judge_words(*, action: str | None, text: str | None, attachments: tuple[str, ...], sieve: Sieve) -> Words:
    """A message; only closing needs no words. Whether its files are there, only the effect's transaction can say."""
    if action not in ACTIONS:
        sieve.wrong("action", "choose" if action else "required", CHOOSE if action else REQUIRED)
    read = sieve.read_if_given if action in WITHOUT_TEXT else sieve.read
    said = read("text", text, texts.lines, "")
    wrong = wrong_by_themselves(attachments)
    if wrong is not None:
        sieve.errors.append(wrong)
    return Words(action=action or "", text=said, attachments=attachments)


def judge_rating(*, score: int | None, comment: str | None, sieve: Sieve) -> Words:
    """A rating from 1 to 5, with a comment if wanted."""
    if score not in SCORES:
        sieve.wrong("score", "score" if score is not None else "required", SCORE if score is not None else REQUIRED)
    return Words(action="rate", text=sieve.read_if_given("comment", comment, texts.lines, ""), score=score)


def judge_claim(*, ic: str | None, name: str | None, robot: RobotCheck, sieve: Sieve) -> Claim:
    """IC and name as they would have been kept, and the robot check beside them."""
    claim = Claim(ic=sieve.read("ic", ic, people.ic, ""), name=sieve.read("name", name, people.name, ""))
    if robot.error is not None:
        sieve.errors.append(robot.error)
    return claim


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same person's, as the office compares them."""
    return people.folded(one) == people.folded(other)


def acted(words: Words, *, number: str, message: str, proof: str, files: tuple[File, ...] = ()) -> ComplainantActed:
    """What is said of words whose speaker is proved, with the files that came with them."""
    return ComplainantActed(
        number=number,
        message=message,
        action=words.action,
        text=words.text,
        score=words.score,
        proof=proof,
        attachments=tuple(file.id for file in files),
        files=files,
    )
