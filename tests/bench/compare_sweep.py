#!/usr/bin/env python3
"""The sweep of sweep.lofi, ours and as a loop in Python, on an otherwise idle machine: compare_sweep.py BUILD [--seeds N] [--way a] [--way b]

Prints seconds and ratios: ours whole (with null lines and overlaps, which the loops do not have), the time of the first cell, peak memory; the same
without null lines; one and two worker processes of one thread; then each way of reference_sweep.py over the same cells. Needs what reference.py needs.
Way a takes many minutes.
"""
import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def sweep(build, folder, seeds, *options, threads=None):
    environment = dict(os.environ, **({"OPENBLAS_NUM_THREADS": str(threads)} if threads else {}))
    command = [build / "src/cli/lofi", "emerge", HERE / "sweep.lofi", "-o", folder, "--quiet", "--set", f"emergence.seeds={seeds}", *options]
    return subprocess.Popen([str(word) for word in command], env=environment)


def finish(*processes):
    for process in processes:
        if process.wait():
            sys.exit(f"lofi ended with {process.returncode}")


def whole(build, folder, seeds):
    began = time.perf_counter()
    process, first = sweep(build, folder, seeds), None
    while process.poll() is None:
        if first is None and (folder / "cells.jsonl").exists() and (folder / "cells.jsonl").stat().st_size:
            first = time.perf_counter() - began
        time.sleep(0.01)
    finish(process)
    return time.perf_counter() - began, first, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("build", type=Path)
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--way", action="append", default=[], choices=["a", "b"])
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, first, peak = whole(asked.build, folder / "whole", asked.seeds)
        print(f"ours {ours:.1f} s, first cell after {first:.2f} s, peak {peak:.0f} MiB", flush=True)
        began = time.perf_counter()
        finish(sweep(asked.build, folder / "plain", asked.seeds, "--set", "emergence.nulls=false"))
        plain = time.perf_counter() - began
        print(f"without null lines {plain:.1f} s", flush=True)
        began = time.perf_counter()
        finish(sweep(asked.build, folder / "one", asked.seeds, threads=1))
        one = time.perf_counter() - began
        began = time.perf_counter()
        finish(*(sweep(asked.build, folder / f"part{i}", asked.seeds, "--cells", f"{i}/2", threads=1) for i in (1, 2)))
        two = time.perf_counter() - began
        print(f"one process of one thread {one:.1f} s, two {two:.1f} s: {two / (one / 2):.2f} of half; of the two-threaded whole {two / ours:.2f}", flush=True)
        counts = sorted({int(n) for n in re.findall(r'"samples": ?(\d+)', (folder / "whole/cells.jsonl").read_text())})
    for way in asked.way:
        done = subprocess.run(["/usr/bin/python3", HERE / "reference_sweep.py", way, *map(str, counts), "--seeds", str(asked.seeds)],
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        theirs = json.loads(done.stdout)
        print(f"way {way} {theirs['seconds']:.1f} s, {theirs['seconds'] / ours:.1f} x ours, {theirs['seconds'] / plain:.1f} x ours without null lines;", ", ".join(f"{m} {s:.1f} s" for m, s in theirs["methods"].items()), flush=True)


if __name__ == "__main__":
    main()
