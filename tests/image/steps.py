"""Carries out a Dockerfile on a folder that holds a Debian, where there is no Docker.

Layers, caches and secrets are Docker's own and are left out; so is what `FROM` fetches, for which the folder stands.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

# What this machine needs to reach its mirrors is passed by environment and never written into the root.
PASSED = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "http_proxy", "https_proxy", "no_proxy")
CERTIFICATES = "/run/certificates.pem"


@dataclass
class Step:
    """One instruction: its word, and what follows it on one line."""

    word: str
    rest: str


def stages(dockerfile: Path) -> dict[str, tuple[str, list[Step]]]:
    """By the name of each stage: what it is made from, and its instructions."""
    text = re.sub(r"\\\n", " ", "\n".join(one for one in dockerfile.read_text().splitlines() if one[:1] != "#"))
    found: dict[str, tuple[str, list[Step]]] = {}
    steps: list[Step] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found[name] = (base, steps := [])
        else:
            steps.append(Step(word, rest.strip()))
    return found


@dataclass
class Image:
    """A Debian below `root`, and what the instructions so far have set."""

    root: Path
    context: Path
    user: str = "root"
    folder: str = "/"
    environment: dict[str, str] = field(
        default_factory=lambda: {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    )

    def make(self, name: str, arguments: dict[str, str]) -> None:
        """All steps of the stage `name` have run, after those of the stage that it is made from."""
        known = stages(self.context / "Dockerfile")
        base, steps = known[name]
        if base in known and not (self.root / f"run/stage-{base}").exists():
            self.make(base, arguments)
        values = dict(arguments)
        for step in steps:
            self._do(step, values)
        (self.root / f"run/stage-{name}").touch()

    def run(self, command: str) -> str:
        """What the command prints, in the folder and with the rights and variables of the last step."""
        passed = {name: os.environ[name] for name in PASSED if name in os.environ}
        if "PIP_CERT" in os.environ:
            shutil.copy(os.environ["PIP_CERT"], self.root / CERTIFICATES.lstrip("/"))
            passed["PIP_CERT"] = CERTIFICATES
        home = "/root" if self.user == "root" else f"/home/{self.user}"
        variables = {"HOME": home, **passed, **self.environment}
        inside = ["chroot", f"--userspec={self.user}", str(self.root), "/usr/bin/env", "-i"]
        inside += [f"{name}={value}" for name, value in variables.items()]
        inside += ["/bin/sh", "-c", f"cd {shlex.quote(self.folder)} && {command}"]
        # A mount namespace of its own: what is mounted here is gone with the command.
        root = shlex.quote(str(self.root))
        mounts = f"mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev && exec "
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", mounts + shlex.join(inside)], text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def _do(self, step: Step, values: dict[str, str]) -> None:
        filled = re.sub(r"\$\{(\w+)\}", lambda one: {**self.environment, **values}[one[1]], step.rest)
        match step.word:
            case "ARG":
                name, _, default = filled.partition("=")
                values.setdefault(name, default)
            case "ENV":
                name, _, value = filled.partition("=")
                self.environment[name] = value
            case "USER":
                self.user = filled
            case "WORKDIR":
                self.folder = filled
                (self.root / filled.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "RUN":
                self.run(re.sub(r"^(--\S+ )+", "", filled))
            case "COPY":
                self._copy(*shlex.split(filled))
            case "CMD" | "ENTRYPOINT":
                pass
            case other:
                raise AssertionError(f"unknown instruction {other}")

    def _copy(self, *words: str) -> None:
        *sources, target = [word for word in words if not word.startswith("--")]
        owner = next((word.partition("=")[2] for word in words if word.startswith("--chown=")), "root")
        ignored = [one.removeprefix("**/") for one in (self.context / ".dockerignore").read_text().split()]
        to = self.root / self.folder.lstrip("/") / target
        for source in (self.context / one for one in sources):
            if source.is_dir():
                skip = lambda _, names: [one for one in names if any(fnmatch(one, pattern) for pattern in ignored)]  # noqa: E731
                shutil.copytree(source, to, dirs_exist_ok=True, ignore=skip, symlinks=True)
            else:
                place = to / source.name if target.endswith("/") else to
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, place)
        if owner != "root":
            subprocess.run(["chroot", self.root, "chown", "-R", f"{owner}:", f"{self.folder}/{target}"], check=True)
