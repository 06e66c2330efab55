"""Complaints as a browser files them: believable, each with a solved robot check and an address of its own."""

import itertools
import json
import random
import time
from collections.abc import Iterator
from urllib.request import urlopen
from uuid import uuid4

import altcha

from benchmarks import load
from benchmarks.stage import Place
from services.intake.api.robot import ALGORITHM, COST, SECONDS

WORDS = (
    *("baucar", "bayaran", "lulus", "tersangkut", "ralat", "sistem", "laporan", "lejar", "akaun", "pengguna", "kata"),
    *("laluan", "modul", "bajet", "aset", "gaji", "cukai", "vendor", "tarikh", "penyata", "bank", "baki", "tidak"),
    *("sama", "kewangan", "tahun", "semasa", "tempoh", "ditutup", "pelarasan", "jurnal"),
)
NAMES = ("Aminah binti Ismail", "Wan Ahmad bin Wan Musa", "Tan Mei Ling", "Kavitha A/P Raman", "Nik Hassan bin Nik Man")


class Filings:
    """Requests to intake, as many as are wanted. The form is read once from the service itself."""

    def __init__(self, place: Place) -> None:
        self._keys = place.stage.keys
        with urlopen(f"http://127.0.0.1:{place.ports['intake']}/v1/form", timeout=10) as answer:
            form = json.load(answer)
        self._departments = [(one["slug"], [ptj["code"] for ptj in one["ptj"]]) for one in form["departments"]]
        self._modules = [one["slug"] for one in form["modules"]]
        self._random = random.Random(2026)  # noqa: S311 - the same complaints in every run
        self._numbers = itertools.count(1)

    def some(self, count: int) -> list[bytes]:
        """So many requests, each filed once."""
        return list(itertools.islice(self._all(), count))

    def _all(self) -> Iterator[bytes]:
        while True:
            n = next(self._numbers)
            headers = {
                "X-Service-Token": self._keys.service_token,
                "Forwarded": f"for=10.{n // 65536 % 256}.{n // 256 % 256}.{n % 256}",
                "Idempotency-Key": str(uuid4()),
            }
            yield load.request("POST", "/v1/complaints", headers, self._filing(n))

    def _filing(self, n: int) -> dict[str, object]:
        chosen = self._random
        department, centres = chosen.choice(self._departments)
        day, month = 1 + n % 28, 1 + n % 12
        return {
            "ic": f"{60 + n % 40:02}{month:02}{day:02}03{n % 10_000:04}",
            "name": chosen.choice(NAMES),
            "department": department,
            "ptj": chosen.choice(centres) if centres else None,
            "phone": f"019-{2_000_000 + n % 7_000_000}",
            "email": f"pengadu{n}@kelantan.example",
            "whatsapp_consent": n % 2 == 0,
            "language": "ms",
            "module": chosen.choice(self._modules),
            "title": " ".join(chosen.choices(WORDS, k=5)).capitalize(),
            "description": " ".join(chosen.choices(WORDS, k=60)),
            "confirmed": True,
            "altcha": self._solved(n),
            "attachments": [],
        }

    def _solved(self, n: int) -> str:
        """A challenge made with the service's own key around a counter we know, so that the load need not search for
        it. For the server it is any other: the same signature, the same hash, the same row against replays."""
        challenge = altcha.create_challenge(
            ALGORITHM, COST, counter=n, expires_at=int(time.time()) + SECONDS, hmac_secret=self._keys.altcha_key
        )
        solution = altcha.solve_challenge(challenge, counter_start=n)
        if solution is None:
            raise RuntimeError("a challenge of our own could not be solved")
        return str(altcha.Payload(challenge, solution).to_base64())
