"""Reading a prototxt: text of any generation in, one current net of one phase out."""

from fillerkit.prototxt.phase import phase_name as phase_name
from fillerkit.prototxt.read import NetText as NetText
from fillerkit.prototxt.read import SolverText as SolverText
from fillerkit.prototxt.read import read_net as read_net
from fillerkit.prototxt.read import read_nets as read_nets
from fillerkit.prototxt.read import read_solver as read_solver
from fillerkit.prototxt.read import upgrade_text as upgrade_text
from fillerkit.prototxt.text import Field as Field
from fillerkit.prototxt.upgrade import TextLayer as TextLayer
