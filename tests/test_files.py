"""Results are written whole or not at all, and nothing is overwritten unless it was asked for."""

from __future__ import annotations

import errno
import os
import resource
import stat
from pathlib import Path

import pytest

from kazerooni.errors import OutputError
from kazerooni.files import check_new, sweep_parts, write_all_whole, write_folder_whole, write_whole, write_whole_by


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an empty folder."""
    made = tmp_path / "out"
    made.mkdir()
    return made


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written(folder: Path) -> None:
    """What is written stands in the file, and nothing stands beside it."""
    write_whole(folder / "score.json", b"{}")
    assert (folder / "score.json").read_bytes() == b"{}"
    assert _names(folder) == ["score.json"]


def test_several_files_are_written_all_or_none(folder: Path) -> None:
    """One that is there stops all before any is written; one that fails late takes the new ones away again."""
    (folder / "b.csv").write_bytes(b"old")
    files = {folder / name: b"new" for name in ("a.csv", "b.csv", "c.csv")}
    with pytest.raises(OutputError, match=r"b\.csv: is there already"):
        write_all_whole(files)
    assert _names(folder) == ["b.csv"]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OutputError, match=r"c\.csv: cannot be written"):
            write_all_whole({folder / "a.csv": b"new", folder / "c.csv": bytes(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert _names(folder) == ["b.csv"]
    write_all_whole(files, force=True)
    assert [path.read_bytes() for path in files] == [b"new"] * 3


def test_nothing_is_overwritten_unless_asked_for(folder: Path) -> None:
    """A file that is there stays byte for byte, and is replaced with force."""
    path = folder / "score.json"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match=r"score\.json: is there already and is not overwritten; .* force it"):
        write_whole(path, b"new")
    assert (path.read_bytes(), _names(folder)) == (b"old", ["score.json"])
    write_whole(path, b"new", force=True)
    assert (path.read_bytes(), _names(folder)) == (b"new", ["score.json"])


@pytest.mark.parametrize("force", [False, True])
def test_a_write_that_breaks_off_leaves_nothing(folder: Path, force: bool) -> None:  # noqa: FBT001 - a column
    """What `write` raises comes through; no part of the file is left, and an old one stays as it was."""
    path = folder / "score.json"
    if force:
        path.write_bytes(b"old")

    def half(part: Path) -> None:
        part.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole_by(path, half, force=force)
    assert _names(folder) == (["score.json"] if force else [])
    if force:
        assert path.read_bytes() == b"old"


@pytest.mark.parametrize("force", [False, True])
def test_a_file_that_cannot_grow_is_told(folder: Path, force: bool) -> None:  # noqa: FBT001 - a column
    """Where the system takes only part of the file, that is told, nothing is left and an old file stays."""
    path = folder / "score.json"
    if force:
        path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OutputError, match=r"score\.json: cannot be written \(File too large\); nothing was left"):
            write_whole(path, bytes(100_000), force=force)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert _names(folder) == (["score.json"] if force else [])
    if force:
        assert path.read_bytes() == b"old"


def test_a_full_disk_is_told(folder: Path) -> None:
    """A disk that is full when the file is brought to it is told, and nothing is left."""

    def full(part: Path) -> None:
        part.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OutputError, match=r"cannot be written \(No space left on device\)"):
        write_whole_by(folder / "score.json", full)
    assert _names(folder) == []


def test_a_folder_that_takes_no_files_is_told() -> None:
    """A folder in which nothing can be made, not even by root, is told by one sentence."""
    if not Path("/proc/self").is_dir():
        pytest.skip("this system has no /proc")
    with pytest.raises(OutputError, match=r"^score\.json: cannot be written \(.*\); nothing was left; give another"):
        write_whole(Path("/proc/self/score.json"), b"{}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_leave_to_write_is_told(folder: Path) -> None:
    """A folder that its user may not write in is told, and stays empty."""
    folder.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="Permission denied"):
            write_whole(folder / "score.json", b"{}")
        assert _names(folder) == []
    finally:
        folder.chmod(0o700)


def test_a_folder_that_is_not_there_is_told(folder: Path) -> None:
    """The folder of a result is not made silently, and a folder is no place for a file."""
    with pytest.raises(OutputError, match="the folder to write it in is not there"):
        check_new(folder / "missing" / "score.json", force=False)
    with pytest.raises(OutputError, match="is a folder, a file name is wanted"):
        check_new(folder, force=True)
    with pytest.raises(OutputError, match="is there already"):
        check_new(_made(folder / "score.json"), force=False)
    check_new(folder / "score.json", force=True)
    check_new(folder / "other.json", force=False)


def _made(path: Path) -> Path:
    path.write_bytes(b"old")
    return path


def test_another_program_that_is_faster_wins(folder: Path) -> None:
    """A file that appears while ours is written stays as it is, and ours is refused."""
    path = folder / "score.json"

    def late(part: Path) -> None:
        part.write_bytes(b"ours")
        path.write_bytes(b"theirs")

    with pytest.raises(OutputError, match="has just been made by another program and is not overwritten"):
        write_whole_by(path, late)
    assert (path.read_bytes(), _names(folder)) == (b"theirs", ["score.json"])


def test_a_link_is_not_written_through(folder: Path) -> None:
    """A link that points nowhere is there already: it is not followed, and nothing appears at its end."""
    link = folder / "score.json"
    link.symlink_to(folder / "elsewhere.json")
    with pytest.raises(OutputError, match="not overwritten"):
        write_whole(link, b"{}")
    assert (link.is_symlink(), _names(folder)) == (True, ["score.json"])


def test_without_hard_links_a_file_is_written_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without hard links a file is moved into its place."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    write_whole(folder / "score.json", b"{}")
    assert ((folder / "score.json").read_bytes(), _names(folder)) == (b"{}", ["score.json"])


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
@pytest.mark.parametrize("force", [False, True])
def test_who_may_read_a_new_file_follows_the_umask(
    folder: Path,
    umask: int,
    mode: int,
    force: bool,  # noqa: FBT001 - a column
) -> None:
    """A result may be read by whom the user's umask allows, as any file that the user makes."""
    before = os.umask(umask)
    try:
        write_whole(folder / "score.json", b"{}", force=force)
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "score.json").stat().st_mode) == mode


