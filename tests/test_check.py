"""Whatever changes on the disk is found, and what is intact of the rows comes back as it was."""

import json
import shutil

import click.testing
import lance
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lance.file import LanceFileReader

import semascope as sema
from semascope import data
from semascope.cli import main
from semascope.collection import guard, indexes, run, table
from semascope.collection.check import check, inspect, rescue
from semascope.collection.check.salvage import salvage
from semascope.collection.collection import Collection
from semascope.collection.head import read_head
from semascope.errors import (
    CollectionBusy,
    CollectionError,
    CollectionNotFound,
    CorruptCollection,
)

LONG = (7, 30)  # rows of several passages


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Return a file of 40 short rows and 2 long ones, with columns of several types."""
    texts = pq.read_table(data.path("emoji"))["text"].to_pylist()[:42]
    speeches = pq.read_table(data.path("speeches"))["text"].to_pylist()
    for row in LONG:
        texts[row] = "\n\n".join(speeches[row : row + 6])
    rows = pa.table(
        {
            "text": texts,
            "year": pa.array(range(1900, 1942), pa.int32()),
            "weight": np.arange(42) / 7,
            "note": [None if row % 3 else f"note {row}" for row in range(42)],
        }
    )
    pq.write_table(rows, tmp_path_factory.mktemp("file") / "rows.parquet")
    return tmp_path_factory.getbasetemp() / "file0" / "rows.parquet"


@pytest.fixture(scope="module")
def original(file, model, tmp_path_factory):
    """Return the path of a collection of three commits, with all that is derived from it."""
    path = tmp_path_factory.mktemp("original") / "rows.lance"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "ROWS_PER_COMMIT", 16)
        sema.index(file, text="text", to=path, model=model).clusters()
    return path


@pytest.fixture
def path(original, model, tmp_path, monkeypatch):
    """Return the path of a copy of it, to be damaged."""
    monkeypatch.setattr(rescue, "load", lambda *_args, **_options: model)
    return shutil.copytree(original, tmp_path / "rows.lance")


def contents(path):
    return sema.open(path).to_arrow()


def files(path):
    return sorted(file for file in path.rglob("*") if file.is_file() and file.stat().st_size)


def flip(file, place, bit=0):
    content = bytearray(file.read_bytes())
    content[place] ^= 1 << bit
    file.write_bytes(content)


def data_files(path):
    """Return the data files in the order of their passages."""
    fragments = lance.dataset(path).get_fragments()
    return [path / "data" / file.path for part in fragments for file in part.data_files()]


def place_of(file, column):
    """Return where in a data file the values of a column begin."""
    reader = LanceFileReader(str(file))
    pages = reader.metadata().columns[reader.read_all().to_table().column_names.index(column)].pages
    return max(pages[0].buffers, key=lambda buffer: buffer.size).position


def check_and_repair(path, original):
    """Return what was damaged, after a repair that brings all of it back."""
    found = inspect(path)
    report = check(path, repair=True)
    assert [damage.file for damage in report.damaged] == list(found.damaged)
    assert report.lost == []
    assert report.intact
    assert contents(path).equals(contents(original))
    assert check(path).damaged == []
    return [damage.file for damage in report.damaged]


# --- what is found ---


def test_a_collection_as_it_was_written_is_intact(original):
    report = check(original)
    assert report.intact
    assert report.damaged == report.leftovers == []
    assert report.passages == len(sema.open(original))
    assert report.aside == 0


def test_a_flipped_bit_in_any_file_is_found_and_mended(path, original, model):
    rng = np.random.default_rng(0)
    names = [file.relative_to(path) for file in files(path)]
    assert len({name.parts[0] for name in names}) == 6  # HEAD.json, and in five folders
    for name in names:
        shutil.rmtree(path)
        shutil.copytree(original, path)
        flip(path / name, rng.integers((path / name).stat().st_size), rng.integers(8))
        seal = name.as_posix().removesuffix(".sha256")
        assert [found.removesuffix(".sha256") for found in inspect(path).damaged] == [seal]
        try:  # nothing is shown as a smaller collection
            opened = Collection(path, encoder=model)
            assert len(opened) == len(sema.open(original))
            assert len(opened.search("war", k=3)) == 3
        except CorruptCollection:
            pass
        lost = check(path, repair=True).lost
        whole = contents(original)
        assert contents(path).equals(whole.filter(~np.isin(whole["_row"], lost)))
        assert check(path).damaged == []


@pytest.mark.parametrize("content", [b"", b"half", b"NUL"])
@pytest.mark.parametrize("name", ["HEAD.json", "manifest"])
def test_what_decides_is_restored_from_its_copy(path, original, name, content):
    (file,) = [
        file for file in files(path) if file.name.endswith(name) and file.parts[-2] != "_copies"
    ]
    whole = file.read_bytes()
    file.write_bytes(
        {b"half": whole[: len(whole) // 2], b"NUL": bytes(len(whole))}.get(content, content)
    )
    damaged = file.read_bytes()
    with pytest.raises(CorruptCollection, match=r"semascope check .* --repair"):
        sema.open(path)
    assert check_and_repair(path, original) == [file.relative_to(path).as_posix()]
    assert file.read_bytes() == whole
    assert (path / "_aside" / file.name).read_bytes() == damaged


def test_a_head_that_is_gone_is_restored_from_its_copy(path, original):
    (path / "HEAD.json").unlink()
    assert check_and_repair(path, original) == ["HEAD.json"]


def test_copies_that_a_dead_writer_left_behind_are_old_and_not_damaged(path, original):
    copies = shutil.copytree(path / "_copies", path.with_name("copies"))
    with guard.writing(path) as head:
        guard.commit(path, head, lambda: table.delete(path, [3]))
    shutil.rmtree(path / "_copies")
    shutil.copytree(copies, path / "_copies")
    assert check(path).intact
    with guard.writing(path):
        pass
    assert (path / "_copies" / "HEAD.json").read_bytes() == (path / "HEAD.json").read_bytes()


def test_leftovers_and_what_was_set_aside_are_named_and_are_no_damage(path):
    (path / "data" / "orphan.lance").write_bytes(b"a killed writer left this")
    (path / "_derived" / "map.arrow.part").write_bytes(b"this too")
    (path / "_aside").mkdir()
    (path / "_aside" / "manifest").write_bytes(b"foreign")
    report = check(path)
    assert report.intact
    assert report.leftovers == ["data/orphan.lance", "_derived/map.arrow.part"]
    assert report.aside == 7


def test_damage_does_not_live_on_in_what_is_made_from_it(path):
    with guard.writing(path) as head:
        guard.commit(path, head, lambda: table.delete(path, [3]))
    file = data_files(path)[0]
    flip(file, place_of(file, "_embedding"))
    with pytest.raises(CorruptCollection, match=f"{file.name} is of the right size, but"):
        sema.index([{"text": "x", "year": 1, "weight": 1.0, "note": "x"}], text="text", to=path)
    assert check(path, repair=True).intact


# --- rows ---


@pytest.mark.parametrize(
    "column", ["text", "year", "note", "_hash", "_row", "_start", "_embedding"]
)
def test_one_flipped_bit_in_a_column_costs_nothing(path, original, column):
    for file, content in zip(data_files(path)[:2], (b"smiling eyes", b"kissing face"), strict=True):
        place = place_of(file, column) + 9
        if column in ("text", "note"):  # not in the table of where each begins
            place = file.read_bytes().index(content if column == "text" else b"note ")
        flip(file, place, bit=2)
    assert len(check_and_repair(path, original)) == 2


@pytest.mark.parametrize("share", [0.5, 0.999])
def test_a_truncated_file_whose_text_is_there_costs_nothing(path, original, share):
    file = data_files(path)[1]
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CorruptCollection, match=r"is of [\d,]+ bytes, but was committed with"):
        sema.open(path)
    check_and_repair(path, original)


def test_rows_that_are_gone_are_named_and_come_back_from_their_file(path, original, file, model):
    data_files(path)[1].write_bytes(b"")
    assert check(path).lost == list(range(16, 32))
    report = check(path, repair=True)
    assert not report.intact
    assert report.lost == list(range(16, 32))
    kept = contents(path)
    assert kept.equals(contents(original).filter(~np.isin(contents(original)["_row"], report.lost)))
    assert check(path).intact

    again = sema.index(file, to=path, model=model)
    assert again.indexed.added == 16
    key = [("year", "ascending"), ("_start", "ascending")]
    everything = again.to_arrow().sort_by(key).drop_columns(["_row"])
    assert everything.equals(contents(original).sort_by(key).drop_columns(["_row"]))


def test_what_can_be_read_of_a_lost_row_is_written_down(path, original):
    file = data_files(path)[0]
    content = bytearray(file.read_bytes())
    place = content.index(b"grinning face")
    content[place : place + 13] = b"GRINNING FACE"
    file.write_bytes(content)
    report = check(path, repair=True)
    assert report.lost == [0]
    (line,) = report.lost_in.read_text().splitlines()
    passage = json.loads(line)
    assert passage["columns"]["text"].startswith("GRINNING FACE")
    assert passage["columns"]["year"] == 1900
    assert passage["why"] == "it is not what was stored"
    assert contents(path).equals(contents(original).slice(1))
    assert (path / "_aside" / file.name).read_bytes() == bytes(content)


def split_fragments(path, size):
    """Bring a collection into fragments of so many passages, whatever rows they are from."""
    rows = contents(path)
    with guard.writing(path) as head:
        guard.commit(
            path,
            head,
            lambda: lance.write_dataset(rows, path, mode="overwrite", max_rows_per_file=size),
        )
    assert len(data_files(path)) == -(-len(rows) // size)


def test_a_row_in_two_fragments_is_judged_as_a_whole(path, original):
    first = contents(path)["_row"].to_pylist().index(LONG[0])
    split_fragments(path, first + 2)  # two of its passages, and the others
    file = data_files(path)[1]
    flip(file, place_of(file, "_embedding"))
    check_and_repair(path, original)
    flip(data_files(path)[1], place_of(data_files(path)[1], "text") + 40)
    check_and_repair(path, original)

    file = data_files(path)[1]
    content = bytearray(file.read_bytes())
    place = place_of(file, "text")
    content[place + 40 : place + 60] = b"#" * 20
    file.write_bytes(content)
    assert check(path, repair=True).lost == [LONG[0]]
    rows = contents(original)
    assert contents(path).equals(rows.filter(np.array(rows["_row"]) != LONG[0]))


def test_deleted_rows_stay_deleted(path, original):
    with guard.writing(path) as head:
        guard.commit(path, head, lambda: table.delete(path, [3, 20]))
    left = contents(path)
    first, _ = sorted((path / "_deletions").iterdir())
    flip(first, 100)
    flip(data_files(path)[0], place_of(data_files(path)[0], "_embedding"))
    report = check(path, repair=True)
    assert report.intact
    assert contents(path).equals(left)


def test_where_nobody_knows_what_was_deleted_nothing_comes_back(path):
    with guard.writing(path) as head:
        guard.commit(path, head, lambda: table.delete(path, [3]))
    left = contents(path)
    (deletions,) = (path / "_deletions").iterdir()
    deletions.write_bytes(b"")
    (path / "_copies" / deletions.name).unlink()
    report = check(path, repair=True)
    assert report.lost == list(range(16))
    assert contents(path).equals(left.filter(np.array(left["_row"]) >= 16))
    passages = [json.loads(line) for line in report.lost_in.read_text().splitlines()]
    assert {passage["why"] for passage in passages} == {"whether it was deleted cannot be read"}
    assert passages[0]["columns"]["text"].startswith("grinning face")


def test_an_index_is_made_again(path, original):
    name = next(name for name in read_head(path).files if name.endswith("part_0_tokens.lance"))
    (path / name).write_bytes(b"")
    check_and_repair(path, original)
    assert indexes.is_current(lance.dataset(path), "text")
    assert sema.open(path).search("grinning", k=1, mode="keyword")[0].text.startswith("grinning")


# --- what cannot be read may kill ---


def test_a_file_that_is_no_data_file_is_read_as_nothing(tmp_path):
    (tmp_path / "noise").write_bytes(np.random.default_rng(0).bytes(10_000))
    for file in (tmp_path / "noise", tmp_path / "missing"):
        found = salvage(file, pa.schema({"text": pa.string()}), 5)
        assert len(found) == 5
        assert not found.readable["text"].any()


def test_what_kills_its_reader_is_passed_over(tmp_path, monkeypatch):
    lance.write_dataset(pa.table({"n": range(8)}), tmp_path / "n.lance")
    (file,) = (tmp_path / "n.lance" / "data").iterdir()
    (tmp_path / "sitecustomize.py").write_text(
        "import os, lance.file as f\n"
        "read = f.LanceFileReader.read_range\n"
        "def deadly(self, start, length):\n"
        "    return os.abort() if start <= 5 < start + length else read(self, start, length)\n"
        "f.LanceFileReader.read_range = deadly\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = salvage(file, pa.schema({"n": pa.int64()}), 8)
    assert found.values["n"].to_pylist() == [0, 1, 2, 3, 4, None, 6, 7]
    assert np.flatnonzero(~found.readable["n"]).tolist() == [5]


# --- what cannot be mended ---


def test_what_is_beyond_repair_is_left_as_it_was(path):
    (manifest,) = (path / "_versions").iterdir()
    flip(manifest, 50)
    (path / "_copies" / manifest.name).write_bytes(b"")
    before = {file: file.read_bytes() for file in files(path / "data")}
    with pytest.raises(CorruptCollection, match=r"both damaged.* index the original file again"):
        check(path, repair=True)
    assert {file: file.read_bytes() for file in files(path / "data")} == before


def test_a_head_whose_copy_is_damaged_too_is_beyond_repair(path):
    for file in (path / "HEAD.json", path / "_copies" / "HEAD.json"):
        flip(file, 50)
    with pytest.raises(CorruptCollection, match="both damaged; index the original file again"):
        check(path)


def test_a_collection_of_which_no_row_is_intact_is_left_as_it_was(path):
    for file in data_files(path):
        file.write_bytes(b"")
    before = files(path)
    with pytest.raises(CorruptCollection, match=r"no row of .* is intact"):
        check(path, repair=True)
    assert files(path) == before


def test_only_a_collection_is_checked(tmp_path):
    for repair in (False, True):
        with pytest.raises(CollectionNotFound, match="there is no collection at"):
            check(tmp_path / "none.lance", repair=repair)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_collection_is_nothing_to_check(tmp_path):
    with guard.writing(tmp_path / "new.lance"), pytest.raises(CollectionError, match="is empty"):
        check(tmp_path / "new.lance")


def test_a_repair_waits_for_no_writer(path):
    flip(path / "HEAD.json", 50)
    with guard.locked(path), pytest.raises(CollectionBusy, match="is writing to"):
        check(path, repair=True)


# --- the command line ---


def semascope(*arguments):
    return click.testing.CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_command_says_what_is_damaged_and_what_to_do(path):
    assert semascope("check", path).exit_code == 0
    file = data_files(path)[0]
    flip(file, place_of(file, "_embedding"))
    found = semascope("check", path)
    assert found.exit_code == 1
    assert f"{file.name} is of the right size, but its contents have changed" in found.output
    assert "passages of 16 rows, whose contents are all intact" in found.output
    assert f"Next: semascope check {path} --repair" in found.output
    mended = semascope("check", path, "--repair")
    assert mended.exit_code == 0
    assert "16 rows in damaged files are intact, and embedded anew" in mended.output
    assert semascope("check", path / "none").exit_code == 2


def test_the_command_gives_its_report_as_json(path):
    data_files(path)[1].write_bytes(b"")
    found = semascope("check", path, "--json")
    report = json.loads(found.stdout)
    assert found.exit_code == 1
    assert report["intact"] is False
    assert report["damaged"][0]["file"] == f"data/{data_files(path)[1].name}"
    assert report["lost"] == list(range(16, 32))
