#!/usr/bin/env python3
"""The sweep of sweep.lofi as most would write it: a loop over sample counts, seeds and methods around reference.py.

reference_sweep.py a|b SAMPLES... [--seeds N]: prints one line of JSON. LoFi is two layers of relu, P = 1000, K = 50, and ridge on what they keep;
lazy the same lifts without filters; linear is ridge on the pixels.

  a  RidgeCV
  b  one eigendecomposition with all penalties at once; the seed's weights, the sorted data and the test images are drawn once a seed

Layers in float32, the readout in float64, as in reference.py. Times are of the computation alone, data in memory.
"""
import argparse
import json
import time

import numpy as np
from sklearn.linear_model import RidgeCV

from reference import PENALTIES, directions, read, ridge_well

WIDTH, KEEP = 1000, 50


def lift(h, t, width, rng):
    w = rng.standard_normal((h.shape[1], width)).astype(h.dtype)
    c = np.sqrt(np.mean(np.sum(h * h, axis=1)))
    return (np.maximum(a @ w / c, 0) / h.dtype.type(np.sqrt(width)) for a in (h, t))


def features(method, x, y, xt, seed):
    rng = np.random.default_rng(seed)
    h, t = x.astype(np.float32), xt.astype(np.float32)
    if method == "linear":
        return h, t
    for _ in range(2):
        h, t = lift(h, t, WIDTH, rng)
        if method == "lofi":
            v = directions(h, y, min(KEEP, len(h)))
            h, t = h @ v, t @ v
    return h, t


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("way", choices=["a", "b"])
    arguments.add_argument("samples", type=int, nargs="+")
    arguments.add_argument("--seeds", type=int, default=5)
    asked = arguments.parse_args()
    seconds, wrong, spent = {}, {}, 0.0
    for seed in range(asked.seeds):
        rng = np.random.default_rng(seed)
        all_x, all_y = read("train", rng, max(asked.samples))
        xt, yt = read("t10k", rng, 0)
        for n in asked.samples:
            for method in ("lofi", "lazy", "linear"):
                began = time.perf_counter()
                h, t = (a.astype(np.float64) for a in features(method, all_x[:n], all_y[:n], xt, seed))
                if asked.way == "a":
                    prediction = RidgeCV(alphas=PENALTIES).fit(h, all_y[:n]).predict(t)
                else:
                    prediction, _ = ridge_well(h, all_y[:n], t)
                took = time.perf_counter() - began
                spent += took
                seconds[method] = seconds.get(method, 0) + took
                wrong.setdefault(f"{method} {n}", []).append(float(np.mean((prediction >= 0) != (yt >= 0))))
    print(json.dumps({"seconds": spent, "methods": seconds, "errors": {key: float(np.mean(v)) for key, v in wrong.items()}}))


if __name__ == "__main__":
    main()
