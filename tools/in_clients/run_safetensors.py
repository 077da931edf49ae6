"""safetensors, without fillerkit."""

from client_files import FOLDER, tell
from safetensors.numpy import load_file

tell({}, load_file(FOLDER / "net.safetensors"))
