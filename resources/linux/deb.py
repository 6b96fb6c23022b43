"""Builds a Debian package from the Linux bundle; the same bundle gives the same package.

    python -m resources.linux.deb BUNDLE FOLDER

BUNDLE is the folder that PyInstaller built. The package is written into FOLDER, and its path is
printed. Its time stamp is SOURCE_DATE_EPOCH, in seconds since 1970, or that of CHANGELOG.md. With
REPOSITORY_ADDRESS, its metadata has screenshots at that public address.
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from email.utils import formatdate
from pathlib import Path

from deepvue_tray import __version__
from resources.bundle.debian import packages_of
from resources.linux import metainfo
from resources.linux.manual import completion, manual

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
NAME = "deepvue-tray"
MAINTAINER = "The deepvue-tray authors <deepvue-tray@users.noreply.github.com>"

CONTROL = """\
Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kibibytes}
Depends: {depends}
Recommends: gnome-keyring | libkf5wallet-bin, notification-daemon, xdg-utils
Section: net
Priority: optional
Homepage: https://docs.deepvue.ai
Description: balance of a Deepvue wallet, in the tray
 A small tray program that shows how many credits are left in a prepaid Deepvue
 API wallet and how long they will last, and warns before they run out. On a
 server, its command line does the same for scripts and monitoring.
"""

LICENCE_NAME = re.compile(r"(licen[cs]e|copying|l?gpl)", re.IGNORECASE)
"""The beginning of the name of a licence file."""

SYSTEMD = HERE / "systemd"
"""The services of the system and of users, and the timer for both."""

COMPLETION_PATHS = {
    "bash": f"bash-completion/completions/{NAME}",
    "zsh": f"zsh/vendor-completions/_{NAME}",
    "fish": f"fish/vendor_completions.d/{NAME}.fish",
}
"""Where each shell looks for the completions of packages, below /usr/share."""

CHANGELOG = """\
{name} ({version}) stable; urgency=medium

  * See CHANGELOG.md.

 -- {maintainer}  {date}
"""


def main(bundle: Path, folder: Path) -> None:
    """Arrange the files as Debian requires, and build the package."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    seconds = int(epoch or (CHECKOUT / "CHANGELOG.md").stat().st_mtime)
    os.environ["SOURCE_DATE_EPOCH"] = str(seconds)
    architecture = _output_of("dpkg", "--print-architecture")
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary, "root")
        (root / "DEBIAN").mkdir(parents=True)
        _lay_out(bundle, root, formatdate(seconds))
        control = CONTROL.format(
            name=NAME,
            version=__version__,
            architecture=architecture,
            maintainer=MAINTAINER,
            kibibytes=sum(file.lstat().st_size for file in root.rglob("*")) // 1024,
            depends=_depends(root, Path(temporary)),
        )
        _write(root / "DEBIAN" / "control", control.encode())
        package = folder / f"{NAME}_{__version__}_{architecture}.deb"
        _output_of("dpkg-deb", "-Zxz", "--root-owner-group", "--build", str(root), str(package))
    sys.stdout.write(f"{package}\n")


def _lay_out(bundle: Path, root: Path, date: str) -> None:
    shutil.copytree(bundle, root / "usr/lib" / NAME, symlinks=True)
    for file in (root / "usr/lib" / NAME).rglob("*"):
        if not file.is_symlink():
            file.chmod(0o755 if file.is_dir() or file.parent.name == NAME else 0o644)
    program = root / "usr/bin" / NAME
    program.parent.mkdir()
    program.symlink_to(f"../lib/{NAME}/{NAME}")
    share = root / "usr/share"
    _write(share / f"applications/{NAME}.desktop", (HERE / f"{NAME}.desktop").read_bytes())
    history = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    metadata = metainfo.metainfo(history, os.environ.get("REPOSITORY_ADDRESS", ""))
    _write(share / "metainfo" / metainfo.FILE.name, metadata)
    for icon in (CHECKOUT / "resources/icons").glob(f"{NAME}*"):
        size = icon.stem.rpartition("-")[2]
        place = "scalable" if icon.suffix == ".svg" else f"{size}x{size}"
        _write(share / "icons/hicolor" / place / "apps" / f"{NAME}{icon.suffix}", icon.read_bytes())
    for manager in ("system", "user"):
        for unit in (*SYSTEMD.glob("*.timer"), *(SYSTEMD / manager).iterdir()):
            _write(root / "usr/lib/systemd" / manager / unit.name, unit.read_bytes())
    documents = share / "doc" / NAME
    _write(documents / "copyright", _copyright(bundle))
    changelog = CHANGELOG.format(name=NAME, version=__version__, maintainer=MAINTAINER, date=date)
    _write(documents / "changelog.gz", _packed(changelog.encode()))
    _write(documents / "CHANGELOG.md.gz", _packed((CHECKOUT / "CHANGELOG.md").read_bytes()))
    overrides = (HERE / "lintian-overrides").read_bytes()
    _write(share / "lintian/overrides" / NAME, overrides)
    _write(share / "man/man1" / f"{NAME}.1.gz", _packed(manual().encode()))
    for shell, place in COMPLETION_PATHS.items():
        _write(share / place, completion(shell).encode())


def _copyright(bundle: Path) -> bytes:
    """Return Debian's file ``copyright``, with the licences of the program and its libraries.

    Raises FileNotFoundError if the bundle lacks the licence of a library.
    """
    lines = (HERE / "copyright").read_text().splitlines()
    licence = (CHECKOUT / "LICENSE").read_text().splitlines()
    lines += ["License: Expat", *(f" {line}" if line else " ." for line in licence[4:])]
    shipped = sorted((bundle / "_internal").glob("*.dist-info"))
    for library in shipped:
        files = [path.name for path in library.rglob("*") if path.is_file()]
        if not any(map(LICENCE_NAME.match, files)):
            raise FileNotFoundError(f"{library} contains no licence text")
    lines += ["Comment: The bundle contains, each with its licence in its folder:"]
    lines += [f" {library.name.removesuffix('.dist-info')}" for library in shipped]
    lines += [" The folder licenses has those of Python, Qt and other libraries."]
    return ("\n".join(lines) + "\n").encode()


def _depends(root: Path, folder: Path) -> str:
    """Return the packages of the libraries that the bundle does not contain."""
    debian = folder / "debian"
    _write(debian / "control", f"Source: {NAME}\n\nPackage: {NAME}\nArchitecture: any\n".encode())
    files = [file for file in root.rglob("*") if file.is_file() and not file.is_symlink()]
    programs = [str(file) for file in files if file.read_bytes()[:4] == b"\x7fELF"]
    bundled = packages_of(file.name for file in files if file.name.startswith("lib"))
    command = ["dpkg-shlibdeps", "-O", *(f"-x{owner}" for owner in sorted({*bundled.values()}))]
    # The libraries in the bundle belong to no Debian package.
    output = _output_of(*command, "--ignore-missing-info", "--warnings=0", *programs, cwd=folder)
    return output.removeprefix("shlibs:Depends=")


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _output_of(*command: str, cwd: Path | None = None) -> str:
    result = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True, check=True)
    return result.stdout.strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
