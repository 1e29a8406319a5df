# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import dataclasses
import os
import stat
import warnings
from pathlib import Path
from typing import Any

import pytest
from vodoo import ConfigurationError, OdooClient, OdooConfig, RetryConfig, get_config
from vodoo._config_files import instances, read_variables, use_instance

GIVEN = {
    "url": "https://my.odoo.com/",
    "database": "mydb",
    "username": "bot@example.com",
    "password": "api-key",
}
IN_ENVIRONMENT = {
    "url": "https://env.example",
    "database": "env",
    "username": "env",
    "password": "secret",
    "verify": "no",
}
FILE = "ODOO_URL=https://file.example\nODOO_DATABASE=file\nODOO_USERNAME=f\nODOO_PASSWORD=p\n"


@pytest.fixture(autouse=True)
def empty_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Hide the environment and the files of the user who runs the tests."""
    for name in list(os.environ):
        if name.startswith(("ODOO_", "VODOO_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def set_environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"ODOO_{name.upper()}", value)


def test_settings_that_are_given() -> None:
    config = OdooConfig(**GIVEN, timeout=5, extra_headers={"X-Proxy": "yes"})
    assert config.url == "https://my.odoo.com"
    assert config.password == "api-key"
    assert config.http_headers == config.extra_headers == {"X-Proxy": "yes"}
    assert config.retry_config == RetryConfig(2, 0.5, 30.0)
    assert repr(config) == str(config)
    assert "api-key" not in repr(config)


def test_the_environment_completes_what_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_environment(
        monkeypatch,
        **IN_ENVIRONMENT,
        timeout="7.5",
        retry_count="5",
        http_headers='{"X-A": "b"}',
    )
    config = OdooConfig(database="mine")
    assert (config.url, config.database) == ("https://env.example", "mine")
    assert (config.timeout, config.retry_count, config.verify) == (7.5, 5, False)
    assert config.http_headers == {"X-A": "b"}


def test_complete_settings_ignore_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_environment(monkeypatch, timeout="1", password_ref="op://never/asked")
    assert OdooConfig(**GIVEN).timeout == 30


def test_a_dotenv_file_stands_below_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(FILE)
    set_environment(monkeypatch, database="env")
    config = OdooConfig()
    assert (config.url, config.database) == ("https://file.example", "env")


def test_missing_settings_are_named() -> None:
    with pytest.raises(ConfigurationError) as raised:
        OdooConfig(url="https://x.example")
    for name in ("ODOO_DATABASE", "ODOO_USERNAME", "ODOO_PASSWORD"):
        assert name in str(raised.value)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"url": "my.odoo.com"}, "must look like https://"),
        ({"url": "ftp://my.odoo.com"}, "must look like https://"),
        ({"url": "http://localhost:eighty"}, "must look like https://"),
        ({"protocol": "xmlrpc"}, "known are auto, json2, legacy, web"),
        ({"max_concurrency": 0}, "at least 1"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        OdooConfig(**{**GIVEN, **wrong})


def test_clear_text_over_the_network_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="not https"):
        OdooConfig(**{**GIVEN, "url": "http://my.odoo.com"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        OdooConfig(**{**GIVEN, "url": "http://localhost:8069"})


def test_a_file_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "some.env"
    file.write_text(
        f"# comment\nexport {FILE}ODOO_TIMEOUT='9' \nODOO_PROXY=http://p # x\n"
    )
    config = OdooConfig.from_file(file)
    assert (config.url, config.timeout, config.proxy) == (
        "https://file.example",
        9,
        "http://p",
    )
    set_environment(monkeypatch, database="env")
    assert OdooConfig.from_file(file).database == "env"
    with pytest.raises(ConfigurationError, match="nowhere.env"):
        OdooConfig.from_file(tmp_path / "nowhere.env")


def test_the_nearest_file_of_the_chosen_instance_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / ".vodoo", tmp_path / ".config" / "vodoo"]
    for folder in folders:
        (folder / "instances").mkdir(parents=True)
    near, far = (folder / "instances" for folder in folders)
    (far / "default.env").write_text(FILE.replace("file", "default"))
    (far / "test.env").write_text(FILE.replace("file", "far"))
    (near / "test.env").write_text(FILE.replace("file", "near"))
    assert get_config().database == "default"
    assert get_config("test").database == "near"
    assert set(instances()) == {"default", "test"}
    use_instance("test")
    assert get_config().database == "near"
    monkeypatch.setenv("VODOO_INSTANCE", "default")
    assert get_config().database == "default"
    with pytest.raises(ConfigurationError, match="no instance 'nosuch'"):
        get_config("nosuch")
    with pytest.raises(ConfigurationError, match="not a path"):
        get_config("../../etc/passwd")


def test_a_value_that_cannot_be_read_is_named_but_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_environment(monkeypatch, timeout="soon", http_headers="{secret")
    with pytest.raises(
        ConfigurationError, match="ODOO_HTTP_HEADERS|ODOO_TIMEOUT"
    ) as raised:
        OdooConfig()
    assert "soon" not in str(raised.value)


def test_a_password_from_1password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    op = tmp_path / "op"
    op.write_text('#!/bin/sh\n[ "$2" = op://vault/odoo ] && echo from-1password\n')
    op.chmod(op.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    config = OdooConfig(**{**GIVEN, "password": "op://vault/odoo"})
    assert config.password == "from-1password"
    with pytest.raises(ConfigurationError, match="op read"):
        OdooConfig(**{**GIVEN, "password_ref": "op://vault/nothing"})


def test_a_config_can_be_changed_in_a_copy() -> None:
    config = OdooConfig(**GIVEN)
    changed = dataclasses.replace(config, database="other")
    assert (changed.database, changed.password) == ("other", "api-key")
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.database = "third"  # type: ignore[misc]


def test_variables_are_secret(tmp_path: Path) -> None:
    file = tmp_path / "x.env"
    file.write_text('A=s3cret\nB = "quoted # not a comment"\n\n=nothing\n')
    variables = read_variables(file)
    assert variables["B"] == "quoted # not a comment"
    assert "s3cret" not in repr(variables)


def test_an_argument_wins_even_if_it_is_empty_or_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_environment(
        monkeypatch,
        **IN_ENVIRONMENT,
        password_ref="op://never/asked",
        timeout="7",
        proxy="http://proxy.example",
    )
    with pytest.raises(ConfigurationError, match="settings password are missing"):
        OdooConfig(password="")
    config = OdooConfig(password="p", timeout=30.0, proxy=None, verify=True)
    assert (config.password, config.timeout) == ("p", 30.0)
    assert (config.proxy, config.verify, config.username) == (None, True, "env")


@pytest.mark.parametrize(
    "line", ["ODOO_URL=https://evil.example", "ODOO_PROXY=http://evil", "ODOO_VERIFY=0"]
)
def test_a_dotenv_file_does_not_direct_a_password_from_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    (tmp_path / ".env").write_text(line + "\n")
    rest = {"url": "https://x.example", "database": "d", "username": "u"}
    if "URL" in line:
        del rest["url"]
    with pytest.raises(ConfigurationError, match="decides where a password goes"):
        OdooConfig(password="given", database="d")
    set_environment(monkeypatch, password="secret", **rest)
    for read in (OdooConfig, OdooConfig.from_file, get_config):
        with pytest.raises(ConfigurationError, match=line.partition("=")[0]):
            read()
    (tmp_path / ".env").write_text(line + "\nODOO_PASSWORD=here\n")
    monkeypatch.delenv("ODOO_PASSWORD")
    assert OdooConfig().password == "here"
    # complete settings do not look at it, and a path is a choice
    assert OdooConfig(**GIVEN).verify is True
    set_environment(monkeypatch, password="secret")
    assert OdooConfig.from_file(tmp_path / ".env").password == "secret"


@pytest.mark.parametrize("line", ["ODOO_PASSWORD=${KEY_OF_BANK}", "X='${KEY_OF_BANK}'"])
def test_a_dotenv_file_does_not_take_a_secret_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    settings = "ODOO_URL=https://evil.example\nODOO_DATABASE=d\nODOO_USERNAME=u\n"
    (tmp_path / ".env").write_text(f"{settings}ODOO_PASSWORD=p\n{line}\n")
    monkeypatch.setenv("KEY_OF_BANK", "secret")
    for read in (OdooConfig, OdooConfig.from_file):
        with pytest.raises(ConfigurationError, match="decides where a password goes"):
            read()
    assert OdooConfig.from_file(tmp_path / ".env").username == "u"


def test_files_are_read_as_python_dotenv_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSIDE", "out")
    file = tmp_path / "x.env"
    lines = [
        "\ufeffFIRST=bom",
        "export  EXPORTED = 'single # kept' # comment",
        r'DOUBLE="two\nlines \"quoted\"" # comment',
        r"SINGLE='it\'s \n'",
        "HASH=a#b # comment",
        'SEVERAL="first\nsecond"',
        "EMPTY=",
        "'QUOTED NAME'=x",
        "REFERS=${FIRST}-${OUTSIDE}-${MISSING:-default}-${MISSING}",
        "NO_EQUALS",
        "# LAST=comment",
        "BROKEN='no end",
        "LAST=1",
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert read_variables(file) == {
        "FIRST": "bom",
        "EXPORTED": "single # kept",
        "DOUBLE": 'two\nlines "quoted"',
        "SINGLE": r"it's \n",
        "HASH": "a#b",
        "SEVERAL": "first\nsecond",
        "EMPTY": "",
        "QUOTED NAME": "x",
        "REFERS": "bom-out-default-",
        "LAST": "1",
    }


def test_proxies_of_the_environment_can_be_switched_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    for trust, proxies in ((True, 1), (False, 0)):
        with OdooClient(OdooConfig(**GIVEN, trust_env=trust)) as client:
            mounts = client.runner._connections.get().http._mounts.values()
            assert len([one for one in mounts if one is not None]) == proxies
