"""What flows through a net: how strong its signals are forward and its gradients backward."""

from fillerkit.signals.chart import chart as chart
from fillerkit.signals.plot import plot as plot
from fillerkit.signals.refilled import with_filler as with_filler
from fillerkit.signals.result import Change as Change
from fillerkit.signals.result import LayerSignal as LayerSignal
from fillerkit.signals.result import Signal as Signal
from fillerkit.signals.run import signal as signal
