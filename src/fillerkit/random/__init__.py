"""From a seed and a distribution to values: Caffe's engine and its draws, bit for bit."""

from fillerkit.random.engine import BOOSTS as BOOSTS
from fillerkit.random.engine import BOOSTS_TOLD as BOOSTS_TOLD
from fillerkit.random.engine import NEWEST_BOOST as NEWEST_BOOST
from fillerkit.random.engine import Engine as Engine
from fillerkit.random.engine import kernel_path as kernel_path
from fillerkit.random.engine import kernel_paths as kernel_paths
from fillerkit.random.engine import make_engine as make_engine
from fillerkit.random.pieces import KEPT as KEPT
from fillerkit.random.pieces import pieces as pieces
from fillerkit.random.sample import CHUNK as CHUNK
from fillerkit.random.sample import check_ends as check_ends
from fillerkit.random.sample import chunks as chunks
from fillerkit.random.sample import discard as discard
from fillerkit.random.sample import fill as fill
from fillerkit.random.streams import STREAMS as STREAMS
from fillerkit.random.streams import CaffeStream as CaffeStream
from fillerkit.random.streams import Stream as Stream
from fillerkit.random.streams import check_boost as check_boost
from fillerkit.random.streams import check_jobs as check_jobs
from fillerkit.random.streams import check_seed as check_seed
from fillerkit.random.streams import processors as processors
