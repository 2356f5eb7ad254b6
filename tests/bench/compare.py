#!/usr/bin/env python3
"""The table of ratios: compare.py BUILD [--repeats N] [--largest] [--growth]

Runs in turn, on an otherwise idle machine, for every size
  a  NumPy, SciPy's eigsh and scikit-learn's RidgeCV   (reference.py; float32 layers, what is faster)
  b  the same layers, the readout done well in NumPy
  c  ours                                              (BUILD/tests/bench/bench-fit)
and prints medians and ratios, with how far the whole fit is from what its operations would take at this machine's sgemm rate.
--largest adds n = 10000, P = 5000, K = 100 (minutes); --growth doubles n, P and K alone.
Needs python3-numpy, python3-scipy and python3-sklearn for /usr/bin/python3, and Fashion-MNIST under /usr/share/datasets.
"""
import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def median(results, key):
    return statistics.median(result[key] for result in results)


def ours(build, size, repeats):
    return [run(build / "tests/bench/bench-fit", *size) for _ in range(repeats)]


def compare(build, size, repeats):
    n, p, k = size
    slow = n * p > 6e6                         # RidgeCV's 500 penalties take minutes: once is enough
    theirs, best, double = [], [], []
    for i in range(repeats):
        best += ours(build, size, 1)
        extra = [] if i == 0 or not slow else ["--without-a"]
        theirs.append(run("/usr/bin/python3", HERE / "reference.py", n, p, k, "float32", *extra))
        double.append(run("/usr/bin/python3", HERE / "reference.py", n, p, k, "float64", "--without-a"))
    a = statistics.median(result["a"] for result in theirs if "a" in result)
    b, layers = median(theirs, "b"), median(theirs, "layers")
    whole, own = median(best, "whole"), median(best, "layers")
    print(f"| {n:,} | {p:,} | {k} | {a:.2f} | {b:.2f} | {layers:.2f} | **{whole:.3f}** | **{own:.3f}** | {a / whole:.1f} x | {b / whole:.1f} x "
          f"| {layers / own:.1f} x | {median(double, 'layers') / own:.1f} x | {whole / median(best, 'least'):.1f} | {100 * median(best, 'error'):.1f} / {100 * median(theirs, 'b_error'):.1f} % |",
          flush=True)


def growth(build, repeats):
    print("\n| n | P | K | layers s | readout s | whole s |\n|---|---|---|---|---|---|")
    for size in ((2000, 1000, 50), (4000, 1000, 50), (2000, 2000, 50), (2000, 1000, 100)):
        best = ours(build, size, repeats)
        print("| {:,} | {:,} | {} | {:.3f} | {:.3f} | {:.3f} |".format(*size, *(median(best, key) for key in ("layers", "readout", "whole"))),
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--largest", action="store_true")
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    sizes = [(2000, 1000, 50), (4000, 2000, 100), (500, 5000, 50)] + ([(10000, 5000, 100)] if options.largest else [])
    print("| n | P | K | (a) s | (b) s | their layers s | ours s | our layers s | over (a) | over (b) | layers | layers, theirs in double | over least | error, ours / theirs |")
    print("|" + "---|" * 14)
    for size in sizes:
        compare(options.build, size, options.repeats)
    if options.growth:
        growth(options.build, options.repeats)


if __name__ == "__main__":
    main()
