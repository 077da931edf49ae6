"""Generate ``src/fillerkit/schema/``, a ``_pb2.py`` and ``.pyi`` for each ``proto/*.proto``.

    pip install --no-deps grpcio-tools==1.63.2
    python tools/make_schema.py [--check]

``proto/forks.proto`` itself is made first, from ``proto/caffe.proto`` (see ``make_forks.py``).
``--check`` writes nothing and fails where the committed files are not what would be generated.

The version is pinned because the bytes depend on it, and to this one because protoc 26 is the last
whose output does not check which protobuf runtime loads it: what it makes works under every runtime
from 3.20.3 to 7. ``--no-deps`` leaves the protobuf that is installed; the compiler itself needs
none. It has wheels for Python up to 3.12.
"""

import argparse
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import make_forks

GRPCIO_TOOLS = "1.63.2"
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("fillerkit", "schema")
SCHEMAS = ("caffe", "forks")


def compiled(protos: Path) -> dict[str, bytes]:
    """Run protoc on the schemas in ``protos``; return the files it made by their path in ROOT."""
    # The mapping registers the file as fillerkit/schema/caffe.proto. As plain caffe.proto it could
    # not be loaded beside Caffe's own module: a process holds one file of a name.
    with tempfile.TemporaryDirectory() as directory:
        command = [
            *(sys.executable, "-m", "grpc_tools.protoc"),
            f"-I{PACKAGE.as_posix()}={protos}",
            f"--python_out={directory}",
            f"--pyi_out={directory}",
            *(f"{PACKAGE.as_posix()}/{schema}.proto" for schema in SCHEMAS),
        ]
        subprocess.run(command, check=True)
        names = [PACKAGE / f"{schema}_pb2{end}" for schema in SCHEMAS for end in (".py", ".pyi")]
        return {Path("src", name).as_posix(): Path(directory, name).read_bytes() for name in names}


def generate() -> dict[str, bytes]:
    """Make every generated file; return them by their path in ROOT."""
    made = {name: text.encode() for name, text in make_forks.generate().items()}
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "caffe.proto").write_bytes((ROOT / "proto/caffe.proto").read_bytes())
        Path(directory, "forks.proto").write_bytes(made["proto/forks.proto"])
        return made | compiled(Path(directory))


def installed_version() -> str | None:
    """Look up the version of grpcio-tools in this environment, if any."""
    try:
        return metadata.version("grpcio-tools")
    except metadata.PackageNotFoundError:
        return None


def main() -> None:
    """Write the generated files, or compare them."""
    parser = argparse.ArgumentParser(description="Generate fillerkit/schema from proto/.")
    parser.add_argument("--check", action="store_true", help="compare only; differing is an error")
    check = parser.parse_args().check

    if installed_version() != GRPCIO_TOOLS:
        sys.exit(
            f"grpcio-tools {GRPCIO_TOOLS} is needed, found {installed_version() or 'none'}: "
            f"pip install --no-deps grpcio-tools=={GRPCIO_TOOLS}"
        )
    stale = []
    for name, made in generate().items():
        committed = ROOT / name
        if not check:
            committed.write_bytes(made)
        elif not committed.exists() or committed.read_bytes() != made:
            stale.append(name)
    if stale:
        sys.exit(f"not what proto/ generates: {', '.join(stale)}")


if __name__ == "__main__":
    main()
