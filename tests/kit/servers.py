"""Servers that stand in front of the service, which `.ci/packages` unpacks where they are not installed, and their
certificates."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.kit.engines import CACHE


def program(name: str) -> str:
    """Returns the path of "nginx" or "caddy"."""
    unpacked = CACHE / "servers" / name / "usr"
    places = (os.environ["PATH"], "/usr/sbin", str(unpacked / "sbin"), str(unpacked / "bin"))
    found = shutil.which(name, path=os.pathsep.join(places))
    assert found, f"The tests want {name}: .ci/packages test"
    return found


def self_signed(key: Path, name: str) -> Path:
    """Writes a key, and a certificate for a name beside it. Returns the path of the certificate."""
    openssl, certificate = shutil.which("openssl"), key.with_suffix(".crt")
    assert openssl, "Install openssl, which makes certificates."
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    return certificate
