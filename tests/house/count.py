#!/usr/bin/env python3
"""count.py LOG...: counts the cases of meson's test logs (LOG.junit.xml and LOG.json); prints what failed and what was skipped, then
"PASSED FAILED SKIPPED".

A program that failed as a whole, by a crash or by a sanitizer's verdict after its last case, counts as one more."""
import json
import sys
import xml.etree.ElementTree as xml

GOOD = {"OK", "EXPECTEDFAIL", "SKIP"}


def count_log(log):
    passed, failed, skipped, blamed = 0, [], [], set()
    for suite in xml.parse(log + ".junit.xml").getroot():
        program = suite.get("name", "").split(" / ")[-1].split(".")[-1]
        for case in suite.iter("testcase"):
            whole = " / " in case.get("name", "")          # a program that does not tell its cases apart
            name = case.get("name").split(" / ")[-1] if whole else program + ": " + case.get("name", "")
            if case.find("failure") is not None or case.find("error") is not None:
                failed.append(name)
                blamed |= {program, name}
            elif case.find("skipped") is not None:
                skipped.append(name)
            else:
                passed += 1
    with open(log + ".json", encoding="utf-8") as lines:
        for line in lines:
            test = json.loads(line)
            name = test["name"].split(" / ")[-1]
            if test["result"] not in GOOD and name not in blamed:
                failed.append(f"{name}: {test['result'].lower()} as a whole")
    return passed, failed, skipped


def main(logs):
    passed, failed, skipped = 0, [], []
    for log in logs:
        try:
            p, f, s = count_log(log)
        except (OSError, xml.ParseError, ValueError) as error:
            p, f, s = 0, [f"{log}: {error}"], []
        passed, failed, skipped = passed + p, failed + f, skipped + s
    for name in failed:
        print("failed:", name)
    for name in skipped:
        print("skipped:", name)
    print(passed, len(failed), len(skipped))


if __name__ == "__main__":
    main(sys.argv[1:])
