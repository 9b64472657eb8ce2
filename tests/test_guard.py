"""What was committed is what is read, whatever dies, fills up or writes beside it.

Most of it on small tables of numbers, since the guard knows nothing of text; at the end `index`
itself is killed.
"""

import hashlib
import json
import shutil
import time
from contextlib import contextmanager

import lance
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import semascope as sema
from semascope import data
from semascope.collection import guard, head
from semascope.errors import (
    CollectionBusy,
    CollectionError,
    CollectionExists,
    CollectionNotFound,
    CorruptCollection,
)


def numbers(*values):
    return pa.table({"n": pa.array(values, pa.int64())})


def append(path, *values):
    with guard.writing(path) as head:
        return guard.commit(path, head, lambda: guard.append(path, numbers(*values)))


def read(path):
    _, table = guard.open_table(path)
    return table.to_table()["n"].to_pylist()


def manifest(path, version):
    return path / "_versions" / f"{2**64 - 1 - version}.manifest"


def files(folder):
    return {file.name for file in folder.iterdir()}


@pytest.fixture
def table(tmp_path):
    """Return the path of a table of three commits: [0], [1], [2, 3]."""
    path = tmp_path / "numbers.lance"
    append(path, 0)
    append(path, 1)
    append(path, 2, 3)
    return path


# --- HEAD decides ---


def test_commits_add_up(table):
    assert guard.read_head(table).version == 3
    assert read(table) == [0, 1, 2, 3]


def test_any_lance_tool_reads_the_same_rows(table):
    assert lance.dataset(table).to_table()["n"].to_pylist() == [0, 1, 2, 3]


