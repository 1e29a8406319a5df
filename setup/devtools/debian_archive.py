# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Download packages from Debian's archive with the machine's apt, without installing.

apt verifies signatures and checksums. It writes only to a separate folder, so this
works for any user. The mirror is the machine's, or the one that its distribution names.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from .errors import SetupError
from .processes import run_logged

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# The package lists of this machine, as of its last apt-get update.
MACHINE_LISTS = Path("/var/lib/apt/lists")
TEMPLATE = Path("/usr/share/python-apt/templates/Debian.info")
OR_A_CHECKOUT = "or name a checkout of Odoo 19 in ODOO_DIR"


class Apt:
    """Run apt over one set of sources, with lists and cache in `folder`."""

    def __init__(self, folder: Path, log_path: Path, sources: Path | None = None):
        self.folder = folder
        self.log_path = log_path
        self.sources = sources
        self.options = {
            "Dir::State::Lists": folder / "lists",
            "Dir::Cache": folder / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": 2,
            "APT::Sandbox::User": "",
            "APT::Update::Error-Mode": "any",
        }
        if sources is not None:
            self.options |= {
                "Dir::Etc::SourceList": sources,
                "Dir::Etc::SourceParts": "/dev/null",
                # Installed packages of this machine do not count.
                "Dir::State::status": folder / "status",
            }
        for name in ("lists/partial", "cache/archives/partial", "download"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()

    def run(self, program: str, *arguments: str, folder: Path | None = None) -> str:
        if shutil.which(program) is None:
            raise SetupError(
                f"{program} was not found: Odoo is taken from Debian's archive, which "
                "needs a Debian or Ubuntu machine.\n"
                "Elsewhere, name a checkout of Odoo 19 in ODOO_DIR."
            )
        words = [f"-o{name}={value}" for name, value in self.options.items()]
        # apt's messages are parsed: they must be in English.
        environ = {**os.environ, "LC_ALL": "C"}
        return run_logged([program, *words, *arguments], self.log_path, environ, folder)

    def update(self) -> None:
        """Fetch the lists of packages.

        :raises SetupError: when there is none afterwards; one broken source of the
            machine does not matter
        """
        try:
            self.run("apt-get", "update")
        except SetupError:
            if not self.has_lists():
                raise

    def has_lists(self) -> bool:
        return any((self.folder / "lists").glob("*Packages*"))

    def list_versions(self, package: str) -> list[str]:
        """Return the versions that the sources offer, the newest first."""
        return parse_versions(self.run("apt-cache", "madison", package))

    def unpack(self, packages: Iterable[str], target: Path) -> None:
        """Download packages, each a name or ``name=version``, and unpack them."""
        folder = self.folder / "download"
        shutil.rmtree(folder)
        folder.mkdir()
        self.run("apt-get", "download", *packages, folder=folder)
        for package in sorted(folder.glob("*.deb")):
            run_logged(["dpkg-deb", "-x", package, target], self.log_path)

    def find(self, package: str, path: Path, advice: str) -> Path:
        """Return a file or folder of a package: the installed one, or an unpacked one.

        :param advice: for the error, if the sources do not have the package
        """
        if path.exists():
            return path
        target = self.folder / package
        try:
            if not self.has_lists():
                self.update()
            self.unpack([package], target)
        except SetupError as error:
            raise SetupError(
                f"{path} was not found, and Debian's package {package}, which has it, "
                f"could not be fetched.\n{advice}.\n{error}"
            ) from error
        return target / path.relative_to("/")


def parse_versions(table: str) -> list[str]:
    """Return the second column: package, version, source."""
    return list(dict.fromkeys(re.findall(r"^ *\S+ \| *(\S+) \|", table, re.MULTILINE)))


def debian_apt(folder: Path, log_path: Path, suite: str) -> Apt:
    """Return apt over a suite of Debian's archive, with fresh lists."""
    machine = Apt(folder / "machine", log_path)
    mirror = os.environ.get("CONNECTOR_DEBIAN_MIRROR") or find_mirror(machine)
    advice = f"Install that package, {OR_A_CHECKOUT}"
    keyring = machine.find("debian-archive-keyring", KEYRING, advice)
    sources = folder / f"{suite}.list"
    sources.write_text(f"deb [signed-by={keyring}] {mirror} {suite} main\n")
    apt = Apt(folder / suite, log_path, sources)
    try:
        apt.update()
    except SetupError as error:
        if "NO_PUBKEY" in str(error) or "not signed" in str(error):
            raise SetupError(
                f"the keys in {keyring} are too old to verify Debian's archive.\n"
                f"Upgrade debian-archive-keyring, {OR_A_CHECKOUT}.\n{error}"
            ) from error
        raise
    return apt


def find_mirror(machine: Apt) -> str:
    """Return the address of Debian's archive for this machine.

    Its own lists are fetched only if it has none that name the address.
    """
    words = ["indextargets", "--format", "$(ORIGIN) $(SUITE) $(REPO_URI)"]
    lists = f"-oDir::State::Lists={MACHINE_LISTS}"
    mirror = choose_mirror(machine.run("apt-get", *words, lists))
    if mirror is None:
        machine.update()
        mirror = choose_mirror(machine.run("apt-get", *words))
    if mirror is None:
        advice = f"Name a mirror in CONNECTOR_DEBIAN_MIRROR, {OR_A_CHECKOUT}"
        template = machine.find("python-apt-common", TEMPLATE, advice)
        mirror = parse_template(template.read_text())
        if mirror is None:
            raise SetupError(f"{template} names no mirror of Debian.\n{advice}.")
    return mirror


def choose_mirror(targets: str) -> str | None:
    """Choose among lines of origin, suite and address.

    An archive of security updates alone has the origin Debian, too.
    """
    found = re.search(r"^Debian (?!.*security).* (\S+)$", targets, re.MULTILINE)
    return found and found[1]


def parse_template(text: str) -> str | None:
    """Return the BaseURI of the first suite that is not a security or update suite."""
    paragraph = r"^Suite: *[^\s/-]+\n(?:.+\n)*?BaseURI: *(\S+)"
    found = re.search(paragraph, text, re.MULTILINE)
    return found and found[1]
