#!/usr/bin/env python3
"""manifest.py FILE: a Flatpak manifest is JSON, names what it must, and uses only keys that flatpak-builder knows.

flatpak-builder itself only warns about an unknown key, and cannot be asked without the SDK."""
import json
import sys

MANIFEST = {"id", "runtime", "runtime-version", "sdk", "sdk-extensions", "command", "finish-args", "build-options", "cleanup", "modules"}
MODULE = {"name", "buildsystem", "builddir", "config-opts", "make-args", "make-install-args", "no-autogen", "no-make-install", "subdir",
          "build-commands", "build-options", "post-install", "cleanup", "sources", "run-tests", "modules"}
OPTIONS = {"cflags", "cxxflags", "ldflags", "env", "append-path", "prepend-path", "config-opts", "arch"}
SOURCES = {"git": {"type", "url", "tag", "commit", "branch"}, "archive": {"type", "url", "sha256", "dest", "strip-components"},
           "dir": {"type", "path", "skip"}}
FINISH = ("--share=ipc", "--socket=wayland", "--socket=fallback-x11", "--device=dri")


def unknown(place, given, known):
    return [f"{place}: unknown key {key!r}" for key in sorted(set(given) - known)]


def check_module(module):
    place = module.get("name", "a module without a name")
    wrong = unknown(place, module, MODULE) + unknown(place + ".build-options", module.get("build-options", {}), OPTIONS)
    if not module.get("sources"):
        wrong.append(f"{place}: no sources")
    for source in module.get("sources", []):
        kind = source.get("type")
        if kind not in SOURCES:
            wrong.append(f"{place}: unknown kind of source {kind!r}")
            continue
        wrong += unknown(f"{place}, {kind} source", source, SOURCES[kind])
        if kind == "git" and not (source.get("tag") and source.get("commit")):
            wrong.append(f"{place}: a git source is pinned by tag and commit")
    return wrong


def check(manifest):
    wrong = unknown("manifest", manifest, MANIFEST)
    wrong += [f"manifest: no {key}" for key in ("id", "runtime", "runtime-version", "sdk", "command", "modules") if not manifest.get(key)]
    wrong += [f"finish-args: {a} is more than the program needs" for a in manifest.get("finish-args", []) if a not in FINISH]
    for module in manifest.get("modules", []):
        wrong += check_module(module)
    return wrong


def main(path):
    with open(path, encoding="utf-8") as file:
        wrong = check(json.load(file))
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
