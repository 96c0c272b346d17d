"""Files appear whole or not at all, and the table of writers names its choices."""

from __future__ import annotations

import errno
import gc
import os
import signal
import stat
import subprocess
import sys

import pytest

import gradviz as gv
from gradviz.errors import CannotWrite, PartMissing, UnknownName
from gradviz.writers import files
from gradviz.writers.files import whole
from gradviz.writers.table import WRITERS, Writer, suffix_of, writer_for


def test_a_file_appears_only_when_it_is_finished(tmp_path):
    path = tmp_path / "a.svg"
    with whole(path) as out:
        out.write(b"one")
        assert not path.exists()
    assert path.read_bytes() == b"one" and os.listdir(tmp_path) == ["a.svg"]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


@pytest.mark.skipif(not files._NAMELESS, reason="files without a name are Linux's")
def test_a_process_that_is_killed_leaves_nothing(tmp_path):
    code = (
        "import os, signal, sys\nfrom gradviz.writers.files import whole\n"
        "with whole(sys.argv[1]) as out:\n"
        "    out.write(b'half' * 9999)\n    out.flush()\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = tmp_path / "a.svg"
    path.write_bytes(b"old")
    assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.svg"]


@pytest.mark.parametrize("lacking", ["files without a name", "a way to name them"])
def test_a_file_is_whole_on_other_systems_too(tmp_path, monkeypatch, lacking):
    def refuse(*_args, **_kwargs):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if lacking == "files without a name":
        monkeypatch.setattr(files, "_NAMELESS", 0)
    monkeypatch.setattr(files.os, "link", refuse)
    with whole(tmp_path / "a.svg") as out:
        out.write(b"one" * 99_999)
        assert not (tmp_path / "a.svg").exists()
    assert (tmp_path / "a.svg").read_bytes() == b"one" * 99_999 and os.listdir(tmp_path) == ["a.svg"]
    with pytest.raises(ValueError, match="no"), whole(tmp_path / "a.svg") as out:
        raise ValueError("no")
    assert os.listdir(tmp_path) == ["a.svg"]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), OSError(errno.EPIPE, "gone")])
def test_nothing_is_left_and_the_old_file_stays_when_the_writing_fails(tmp_path, error):
    path = tmp_path / "a.svg"
    path.write_bytes(b"old")
    with pytest.raises(type(error)) as caught, whole(path) as out:
        out.write(b"half")
        raise error
    assert caught.value is error
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.svg"]


def test_a_full_disk_is_said(tmp_path):
    with pytest.raises(CannotWrite, match="disk is full"), whole(tmp_path / "a.png"):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(CannotWrite, match="disk is full"), whole(tmp_path / "a.mp4"):
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        finally:  # as PyAV does
            raise ValueError("Error in a callback: '3'")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_every_writer_says_that_there_is_no_room_and_nothing_else(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.symlink_to("/dev/full")
    try:
        WRITERS[suffix].check_part()
    except PartMissing as e:
        pytest.skip(str(e))
    with pytest.raises(CannotWrite, match=r"'.*a\..*' cannot be written: the disk is full"):
        gv.film(lambda x: x * x, 3.0).save(path)
    gc.collect()
    assert os.listdir(tmp_path) == [path.name]


def test_a_link_to_the_standard_output_may_be_a_pipe(tmp_path):
    (tmp_path / "out.svg").symlink_to("/dev/stdout")
    code = (
        f"from gradviz.writers.files import whole\nwith whole({str(tmp_path / 'out.svg')!r}) as f: f.write(b'<svg/>')"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"<svg/>"


def test_what_is_wrong_with_a_path_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    for path, reason in {
        tmp_path / "no" / "a.svg": r"no folder '.*no'; make it first",
        tmp_path: "is a folder",
        tmp_path / "file" / "a.svg": "is a file, not a folder",
        tmp_path / ("n" * 300): "too long",
    }.items():
        with pytest.raises(CannotWrite, match=reason) as caught, whole(path) as out:
            out.write(b"")
        assert isinstance(caught.value, OSError)
    assert os.listdir(tmp_path) == ["file"]


def test_no_permission_is_said(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files.os, "open", refuse)
    with pytest.raises(CannotWrite, match="no permission to write in"), whole(tmp_path / "a.svg"):
        pass


def test_a_link_is_followed_and_a_device_is_written_to(tmp_path):
    real = tmp_path / "real.svg"
    real.write_bytes(b"old")
    real.chmod(0o640)
    (tmp_path / "link.svg").symlink_to(real)
    with whole(tmp_path / "link.svg") as out:
        out.write(b"new")
    assert real.read_bytes() == b"new" and (tmp_path / "link.svg").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    with whole(os.devnull) as out:
        out.write(b"x")
    assert not os.path.isfile(os.devnull)


def test_the_suffix_decides_whatever_its_case():
    assert writer_for("a/b.GIF").animated and not writer_for("a.b.svg").animated
    assert suffix_of("x.tar.png") == ".png"


@pytest.mark.parametrize("path, message", [("a.gfi", r"the suffix '\.gfi'.*choose from \.gif, "), ("out", "no suffix")])
def test_an_unknown_suffix_is_refused_with_the_choices(path, message):
    with pytest.raises(UnknownName, match=message) as caught:
        writer_for(path)
    assert all(s in str(caught.value) for s in WRITERS)


def test_a_missing_package_names_the_command():
    with pytest.raises(PartMissing, match=r"pip install 'gradviz-backprop\[video\]'"):
        Writer("writers.svg", "write", "a video", needs="no_such_package", extra="video").load()


def test_every_row_leads_to_a_function():
    for writer in WRITERS.values():
        try:
            assert callable(writer.load())
        except PartMissing:
            assert writer.extra


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_process_that_is_asked_to_end_leaves_no_unfinished_file(gradviz, tmp_path, name):
    number = getattr(signal, name)
    (tmp_path / "target.py").write_text(
        "import os, signal\nimport gradviz as gv\n"
        "def panel(run, moment, theme, size):\n"
        f"    assert signal.getsignal({number}) != signal.SIG_DFL, 'this would end the tests'\n"
        f"    os.kill(os.getpid(), {number})\n"
        "def film():\n    return gv.film(lambda x: x * x, 3.0, panels=(panel,))\n"
    )
    before = signal.signal(number, signal.SIG_DFL)
    try:
        said = gradviz("render", "target.py:film", "-o", "a.apng")
        after = signal.getsignal(number)
    finally:
        signal.signal(number, before)
    assert said.code == 130 and "no unfinished file" in said.err
    assert [f.name for f in tmp_path.iterdir() if f.suffix != ".py" and f.is_file()] == []
    assert after == signal.SIG_DFL
