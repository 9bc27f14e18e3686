"""The documentation keeps up with the program."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from kazerooni.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts)]
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]

_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)#\s]+)[^)]*\)")


def _links(page: Path) -> Iterator[Path]:
    """Give the files that a page links to."""
    for match in _LINK.finditer(page.read_text(encoding="utf-8")):
        if "://" not in match["target"] and not match["target"].startswith("mailto:"):
            yield page.parent / match["target"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_page(command: str) -> None:
    """Each command has a page with its own help text and stands in the list of commands."""
    folder = ROOT / "docs" / "reference" / "commands"
    page = (folder / f"{command}.md").read_text(encoding="utf-8")
    assert f"```{{program-help}} {command}\n" in page
    assert f"\n{command}\n" in (folder / "index.md").read_text(encoding="utf-8")


def test_no_page_is_of_a_command_that_has_gone() -> None:
    """There is no page for a command that the program does not know."""
    pages = {page.stem for page in (ROOT / "docs" / "reference" / "commands").glob("*.md")}
    assert pages == {*COMMANDS, "index"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file leads to a file."""
    assert not [str(link) for link in _links(page) if not link.exists()]


def test_what_the_readme_tells_to_make_can_be_made() -> None:
    """The README's and the how-to's `make` commands are targets of the Makefile, and `help` tells of each."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = {
        name for page in PAGES for name in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert {"demo", "test"} <= told
    assert told <= set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))


def _options() -> dict[str, set[str]]:
    """Give the options of every command, of those below another one as well: `store init`."""
    known = {}
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        known[name] = {option for parameter in command.params for option in parameter.opts}
        for below, one in getattr(command, "commands", {}).items():
            known[f"{name} {below}"] = {option for parameter in one.params for option in parameter.opts}
    return known


def test_every_command_below_another_is_documented() -> None:
    """The page of a command that has commands below it holds the help text of each of them."""
    below = [name for name in _options() if " " in name]
    assert "store withdraw" in below
    for name in below:
        page = ROOT / "docs" / "reference" / "commands" / f"{name.split()[0]}.md"
        assert f"```{{program-help}} {name}\n" in page.read_text(encoding="utf-8"), name


def test_commands_in_the_pages_are_known() -> None:
    """Each `kazerooni ...` line in a page starts with a command of the program, and each option is one of its own."""
    known = _options()
    for page in PAGES:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(r"^(?:\$ )?(?:\S*/)?kazerooni ([a-z]+.*)$", text, re.MULTILINE):
            words = line.partition("|")[0].split()
            command = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
            assert command in known, page
            own = line.partition("|")[0]
            assert set(re.findall(r"(?<=\s)--[a-z-]+", own)) <= {*known[command], "--help"}, (page, command)


def test_the_tutorial_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The Python of the tutorial, typed in a checkout, prints a total with its maximum."""
    page = (ROOT / "docs" / "tutorials" / "first-score.md").read_text(encoding="utf-8")
    monkeypatch.chdir(ROOT)
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(block, "first-score.md", "exec"), {})  # noqa: S102 - our own page
    assert capsys.readouterr().out.endswith(" of 50\n")


def test_the_readme_says_early_what_this_is_not() -> None:
    """Within the first ten lines the README says that this is no medical device."""
    head = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:10]
    assert "not a medical device" in " ".join(head).lower()


def test_the_tutorial_of_a_cohort_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Its commands, typed in a checkout, print and write what the page says of them."""
    page = (ROOT / "docs" / "tutorials" / "a-cohort-like-the-paper.md").read_text(encoding="utf-8")
    shutil.copytree(ROOT / "sample_scans" / "cohort", tmp_path / "sample_scans" / "cohort")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^kazerooni (.*)$", page, re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        app(command.split(), standalone_mode=False)
    said = capsys.readouterr().out
    assert re.search(
        r"^Total +baseline +17 .* 16\.0 .*\n +12 +17 .* 10\.0 .*\n(?:.*\n)? +last +17 .* 9\.0 ", said, re.MULTILINE
    )
    assert "Not in DLCO %, base to 12: 1 never recorded" in said
    for name in re.findall(r"^\* `([\w.-]+\.csv)`", page, re.MULTILINE):
        assert (tmp_path / "cohort" / name).is_file() or (tmp_path / "sample_scans" / "cohort" / name).is_file(), name
    assert {f"figure-{n}.{kind}" for n in (1, 2, 3) for kind in ("png", "svg")} <= {
        path.name for path in (tmp_path / "cohort").iterdir()
    }
