# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names and errors of ./dev scaffold."""

import filecmp
import os
import re
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml
from devtools.commands import scaffold as scaffold_command
from devtools.commands.scaffold import (
    choose_folder,
    find_addons_to_know,
    make_parser,
    show_path,
)
from devtools.environment import CLONE, Environment
from devtools.errors import SetupError
from devtools.home import Home
from devtools.odoo_models import find_models, names_defined, required_fields
from devtools.processes import run_logged
from devtools.python_env import Uv
from devtools.scaffolding import (
    KINDS,
    TEMPLATES,
    Scaffold,
    check_backend,
    check_destination,
    check_models,
    default_backend,
    module_name,
    needed_addons,
    render,
)
from rich.prompt import Prompt

COPIER = "copier==9.19.1"
SHOP = Scaffold("shop", "rest", "shop", ("res.partner",), "My Company")


@pytest.fixture(scope="module")
def models():
    return find_models(find_addons_to_know(Environment.current()))


@pytest.mark.parametrize(
    "words, name",
    [("shop", "shop"), ("Connector Shop", "connector_shop"), ("MyShop", "my_shop")],
)
def test_an_addon_is_named_as_odoo_names_it(words, name):
    assert module_name(words) == name


@pytest.mark.parametrize("words", ["my-shop", "2shop", "shöp", "", "../shop", "a__b"])
def test_a_name_that_no_addon_can_have_is_refused(words):
    with pytest.raises(SetupError, match="invalid addon name .*as in my_shop"):
        module_name(words)


@pytest.mark.parametrize("name", ["shop", "connector_shop", "shop_connector"])
def test_the_backend_is_called_as_the_addon(name):
    assert default_backend(name) == "shop"


def test_a_scaffold_that_works_is_accepted(models, tmp_path):
    check_destination(SHOP.name, tmp_path, {"sale"})
    check_backend(SHOP.backend)
    check_models(SHOP, models)


def test_the_name_of_an_existing_addon_is_refused(tmp_path):
    with pytest.raises(SetupError, match="an addon sale exists already"):
        check_destination("sale", tmp_path, {"sale"})


def test_a_name_that_no_model_can_begin_with_is_refused():
    with pytest.raises(SetupError, match="invalid system name 'My Shop'"):
        check_backend("My Shop")


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"models": ()}, "no model was named"),
        (
            {"backend": "odoo"},
            "connector_odoo already defines the model",
        ),
        (
            {"models": ("res.partnr",)},
            "no model 'res.partnr'.*mean res.partner",
        ),
        ({"models": ("res.country", "x.country")}, "no model 'x.country' was found"),
        ({"models": ("res.partner.category", "res.partner.category")}, "the same path"),
    ],
)
def test_models_that_cannot_be_generated_are_errors(models, changes, message):
    with pytest.raises(SetupError, match=message):
        check_models(replace(SHOP, **changes), models)


def test_a_person_is_asked_until_the_answers_can_be_used(models, monkeypatch, capsys):
    answers = iter(["rest", "my shop", "shop", "res.partnr", "res.partner", "Me"])
    monkeypatch.setattr(scaffold_command, "is_terminal", lambda: True)
    monkeypatch.setattr(Prompt, "ask", lambda *args, **kwargs: next(answers))
    options = make_parser().parse_args(["shop"])
    scaffold = scaffold_command.ask("shop", options, models)
    assert scaffold == Scaffold("shop", "rest", "shop", ("res.partner",), "Me")
    shown = capsys.readouterr().out
    assert "invalid system name 'my shop'" in shown
    assert "no model 'res.partnr' was found" in shown


def test_a_wrong_option_is_not_asked_for(models, monkeypatch):
    monkeypatch.setattr(scaffold_command, "is_terminal", lambda: True)
    monkeypatch.setattr(Prompt, "ask", lambda *args, **kwargs: "rest")
    options = make_parser().parse_args(["shop", "--backend", "my shop"])
    with pytest.raises(SetupError, match="invalid system name 'my shop'"):
        scaffold_command.ask("shop", options, models)


def test_addons_of_the_models_are_needed(models):
    wanted = replace(SHOP, models=("sale.order", "product.product", "res.partner"))
    assert needed_addons(wanted, models) == ["product", "sale"]


def test_it_is_made_here_but_never_in_the_clone_unless_told(tmp_path, monkeypatch):
    (tmp_path / "clone" / "docs").mkdir(parents=True)
    clone = tmp_path / "clone"
    for folder, chosen in [(clone, tmp_path), (clone / "docs", tmp_path)]:
        monkeypatch.chdir(folder)
        assert choose_folder(None, clone) == chosen
        assert choose_folder(".", clone).resolve() == folder
    monkeypatch.chdir(tmp_path)
    assert choose_folder(None, clone).resolve() == tmp_path


def test_a_folder_may_follow_the_options_and_models_a_comma():
    words = ["shop", "--model", "res.partner,res.bank", "--model=sale.order", "below"]
    options = make_parser().parse_intermixed_args(words)
    assert options.models == ["res.partner", "res.bank", "sale.order"]
    assert (options.name, options.folder) == ("shop", "below")