def test_head_names_each_file_with_its_size_and_hash(table):
    head = guard.read_head(table)
    on_disk = {f"data/{name}" for name in files(table / "data")}
    assert set(head.files) == on_disk | {f"_versions/{manifest(table, 3).name}"}
    for name, (size, sha256) in head.files.items():
        content = (table / name).read_bytes()
        assert (size, sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_commit_above_head_is_not_seen(table):
    lance.write_dataset(numbers(99), table, mode="append")
    assert lance.dataset(table).to_table()["n"].to_pylist() == [0, 1, 2, 3, 99]
    assert read(table) == [0, 1, 2, 3]


def test_the_next_writer_sets_a_commit_above_head_aside_with_its_data(table):
    committed = files(table / "data")
    lance.write_dataset(numbers(99), table, mode="append")
    foreign = files(table / "data") - committed
    append(table, 4)
    assert read(table) == [0, 1, 2, 3, 4]
    assert lance.dataset(table).to_table()["n"].to_pylist() == [0, 1, 2, 3, 4]
    assert files(table / "_aside") == foreign | {manifest(table, 4).name}


@pytest.mark.parametrize("content", [b"", b"\0" * 500, b"no manifest"])
def test_a_torn_manifest_above_head_changes_nothing(table, content):
    manifest(table, 4).write_bytes(content)
    assert read(table) == [0, 1, 2, 3]
    append(table, 4)
    assert read(table) == [0, 1, 2, 3, 4]
    assert (table / "_aside" / manifest(table, 4).name).read_bytes() == content


def test_the_next_writer_deletes_orphan_files_and_no_others(table):
    committed = files(table / "data")
    (table / "data" / "orphan.lance").write_bytes(b"a killed writer left this")
    (table / "data" / "orphan.tmp").write_bytes(b"")
    with guard.writing(table):
        assert files(table / "data") == committed
    assert read(table) == [0, 1, 2, 3]


# --- what is not as it was committed ---


@pytest.mark.parametrize(
    "content",
    [b"", b"garbage", b"null", b"[]", b"{}", b"\xff\xfe", b'{"format": 1}', b'{"format": "1"}'],
)
def test_a_garbled_head_is_refused(table, content):
    (table / "HEAD.json").write_bytes(content)
    with pytest.raises(CorruptCollection, match=r"HEAD\.json cannot be read"):
        guard.read_head(table)
    with pytest.raises(CorruptCollection), guard.writing(table):
        pass
    assert (table / "HEAD.json").read_bytes() == content


def test_a_truncated_head_is_refused(table):
    content = (table / "HEAD.json").read_bytes()
    for kept in range(0, len(content) - 1, 50):
        (table / "HEAD.json").write_bytes(content[:kept])
        with pytest.raises(CorruptCollection):
            guard.read_head(table)


def test_a_newer_format_asks_for_a_newer_semascope(table):
    fields = {"format": head.FORMAT + 1, "new": "field"}
    (table / "HEAD.json").write_text(json.dumps(fields | {"sha256": head._seal(fields)}))
    with pytest.raises(CollectionError, match=r"newer semascope \(format 2.*pip install --upgrade"):
        guard.read_head(table)


@pytest.mark.parametrize("kept", [0, 100])
@pytest.mark.parametrize("folder", ["data", "_versions"])
def test_a_truncated_file_is_named_and_not_read(table, folder, kept):
    name = next(name for name in guard.read_head(table).files if name.startswith(folder))
    size = (table / name).stat().st_size
    (table / name).write_bytes((table / name).read_bytes()[:kept])
    with pytest.raises(CorruptCollection, match=rf"{name} is of {kept} bytes.* with {size:,};"):
        read(table)


@pytest.mark.parametrize("folder", ["data", "_versions"])
def test_a_missing_file_is_named(table, folder):
    name = next(name for name in guard.read_head(table).files if name.startswith(folder))
    (table / name).unlink()
    with pytest.raises(CorruptCollection, match=f"{name} is missing"):
        read(table)


def test_a_manifest_of_nul_bytes_is_no_empty_table(table):
    manifest(table, 3).write_bytes(b"\0" * manifest(table, 3).stat().st_size)
    with pytest.raises(CorruptCollection, match=r"is of the right size, but its contents have"):
        read(table)


# --- one writer ---

HOLD = """
import sys, time
from pathlib import Path
from semascope.collection import guard
with guard.writing(Path(sys.argv[1])):
    print("writing", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_which_process_is_first(table, start_python):
    first = start_python(HOLD, table)
    assert first.stdout.readline() == "writing\n"
    with pytest.raises(CollectionBusy, match=rf"process {first.pid} on .* is writing to "):
        append(table, 4)
    assert read(table) == [0, 1, 2, 3]  # readers do not wait

    first.kill()
    first.wait()
    append(table, 4)  # the lock died with its process
    assert read(table) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("holder", ["", '{"pid": 1', None])
def test_a_writer_that_has_not_yet_said_its_name_is_respected(table, start_python, holder):
    first = start_python(HOLD, table)
    assert first.stdout.readline() == "writing\n"
    (table / "_writer.json").unlink()
    if holder is not None:
        (table / "_writer.json").write_text(holder)
    with pytest.raises(CollectionBusy, match=r"^another process is writing to"):
        append(table, 4)


def test_a_writer_leaves_no_name_behind(table):
    assert not (table / "_writer.json").exists()


# --- what is no collection ---


def test_a_folder_of_something_else_is_refused_untouched(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(CollectionExists, match="is no collection of semascope's"):
        append(tmp_path, 0)
    with pytest.raises(CollectionNotFound, match="there is no collection at"):
        guard.read_head(tmp_path)
    assert files(tmp_path) == {"letter.txt"}


def test_a_lance_table_of_another_program_is_refused_untouched(tmp_path):
    lance.write_dataset(numbers(7), tmp_path / "other.lance")
    before = files(tmp_path / "other.lance")
    with pytest.raises(CollectionExists):
        append(tmp_path / "other.lance", 0)
    assert files(tmp_path / "other.lance") == before


def test_a_file_is_refused_untouched(tmp_path):
    (tmp_path / "a.lance").write_text("dear")
    with pytest.raises(CollectionExists):
        append(tmp_path / "a.lance", 0)
    assert (tmp_path / "a.lance").read_text() == "dear"


def test_nothing_is_left_where_nothing_was_committed(tmp_path):
    with guard.writing(tmp_path / "new.lance"):
        pass
    with pytest.raises(KeyboardInterrupt), guard.writing(tmp_path / "new.lance"):
        raise KeyboardInterrupt
    assert files(tmp_path) == set()


def test_what_a_writer_makes_before_its_first_head_is_no_obstacle_to_the_next(tmp_path):
    for name in ("_writer.lock", "_writer.json", "HEAD.json.part"):
        (tmp_path / name).write_text("")
    append(tmp_path, 0)
    assert read(tmp_path) == [0]


# --- no space ---


@contextmanager
def disk_full_after(size):
    """Let no file grow beyond ``size`` bytes: writes fail half way, as on a full disk."""
    resource = pytest.importorskip("resource", reason="Windows limits no process's files")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


# The commit writes 204 bytes of data, a manifest of 580 and a HEAD.json of 798.
@pytest.mark.parametrize("size", [0, 1, 100, 300, 500, 700])
def test_a_full_disk_loses_nothing_and_the_next_writer_goes_on(table, size):
    with (
        disk_full_after(size),
        pytest.raises(
            CollectionError,
            match=r"numbers\.lance cannot be written: .*too large.*; what was committed",
        ),
    ):
        append(table, 4)
    assert read(table) == [0, 1, 2, 3]
    append(table, 4)
    assert read(table) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("size", [0, 1, 100, 300])
def test_a_full_disk_at_the_first_commit_leaves_nothing(tmp_path, size):
    with disk_full_after(size), pytest.raises(CollectionError, match="cannot be written"):
        append(tmp_path / "new.lance", 0)
    assert files(tmp_path) == set()


# --- sudden death ---

DIE = """
import os, sys
from pathlib import Path
import lance, pyarrow as pa
from semascope.collection import durable, guard
path, owner, name, after = Path(sys.argv[1]), *sys.argv[2:]
owner = {"guard": guard, "durable": durable, "path": Path, "lance": lance}[owner]
whole = getattr(owner, name)
def fatal(*args, **kwargs):
    if after == "after":
        whole(*args, **kwargs)
    os._exit(9)
with guard.writing(path) as head:
    setattr(owner, name, fatal)
    guard.commit(path, head, lambda: guard.append(path, pa.table({"n": [4]})))
"""
STEPS = [
    ("lance", "write_dataset", "before"),
    ("lance", "write_dataset", "after"),
    ("durable", "persist", "before"),
    ("durable", "persist", "after"),
    ("guard", "write_head", "before"),
    ("path", "replace", "before"),
    ("path", "replace", "after"),
    ("guard", "copy_what_decides", "before"),
]


@pytest.mark.parametrize("step", STEPS, ids="-".join)
def test_a_writer_that_dies_at_any_step_has_committed_all_or_nothing(table, start_python, step):
    died = start_python(DIE, table, *step)
    assert died.wait() == 9
    committed = step in STEPS[-2:]
    assert read(table) == [0, 1, 2, 3, *[4] * committed]

    append(table, 5)
    assert read(table) == [0, 1, 2, 3, *[4] * committed, 5]
    head = guard.read_head(table)
    assert {f"data/{name}" for name in files(table / "data")} <= set(head.files)


@pytest.mark.parametrize("step", STEPS[:-2], ids="-".join)
def test_a_writer_that_dies_in_its_first_commit_leaves_a_place_for_the_next(
    tmp_path, start_python, step
):
    path = tmp_path / "new.lance"
    assert start_python(DIE, path, *step).wait() == 9
    with pytest.raises(CollectionError, match="is empty: indexing stopped before anything"):
        sema.open(path)
    append(path, 5)
    assert read(path) == [5]


INDEX = """
import sys
import semascope as sema
from semascope.collection import run
run.ROWS_PER_COMMIT = 16
sema.index(sys.argv[1], to=sys.argv[2], model=sema.load(precision="f32"),
           on_progress=lambda done, total: print(done, flush=True))
"""


def test_index_killed_again_and_again_ends_as_if_it_had_not_been(tmp_path, start_python, model):
    file = tmp_path / "emoji.parquet"
    pq.write_table(pq.read_table(data.path("emoji")).slice(0, 200), file)
    rng, killed, stored = np.random.default_rng(0), tmp_path / "killed.lance", [0]
    for _ in range(4):
        process = start_python(INDEX, file, killed)
        process.stdout.readline()  # it has begun to embed
        time.sleep(rng.uniform(0, 0.1))  # 13 commits take 0.3 seconds
        process.kill()
        process.communicate()
        if guard.read_head(killed).version:
            stored.append(len(sema.open(killed)))
    assert stored == sorted(stored)
    resumed = sema.index(file, to=killed, model=model)
    assert resumed.indexed.known == stored[-1]

    straight = sema.index(file, to=tmp_path / "straight.lance", model=model)
    assert resumed.to_arrow().equals(straight.to_arrow())


def test_a_collection_can_be_copied_elsewhere(table, tmp_path):
    shutil.copytree(table, tmp_path / "copy.lance")
    shutil.rmtree(table)
    append(tmp_path / "copy.lance", 4)
    assert read(tmp_path / "copy.lance") == [0, 1, 2, 3, 4]
