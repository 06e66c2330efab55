"""What the README says of cost is what was measured last."""

from pathlib import Path

from benchmarks import report

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_the_table_in_the_readme_is_that_of_the_newest_result() -> None:
    block = README.partition(report.BEGIN + "\n")[2].partition(report.END)[0]
    assert block == report.headline(report.newest()), "stale: make bench writes it"
