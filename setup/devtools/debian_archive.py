# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Download packages from Debian's archive with the machine's apt, without installing.

apt writes only to a separate folder, so this works for any user. The mirror is that of
the machine, or the one that its distribution documents.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from .errors import SetupError
from .processes import advise, last_lines, run_logged

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# The package lists of this machine, as of its last apt-get update.
MACHINE_LISTS = Path("/var/lib/apt/lists")
TEMPLATE = "usr/share/python-apt/templates/Debian.info"


class Apt:
    """Run apt-get over one set of sources, with lists and cache in `folder`."""

    def __init__(self, folder: Path, log_path: Path, sources: Path | None = None):
        self.folder = folder
        self.log_path = log_path
        self.sources = sources
        for name in ("lists/partial", "cache/archives/partial", "download"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()

    def options(self) -> list[str]:
        options = [
            f"Dir::State::Lists={self.folder / 'lists'}",
            f"Dir::Cache={self.folder / 'cache'}",
            "Acquire::Languages=none",
            "Acquire::Retries=2",
            "APT::Sandbox::User=",
        ]
        if self.sources is not None:
            options += [
                f"Dir::Etc::SourceList={self.sources}",
                "Dir::Etc::SourceParts=/dev/null",
                # Installed packages of this machine do not count.
                f"Dir::State::status={self.folder / 'status'}",
            ]
        return [word for option in options for word in ("-o", option)]

    def run(self, program: str, *arguments: str, folder: Path | None = None) -> str:
        if shutil.which(program) is None:
            raise SetupError(
                f"{program} was not found: Odoo is taken from Debian's archive, which "
                "needs a Debian or Ubuntu machine.\n"
                "Elsewhere, name a checkout of Odoo 19 in ODOO_DIR."
            )
        # apt's messages are parsed: they must be in English.
        environ = {**os.environ, "LC_ALL": "C"}
        command = [program, *self.options(), *arguments]
        return run_logged(command, self.log_path, environ, folder)

    def update(self) -> None:
        """Fetch the lists of packages.

        :raises SetupError: when there is none afterwards; apt-get itself is content
            with less
        """
        output = self.run("apt-get", "update")
        if not any((self.folder / "lists").glob("*Packages*")):
            raise SetupError(
                "apt-get update fetched no list of packages:\n"
                f"{last_lines(output)}\n(all of it: {self.log_path})\n{advise(output)}"
            )

    def offers(self, package: str) -> bool:
        policy = self.run("apt-cache", "policy", package)
        candidate = re.search(r"Candidate: (\S+)", policy)
        return candidate is not None and candidate[1] != "(none)"

    def list_versions(self, package: str) -> list[str]:
        """Return the versions that the sources offer, the newest first."""
        return parse_versions(self.run("apt-cache", "madison", package))

    def list_missing(self, packages: Iterable[str]) -> list[str]:
        """Return what of these packages, and of all they need, is not installed."""
        plan = self.run(
            "apt-get",
            "install",
            "--simulate",
            "--no-install-recommends",
            # Nothing is installed: another apt that runs now does not matter.
            *("-o", "Debug::NoLocking=1"),
            *packages,
        )
        return read_plan(plan)

    def download(self, packages: Iterable[str]) -> list[Path]:
        """Return the package files, which were verified by apt."""
        folder = self.folder / "download"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.run("apt-get", "download", *packages, folder=folder)
        return sorted(folder.glob("*.deb"))

    def list_dependencies(self, package: str) -> list[str]:
        """Return what a package itself asks for, the first of alternatives."""
        return parse_dependencies(
            self.run("apt-cache", "show", "--no-all-versions", package)
        )

    def extract(self, packages: Iterable[Path], target: Path) -> None:
        for package in packages:
            run_logged(["dpkg-deb", "-x", package, target], self.log_path)


def parse_dependencies(description: str) -> list[str]:
    """Return the names after ``Depends:``, without versions and alternatives."""
    found = re.search(r"^Depends: (.*)$", description, re.MULTILINE)
    return re.findall(r"(?:^|,)\s*([^\s:|(,]+)", found[1]) if found else []


def parse_versions(table: str) -> list[str]:
    """Return the second column: package, version, source."""
    rows = [line.split("|") for line in table.splitlines()]
    return list(dict.fromkeys(row[1].strip() for row in rows if len(row) == 3))


def read_plan(plan: str) -> list[str]:
    """Return the packages that a simulated installation would unpack."""
    return re.findall(r"^Inst (\S+)", plan, re.MULTILINE)


def machine_apt(folder: Path, log_path: Path) -> Apt:
    """Return apt over the machine's own sources, with fresh lists."""
    apt = Apt(folder / "machine", log_path)
    try:
        apt.update()
    except SetupError:
        # One broken source of the machine is none of our business; no list at all is.
        if not any((apt.folder / "lists").glob("*Packages*")):
            raise
    return apt


def debian_apt(folder: Path, log_path: Path, suite: str) -> Apt:
    """Return apt over a suite of Debian's archive.

    The machine's own lists are fetched only where its mirror or keys are not at hand.
    """
    machine = Apt(folder / "machine", log_path)
    mirror = os.environ.get("CONNECTOR_DEBIAN_MIRROR")
    mirror = mirror or find_machine_mirror(machine, MACHINE_LISTS)
    if mirror is None or not KEYRING.is_file():
        machine = machine_apt(folder, log_path)
        mirror = mirror or find_machine_mirror(machine, machine.folder / "lists")
        mirror = mirror or read_documented_mirror(machine)
    keyring = find_keyring(machine)
    sources = folder / f"{suite}.list"
    sources.write_text(f"deb [signed-by={keyring}] {mirror} {suite} main\n")
    apt = Apt(folder / suite, log_path, sources)
    try:
        apt.update()
    except SetupError as error:
        if "NO_PUBKEY" in str(error) or "not signed" in str(error):
            raise SetupError(
                f"the keys in {keyring} are too old to verify Debian's archive.\n"
                "Upgrade the package debian-archive-keyring, or name a checkout of "
                f"Odoo 19 in ODOO_DIR.\n{error}"
            ) from error
        raise
    return apt


def find_machine_mirror(machine: Apt, lists: Path) -> str | None:
    """Return the address from which this machine takes Debian itself, if it does.

    :param lists: the folder of fetched lists, which name their origin
    """
    words = ["--format", "$(ORIGIN) $(SUITE) $(REPO_URI)"]
    words += ["-o", f"Dir::State::Lists={lists}"]
    targets = machine.run("apt-get", "indextargets", *words)
    return choose_mirror(targets)


def choose_mirror(targets: str) -> str | None:
    """Choose among lines of origin, suite and address.

    An archive of security updates alone has the origin Debian, too.
    """
    for line in targets.splitlines():
        words = line.split()
        if len(words) >= 3 and words[0] == "Debian" and "security" not in line:
            return words[-1]
    return None


def read_documented_mirror(machine: Apt) -> str:
    """Return the mirror that Ubuntu's own package about distributions names."""
    if not machine.offers("python-apt-common"):
        raise SetupError(
            "no mirror of Debian's archive is known on this machine: its apt sources "
            "name none, and offer no python-apt-common that would.\n"
            "Name one in CONNECTOR_DEBIAN_MIRROR, or a checkout of Odoo 19 in ODOO_DIR."
        )
    target = machine.folder / "python-apt-common"
    machine.extract(machine.download(["python-apt-common"]), target)
    mirror = parse_template((target / TEMPLATE).read_text())
    if mirror is None:
        raise SetupError(
            f"{target / TEMPLATE} names no BaseURI of a released suite.\n"
            "Name a mirror of Debian's archive in CONNECTOR_DEBIAN_MIRROR."
        )
    return mirror


def parse_template(text: str) -> str | None:
    """Return the BaseURI of the first suite that is not a security or update suite."""
    for paragraph in re.split(r"\n\s*\n", text):
        base = re.search(r"^BaseURI: *(\S+)", paragraph, re.MULTILINE)
        suite = re.search(r"^Suite: *(\S+)", paragraph, re.MULTILINE)
        if base and suite and not re.search(r"[-/]", suite[1]):
            return base[1]
    return None


def find_keyring(machine: Apt) -> Path:
    if KEYRING.is_file():
        return KEYRING
    if not machine.offers("debian-archive-keyring"):
        raise SetupError(
            f"{KEYRING} was not found, and this machine's apt sources do not offer "
            "the package debian-archive-keyring: Debian's archive cannot be verified.\n"
            "Install that package, or name a checkout of Odoo 19 in ODOO_DIR."
        )
    target = machine.folder / "debian-archive-keyring"
    machine.extract(machine.download(["debian-archive-keyring"]), target)
    return target / KEYRING.relative_to("/")
