#!/bin/bash
# parallel.sh LOFI SOURCE   the sweep by GNU parallel, as data/cluster/README.md says; one worker is killed half way
set -u
lofi=$(realpath "$1") source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
source "$source/tests/cluster/lib.sh"
command -v parallel >/dev/null || skip_all 'GNU parallel is not installed'

run_shares () {
  parallel --will-cite --jobs 2 --env OPENBLAS_NUM_THREADS --joblog "$folder/log" \
    "$lofi" emerge "$experiment" -o "$folder/sweep/part-{}" --cells {}/2 --resume --quiet ::: 1 2
}

run_shares >"$folder/said" 2>&1 &
shares=$!
is 'one worker is killed half way' kill_half_way 2
is 'which parallel tells' failed wait "$shares"
is 'the other one went on' has_lines $((total / 3)) "$folder/sweep/part-1/cells.jsonl"
is 'the same line computes what is missing' run_shares
is 'the merged summary is that of a single process' merged_is_single
is 'and so is every cell' same_cells
echo "1..$count"
