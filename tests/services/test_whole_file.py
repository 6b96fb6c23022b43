"""A file is the old one or the new one, never a part of either."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepvue_tray.core.errors import StorageError
from deepvue_tray.services import whole_file


def test_a_failure_half_way_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    def broken() -> Iterator[str]:
        yield "new"
        raise StorageError("the source broke")

    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(StorageError, match="the source broke"):
        whole_file.replace(path, broken())
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"missing/readings\.csv"):
        whole_file.replace(tmp_path / "missing" / "readings.csv", [])