def test_paths_are_shown_as_a_command_understands_them(tmp_path, monkeypatch):
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a")
    assert show_path(tmp_path / "a" / "dev") == "./dev"
    assert show_path(tmp_path / "shop") == "../shop"
    monkeypatch.chdir(tmp_path / "a" / "b" / "c")
    assert show_path(tmp_path / "shop") == str(tmp_path / "shop")


def test_a_folder_that_cannot_be_written_is_reported():
    message = "cannot write to the folder /proc: .*\nPass another"
    with pytest.raises(SetupError, match=message):
        render(SHOP, [], Path("/proc"))


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "shop").mkdir()
    with pytest.raises(SetupError, match="shop exists already; nothing was written"):
        render(SHOP, [], tmp_path)
    assert list(tmp_path.rglob("*")) == [tmp_path / "shop"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_is_valid_and_none_is_empty(tmp_path, kind):
    scaffold = replace(SHOP, kind=kind, models=("res.partner.industry", "res.partner"))
    made = render(scaffold, ["sale", "stock"], tmp_path)
    assert list(tmp_path.iterdir()) == [made]
    for path in made.rglob("*"):
        assert path.is_dir() or path.read_bytes().strip(), path
        if path.suffix == ".py":
            compile(path.read_text(), str(path), "exec")


@pytest.mark.parametrize("kind", KINDS)
def test_lines_of_code_are_short_also_for_a_long_system_name(tmp_path, kind):
    name = "the_warehouse_of_a_friend"
    models = ("res.partner.category", "product.template")
    made = render(Scaffold(name, kind, name, models, "My Company"), [], tmp_path)
    prose = re.compile(r'^\s*(#|--|""")')
    for path in [*made.rglob("*.py"), *made.rglob("*.sql")]:
        lines = path.read_text().splitlines()
        assert [one for one in lines if prose.match(one) and len(one) > 88] == []


def test_a_neutralized_copy_keeps_no_token(tmp_path):
    made = render(replace(SHOP, backend="my_shop"), [], tmp_path)
    statement = (made / "data" / "neutralize.sql").read_text()
    assert "UPDATE my_shop_backend" in statement
    assert "token = NULL" in statement


def test_a_connector_has_less_than_150_lines_with_its_tests(tmp_path):
    made = render(SHOP, [], tmp_path)
    lines = [path.read_text().count("\n") for path in made.rglob("*.py")]
    assert len(lines) > 4
    assert sum(lines) < 150


@pytest.fixture(scope="module")
def copier(tmp_path_factory):
    """The program copier, in a new virtual environment."""
    folder, home = tmp_path_factory.mktemp("copier"), Home.from_environ()
    uv = Uv(home, "copier")
    uv.run("venv", "--allow-existing", folder, "--python", sys.executable)
    uv.run("pip", "install", "--python", folder / "bin" / "python", COPIER)
    return folder / "bin" / "copier"


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_copier_makes_the_same_of_the_template(tmp_path, copier, kind):
    scaffold = replace(SHOP, kind=kind, models=("res.partner.industry", "sale.order"))
    made = render(scaffold, ["sale"], tmp_path / "made")
    answers = ["--data", f"kind={kind}", "--data", "addons=[sale]"]
    answers += ["--data", "models=res.partner.industry, sale.order"]
    copied = tmp_path / "copied" / "shop"
    command = [copier, "copy", "--quiet", "--defaults", *answers, TEMPLATES, copied]
    run_logged(command, tmp_path / "copier.log", {"PATH": os.environ["PATH"]})
    assert_same(filecmp.dircmp(made, copied))


def test_copier_asks_for_all_that_a_scaffold_has():
    questions = yaml.safe_load((TEMPLATES / "copier.yml").read_text())
    names = {name for name in questions if not name.startswith("_")}
    assert names == {*asdict(SHOP), "addons"}
    assert set(questions["kind"]["choices"].values()) == set(KINDS)
    assert {text for text in questions["kind"]["choices"]} == set(KINDS.values())


def assert_same(comparison):
    assert not comparison.left_only + comparison.right_only + comparison.diff_files
    for below in comparison.subdirs.values():
        assert_same(below)


def test_extensions_of_a_model_do_not_define_it():
    source = (
        "class A(models.Model):\n    _name = 'my.own'\n    _inherit = ['mail.thread']\n"
        "class B(models.Model):\n    _name = 'res.users'\n"
        "    _inherit = [\n        'res.users',\n        'mail.thread']\n"
        'class C(models.Model):\n    _name = "res.bank"\n    _inherit = "res.bank"\n'
    )
    assert names_defined(source) == ["my.own"]


@pytest.mark.parametrize(
    "model, fields",
    [
        ("res.partner.industry", []),
        ("product.product", []),
        ("sale.order", ["partner_id"]),
        ("product.category", ["name"]),
    ],
)
def test_required_fields_are_found(models, model, fields):
    assert required_fields(models[model]) == fields


def test_templates_are_those_that_the_kinds_use():
    used = {replace(SHOP, kind=kind).template for kind in KINDS}
    assert used == {path for path in TEMPLATES.iterdir() if path.is_dir()}
    assert TEMPLATES.is_relative_to(CLONE)
