"""What flows through a net: how strong its signals are forward and its gradients backward."""

from fillerkit.flow.chart import chart as chart
from fillerkit.flow.plot import plot as plot
from fillerkit.flow.refilled import with_filler as with_filler
from fillerkit.flow.result import Change as Change
from fillerkit.flow.result import LayerSignal as LayerSignal
from fillerkit.flow.result import Signal as Signal
from fillerkit.flow.run import signal as signal
