"""Generate ``src/fillerkit/schema/caffe_pb2.py`` and ``.pyi`` from ``proto/caffe.proto``.

    pip install --no-deps grpcio-tools==1.63.2
    python tools/make_schema.py [--check]

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

GRPCIO_TOOLS = "1.63.2"
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("fillerkit", "schema")


def generate(directory: Path) -> list[Path]:
    """Run protoc; return the files it made, relative to ``directory``."""
    # The mapping registers the file as fillerkit/schema/caffe.proto. As plain caffe.proto it could
    # not be loaded beside Caffe's own module: a process holds one file of a name.
    command = [
        *(sys.executable, "-m", "grpc_tools.protoc"),
        f"-I{PACKAGE.as_posix()}=proto",
        f"--python_out={directory}",
        f"--pyi_out={directory}",
        f"{PACKAGE.as_posix()}/caffe.proto",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    return [PACKAGE / "caffe_pb2.py", PACKAGE / "caffe_pb2.pyi"]


def installed_version() -> str | None:
    """Look up the version of grpcio-tools in this environment, if any."""
    try:
        return metadata.version("grpcio-tools")
    except metadata.PackageNotFoundError:
        return None


def main() -> None:
    """Write the generated files, or compare them."""
    parser = argparse.ArgumentParser(description="Generate fillerkit/schema from caffe.proto.")
    parser.add_argument("--check", action="store_true", help="compare only; differing is an error")
    check = parser.parse_args().check

    if installed_version() != GRPCIO_TOOLS:
        sys.exit(
            f"grpcio-tools {GRPCIO_TOOLS} is needed, found {installed_version() or 'none'}: "
            f"pip install --no-deps grpcio-tools=={GRPCIO_TOOLS}"
        )
    stale = []
    with tempfile.TemporaryDirectory() as directory:
        for name in generate(Path(directory)):
            made = Path(directory, name).read_bytes()
            committed = ROOT / "src" / name
            if not check:
                committed.write_bytes(made)
            elif not committed.exists() or committed.read_bytes() != made:
                stale.append(committed.relative_to(ROOT).as_posix())
    if stale:
        sys.exit(f"not generated from proto/caffe.proto: {', '.join(stale)}")


if __name__ == "__main__":
    main()
