"""A complaint's way through workflow, over HTTP."""

from tests.integration.workflow.office import Office


async def test_a_complaint_goes_the_whole_way(office: Office) -> None:
    await office.file()
    steps = [
        ("admin", "assign", {"pic": office.ids["pic"]}, "DIAGIHKAN"),
        ("pic", "start", {}, "INPROGRESS"),
        ("pic", "ask_feedback", {"text": "Apakah mesej ralat yang dipaparkan?"}, "MOHON_MAKLUMBALAS"),
    ]
    for who, action, body, state in steps:
        answer = await office.act(who, action, **body)
        assert (answer.status_code, answer.json().get("state")) == (200, state), answer.text
    await office.complainant("answer", text="Ralat GL-102.")
    assert (await office.look("pic"))["state"] == "INPROGRESS"
    for who, action, body, state in [
        ("pic", "reply", {"text": "Terima kasih."}, "INPROGRESS"),
        ("pic", "refer", {"text": "Sudah cuba padam cache."}, "RUJUKAN_IMPLEMENTOR"),
        ("implementor", "claim", {}, "RUJUKAN_IMPLEMENTOR"),
        ("implementor", "log_vendor", {"text": "Ralat GL-102", "vendor_reference": "BKP-77"}, "TINDAKAN_VENDOR"),
        ("pic", "vendor_answered", {"text": "Dibaiki dalam versi 3.2."}, "INPROGRESS"),
    ]:
        answer = await office.act(who, action, **body)
        assert (answer.status_code, answer.json().get("state")) == (200, state), answer.text
    solution = {"cause": "Pepijat GL-102", "steps": "1. Kemas kini\n2. Cuba semula"}
    answer = await office.act("pic", "request_close", text="Sila cuba semula.", solution=solution)
    assert answer.json()["state"] == "MOHON_TUTUP", answer.text
    await office.complainant("not_solved", text="Masih ralat.")
    answer = await office.act("pic", "request_close", text="Cuba lagi.", solution=solution)
    await office.complainant("close")
    await office.complainant("rate", score=5, text="Bagus")
    seen = await office.look("admin")
    assert (seen["state"], seen["outcome"]) == ("DITUTUP", "solved")
    history = (await office.client.get(f"/v1/complaints/{seen['number']}/events", headers=office.as_("pic"))).json()
    assert [one["sequence"] for one in history["items"]] == list(range(1, seen["version"] + 1))
