"""Writes update_goldens.json: figures of updates of closed-form matrices, by numpy's singular value decomposition in 64-bit floats.

Usage: python3 update_goldens.py > ../resources/update_goldens.json
"""
import json

import numpy as np


def noise(count, seed):
    """The closed form of the tests' weights: a hash of the element's index, from -0.5 to 0.5."""
    mask = 0xFFFFFFFF
    values = np.empty(count)
    for i in range(count):
        x = (i * 0x9E3779B1 + seed) & mask
        x = ((x ^ (x >> 16)) * 0x85EBCA6B) & mask
        x = ((x ^ (x >> 13)) * 0xC2B2AE35) & mask
        x ^= x >> 16
        values[i] = (x >> 16) / 65536.0 - 0.5
    return values


def bf16(values):
    """Cut to the upper 16 bits; what is left is exactly what the tests store."""
    return (values.astype(np.float32).view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)


def case(rows, columns, rank, dtype):
    cast = bf16 if dtype == "BF16" else lambda values: values.astype(np.float32)
    base = cast(noise(rows * columns, 1)).reshape(rows, columns)
    if rank == 0:
        step = noise(rows * columns, 2).reshape(rows, columns)
    else:
        step = sum(np.outer(noise(rows, 10 + r), noise(columns, 20 + r)) / (r + 1) for r in range(rank))
    now = cast((base.astype(np.float64) + 0.125 * step).ravel()).reshape(rows, columns)
    update = now.astype(np.float64) - base.astype(np.float64)
    s = np.linalg.svd(update, compute_uv=False)
    p = s[s > 0] / s.sum()
    share = np.cumsum(s**2) / np.sum(s**2)
    return {
        "rows": rows,
        "columns": columns,
        "rank": rank,
        "dtype": dtype,
        "norm": float(np.linalg.norm(update)),
        "baseNorm": float(np.linalg.norm(base.astype(np.float64))),
        "largest": float(np.abs(update).max()),
        "effectiveRank": float(np.exp(-np.sum(p * np.log(p)))),
        "rankOfNinety": int(np.argmax(share >= 0.9)) + 1,
        "explained": {str(k): float(share[k - 1]) for k in (1, 2, 4, 8, 16) if k < len(s)},
    }


cases = [
    case(40, 24, 0, "F32"),
    case(24, 40, 0, "F32"),
    case(24, 40, 3, "F32"),
    case(33, 17, 2, "BF16"),
    case(1, 9, 0, "F32"),
]
print(json.dumps(cases, indent=1))