@pytest.mark.parametrize("name", ["map.nii.gz", "lobes.seg.nrrd", "reading.json", "plain", "R1 v1.2 of RUL.json"])
def test_the_part_has_the_suffix_of_the_file(folder: Path, name: str) -> None:
    """Writers that go by the suffix see it on the part too; the part's name tells nothing of the file's."""
    seen: list[Path] = []

    def look(part: Path) -> None:
        seen.append(part)
        part.write_bytes(b"")

    write_whole_by(folder / name, look)
    (part,) = seen
    assert part.parent == folder
    assert part.suffix == Path(name).suffix
    assert part.name.startswith(".kazerooni-")
    if name.endswith((".nii.gz", ".seg.nrrd")):
        assert part.suffixes == Path(name).suffixes
    assert "R1" not in part.name


def test_a_folder_is_written_whole(folder: Path) -> None:
    """All files of a folder stand in it, nothing stands beside it, and it is not written a second time."""
    write_folder_whole(folder / "R-1", lambda part: [(part / name).write_bytes(b"x") for name in ("a", "b")])
    assert (_names(folder), _names(folder / "R-1")) == (["R-1"], ["a", "b"])
    with pytest.raises(OutputError, match="R-1: is there already and is not overwritten; give another name"):
        write_folder_whole(folder / "R-1", lambda _: None)


def test_a_folder_that_breaks_off_leaves_nothing(folder: Path) -> None:
    """Where one of its files cannot be written no file of the folder is left; a full disk is told."""

    def half(part: Path) -> None:
        (part / "a").write_bytes(b"x")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OutputError, match=r"R-1: cannot be written \(No space left on device\); nothing was left"):
        write_folder_whole(folder / "R-1", half)
    assert _names(folder) == []


def test_what_a_killed_program_was_writing_is_swept_away(folder: Path) -> None:
    """Parts of files and folders go, here and right below; everything else stays, whatever it is called."""
    (folder / "drafts" / "deeper").mkdir(parents=True)
    part = ".kazerooni-0123456789abcdef"
    for name in ("a.csv", part, f"{part}.dictionary.csv", f"drafts/{part}.json", ".kazerooni-notes", "drafts/deeper/a"):
        (folder / name).write_bytes(b"x")
    (folder / "drafts" / ".kazerooni-fedcba9876543210").mkdir()
    (folder / "drafts" / ".kazerooni-fedcba9876543210" / "lobes.dcm").write_bytes(b"x")
    sweep_parts(folder)
    left = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert left == {"a.csv", ".kazerooni-notes", "drafts/deeper/a"}
    assert sorted(path.name for path in (folder / "drafts").iterdir()) == ["deeper"]
