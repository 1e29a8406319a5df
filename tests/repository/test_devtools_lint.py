# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files that ./dev lint checks."""

import subprocess

import pytest
from devtools.commands.lint import copied_for_lint, find_addon_beside, list_files
from devtools.environment import CLONE
from devtools.errors import SetupError

MANIFEST = '{"name": "Shop"}'


@pytest.fixture
def clone(tmp_path):
    """Return a repository with one addon, and another that git does not know."""
    folder = tmp_path / "clone"
    for name in ("my_addon", "my_shop"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__manifest__.py").write_text(MANIFEST)
    (folder / "my_addon" / "models.py").write_text("")
    subprocess.check_call(["git", "init", "-q"], cwd=folder)
    subprocess.check_call(["git", "add", "my_addon"], cwd=folder)
    return folder


def test_all_files_are_linted_by_default(clone):
    assert len(list_files(clone, [])) == 3


def test_a_folder_stands_for_its_files(clone):
    folder, file = clone / "my_addon", clone / "my_addon" / "models.py"
    assert list_files(clone, [str(folder)]) == [
        "my_addon/__manifest__.py",
        "my_addon/models.py",
    ]
    assert list_files(clone, [str(file)]) == ["my_addon/models.py"]


def test_words_are_meant_from_the_current_folder(clone, monkeypatch):
    monkeypatch.chdir(clone / "my_addon")
    assert list_files(clone, ["models.py"]) == ["my_addon/models.py"]


@pytest.mark.parametrize("word", ["my_addon/missing.py", "misspelled"])
def test_missing_file_is_an_error(clone, monkeypatch, word):
    monkeypatch.chdir(clone)
    with pytest.raises(
        SetupError,
        match=f"{word}' did not match any file",
    ):
        list_files(clone, [word])


def test_file_outside_of_the_clone_is_an_error(clone, tmp_path):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(SetupError, match="notes.txt' is outside repository"):
        list_files(clone, [str(tmp_path / "notes.txt")])


def test_a_folder_without_files_is_refused(clone):
    (clone / "empty").mkdir()
    with pytest.raises(SetupError, match="no files were found to lint"):
        list_files(clone, [str(clone / "empty")])


def test_an_addon_that_git_does_not_know_is_not_of_the_clone(clone):
    assert find_addon_beside(clone, [str(clone / "my_addon")]) is None
    assert find_addon_beside(clone, [str(clone / "my_shop")]) == clone / "my_shop"


def test_corrections_of_an_addon_beside_the_clone_are_copied_back(clone):
    addon = clone / "my_shop"
    (addon / "models.py").write_text("x=1\n")
    with copied_for_lint(CLONE, addon) as repository:
        assert "my_shop/models.py" in list_files(repository)
        (repository / "my_shop" / "models.py").write_text("x = 1\n")
        (repository / "my_shop" / "pyproject.toml").write_text("[project]\n")
    assert (addon / "models.py").read_text() == "x = 1\n"
    assert (addon / "pyproject.toml").read_text() == "[project]\n"
    assert (addon / "__manifest__.py").read_text() == MANIFEST
