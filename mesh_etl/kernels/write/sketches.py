"""Sketches: summaries of a fixed size that can be merged, so that parts of a table need not be read again.

Both are computed from whole batches. The hashes are those of `hashing.py`, so a value has one in every file and type
width; nothing is random, so that the same rows in the same order make the same sketch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

_BITS = 12  # 4,096 registers: the estimate is off by 1.6 % (one standard deviation)
_REGISTERS = 1 << _BITS
_LEVELS = 64 - _BITS + 1
_WIDTH = 200  # items of the top level; ranks are off by about 1 %
_SHRINK = 2 / 3
_HEAD = np.dtype("<u4")
_CELLS = np.dtype("<f8")


@dataclass
class Distinct:
    """About how many different values there are: HyperLogLog (Flajolet et al., 2007) over 64-bit hashes."""

    registers: np.ndarray = field(default_factory=lambda: np.zeros(_REGISTERS, np.uint8))

    def add(self, hashes: np.ndarray) -> None:
        """The values with these hashes are among the counted ones."""
        register = (hashes >> np.uint64(64 - _BITS)).astype(np.int64)
        rest = (hashes << np.uint64(_BITS)) | np.uint64(1 << (_BITS - 1))  # the mark ends the run of zeros
        exponent = np.frexp((rest >> np.uint64(11)).astype(np.float64))[1]
        np.maximum.at(self.registers, register, (54 - exponent).astype(np.uint8))

    def merge(self, other: Distinct) -> None:
        """The values of the other are counted as well, those of both once."""
        np.maximum(self.registers, other.registers, out=self.registers)

    def estimate(self) -> float:
        """The number of different values, by the estimator of Ertl (2017, arXiv 1702.01284, algorithm 6)."""
        counts = np.bincount(self.registers, minlength=_LEVELS + 1)
        z = _REGISTERS * _tau(1 - counts[_LEVELS] / _REGISTERS)
        for count in counts[_LEVELS - 1 : 0 : -1]:
            z = 0.5 * (z + count)
        z += _REGISTERS * _sigma(counts[0] / _REGISTERS)
        return _REGISTERS**2 / (2 * math.log(2) * z)

    def to_bytes(self) -> bytes:
        """The sketch as it is stored."""
        return self.registers.tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Distinct:
        """The sketch that was stored."""
        return cls(np.frombuffer(stored, np.uint8).copy())


def _sigma(x: float) -> float:
    if x == 1:
        return math.inf
    y, z, before = 1.0, x, -1.0
    while z != before:
        x, before = x * x, z
        z, y = z + x * y, y + y
    return z


def _tau(x: float) -> float:
    if x in (0, 1):
        return 0.0
    y, z, before = 1.0, 1 - x, -1.0
    while z != before:
        x, before, y = math.sqrt(x), z, 0.5 * y
        z -= (1 - x) ** 2 * y
    return z / 3


@dataclass
class Quantiles:
    """About which number stands at which rank: the sketch of Karnin, Lang and Liberty (2016, arXiv 1603.05346).

    An item of level n stands for 2^n numbers. A level that is full is sorted, and every other item of it goes up.
    """

    levels: list[np.ndarray] = field(default_factory=lambda: [np.zeros(0, _CELLS)])
    turns: int = 0  # compactions so far: whether the odd or the even items go up alternates

    def add(self, numbers: np.ndarray) -> None:
        """The numbers are among the ranked ones; there is no NaN in them."""
        self.levels[0] = np.concatenate((self.levels[0], numbers.astype(_CELLS)))
        self._compact()

    def merge(self, other: Quantiles) -> None:
        """The numbers of the other are ranked as well."""
        for level, items in enumerate(other.levels):
            if level == len(self.levels):
                self.levels.append(np.zeros(0, _CELLS))
            self.levels[level] = np.concatenate((self.levels[level], items))
        self._compact()

    def at(self, share: float) -> float | None:
        """The number below which this share of all numbers stands; None where there are none."""
        items = np.concatenate(self.levels)
        if not len(items):
            return None
        weights = np.repeat([1 << level for level in range(len(self.levels))], [len(one) for one in self.levels])
        order = np.argsort(items, kind="stable")
        ranks = np.cumsum(weights[order])
        return float(items[order][np.searchsorted(ranks, share * ranks[-1])])

    def _compact(self) -> None:
        level = 0
        while level < len(self.levels):
            items = self.levels[level]
            if len(items) > max(8, int(_WIDTH * _SHRINK ** (len(self.levels) - 1 - level))):
                if level + 1 == len(self.levels):
                    self.levels.append(np.zeros(0, _CELLS))
                items = np.sort(items)
                odd = len(items) % 2  # the last one stays, so that no weight is lost
                rising = items[: len(items) - odd][self.turns % 2 :: 2]
                self.levels[level] = items[len(items) - odd :]
                self.levels[level + 1] = np.concatenate((self.levels[level + 1], rising))
                self.turns += 1
            level += 1

    def to_bytes(self) -> bytes:
        """The sketch as it is stored: turns, number of levels, their sizes, their items."""
        head = np.array([self.turns, len(self.levels), *map(len, self.levels)], _HEAD)
        return head.tobytes() + np.concatenate(self.levels).tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Quantiles:
        """The sketch that was stored."""
        turns, count = np.frombuffer(stored, _HEAD, 2).tolist()
        sizes = np.frombuffer(stored, _HEAD, count, 2 * _HEAD.itemsize)
        items = np.frombuffer(stored, _CELLS, offset=(2 + count) * _HEAD.itemsize)
        return cls([one.copy() for one in np.split(items, np.cumsum(sizes)[:-1])], turns)
