#!/usr/bin/env python3
"""The same fit as most would write it: NumPy, SciPy's eigsh, scikit-learn's RidgeCV; or with the readout done well in NumPy.

reference.py n P K DTYPE: prints one line of JSON. Fashion-MNIST, shirt against pullover and coat: two filtered layers (relu, P random
features, K kept), one lift, 500 penalties, the error on the 3,000 test images.

  a  layers, then RidgeCV (its exact leave-one-out)
  b  the same layers, then one eigendecomposition with all penalties at once

DTYPE (float32 or float64) is what the layers compute in; the readout is in float64 either way, as float32 is not enough for small penalties.
Times are of the computation alone, data in memory, weights drawn inside.
"""
import gzip
import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy.sparse.linalg import eigsh
from sklearn.linear_model import RidgeCV

FOLDER = Path("/usr/share/datasets/fashion-mnist")
PENALTIES = np.logspace(-6, 6, 500)


def read(split, rng, count):
    images = next(FOLDER.rglob(f"{split}-images-idx3-ubyte*"))
    labels = next(FOLDER.rglob(f"{split}-labels-idx1-ubyte*"))
    load = lambda path, skip: np.frombuffer((gzip.open if path.suffix == ".gz" else open)(path, "rb").read(), np.uint8, offset=skip)
    x, c = load(images, 16).reshape(-1, 784), load(labels, 8)
    chosen = np.flatnonzero(np.isin(c, (6, 2, 4)))
    if count:
        chosen = rng.permutation(chosen)[:count]
    return (x[chosen] / 255 - 0.2860) / 0.3530, np.where(c[chosen] == 6, 1.0, -1.0)


def directions(z, y, keep):
    """P x K, by magnitude; the dual form where there are more features than samples."""
    n, p = z.shape
    if p <= n:
        c = (z * y[:, None].astype(z.dtype)).T @ z / n
        values, v = eigsh(c, k=keep, which="LM")
    else:
        mu, q = np.linalg.eigh(z @ z.T)
        mu = np.maximum(mu, 1e-6 * mu[-1])
        half = (q * np.sqrt(mu)) @ q.T
        values, b = eigsh(half @ (y[:, None].astype(z.dtype) * half) / n, k=keep, which="LM")
        v = z.T @ ((q / np.sqrt(mu)) @ (q.T @ b))
    v = v[:, np.argsort(-np.abs(values))]
    peak = np.abs(v).argmax(axis=0)
    return v * np.where(v[peak, np.arange(keep)] < 0, -1, 1).astype(v.dtype)


def layers(x, y, xt, width, keep, rng, dtype):
    h, t = x.astype(dtype), xt.astype(dtype)
    for k in (keep, keep, None):
        w = rng.standard_normal((h.shape[1], width)).astype(dtype)
        c = np.sqrt(np.mean(np.sum(h * h, axis=1)))
        z, zt = (np.maximum(a @ w / c, 0) / dtype(np.sqrt(width)) for a in (h, t))
        if k is not None:
            v = directions(z, y, k)
            z, zt = z @ v, zt @ v
        h, t = z, zt
    return h, t


def ridge_well(f, y, ft):
    mean, bias = f.mean(axis=0), y.mean()
    fc, yc, n = f - mean, y - bias, len(y)
    if fc.shape[1] <= n:
        s2, v = np.linalg.eigh(fc.T @ fc)
        s2 = np.maximum(s2, 0)
        b = fc @ v
    else:
        g, u = np.linalg.eigh(fc @ fc.T)
        s = np.sqrt(np.maximum(g, 1e-12 * g[-1]))
        s2, v, b = s * s, fc.T @ (u / s), u * s
    inverse = 1 / (s2[:, None] + PENALTIES)
    by = b.T @ yc
    residual = yc[:, None] - b @ (by[:, None] * inverse)
    leverage = 1 / n + (b * b) @ inverse
    best = int(np.argmin(np.mean((residual / (1 - leverage)) ** 2, axis=0)))
    return (ft - mean) @ (v @ (by * inverse[:, best])) + bias, PENALTIES[best]


def main(n, width, keep, dtype):
    rng = np.random.default_rng(0)
    x, y = read("train", rng, n)
    xt, yt = read("t10k", rng, 0)
    began = time.perf_counter()
    h, t = layers(x, y, xt, width, keep, rng, dtype)
    lifted = time.perf_counter() - began
    h, t = h.astype(np.float64), t.astype(np.float64)
    wrong = lambda p: float(np.mean((p >= 0) != (yt >= 0)))
    began = time.perf_counter()
    prediction, penalty = ridge_well(h, y, t)
    well = time.perf_counter() - began
    out = {"layers": lifted, "b": lifted + well, "b_error": wrong(prediction), "penalty": penalty}
    if "--without-a" not in sys.argv:
        began = time.perf_counter()
        model = RidgeCV(alphas=PENALTIES).fit(h, y)
        out["a_error"] = wrong(model.predict(t))
        out["a"] = lifted + time.perf_counter() - began
    print(json.dumps(out))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:4]), getattr(np, sys.argv[4]))
