"""Word files to PDF by LibreOffice, an office program kept outside: one process for many files, its own profile without macros.

A cold start costs as much as ten papers, so files are handed over in handfuls. The fonts that court papers name (仿宋_GB2312,
方正小标宋简体 …) are used where the court has installed them; else `fonts.conf` puts faces in their place that have every
character, 浉 too.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

HANDFUL = 25
SECONDS_EACH, SECONDS_START = 4, 40
FILE_BYTES = 64 << 20
FILTER = 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}'  # PDF/A-2b: kept for ever
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
NAMES = ("soffice", "libreoffice")


class OfficeError(Exception):
    """The office program is missing, failed or took too long; the text is a sentence for the administrator."""


def program() -> str | None:
    """Where the office program is, or None when this machine has none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def to_pdf(files: Sequence[Path], folder: Path, *, done: Callable[[int], None] = lambda n: None) -> dict[Path, Path]:
    """Convert Word files into `folder`: file → its PDF. A file that cannot be converted is missing from the answer.

    `done` is told how many more files were dealt with, handful by handful. Raises `OfficeError` when there is no program.
    """
    command = program()
    if command is None:
        raise OfficeError("没有安装 LibreOffice（libreoffice-writer-nogui），不能生成 PDF；Word 文件可以照常下载")
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[Path, Path] = {}
    with tempfile.TemporaryDirectory(prefix="office-") as profile:
        user = Path(profile) / "user"
        user.mkdir()
        (user / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
        for start in range(0, len(files), HANDFUL):
            handful = files[start : start + HANDFUL]
            _convert(command, handful, folder, profile)
            for file in handful:
                target = folder / f"{file.stem}.pdf"
                if target.exists():
                    made[file] = target
            done(len(handful))
    return made


def _convert(command: str, files: Sequence[Path], folder: Path, profile: str) -> None:
    environment = {
        "PATH": os.environ.get("PATH", ""), "HOME": profile, "LANG": "C.UTF-8",
        "FONTCONFIG_FILE": str(Path(__file__).with_name("fonts.conf")),
    }  # fmt: skip
    job = [command, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--convert-to", FILTER,
           "--outdir", str(folder), *map(str, files)]  # fmt: skip
    process = subprocess.Popen(job, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True, preexec_fn=_limited)  # fmt: skip
    try:
        process.wait(SECONDS_START + SECONDS_EACH * len(files))
    except subprocess.TimeoutExpired:
        pass
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
            process.wait()


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
