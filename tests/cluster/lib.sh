# Sourced by the tests of sweeps on more than one worker: TAP, a small sweep, and its answer by a single process.
# Expects: lofi (the command), source (of the tree), folder (empty, private).
export OPENBLAS_NUM_THREADS=1 LC_ALL=C.UTF-8 LOFI=$lofi
experiment=$folder/sweep.lofi
count=0

# is NAME COMMAND...: one case, in this very shell: what it sets stays, and it can wait for what was started here
is () {
  local name=$1
  shift
  count=$((count + 1))
  if "$@" >"$folder/case" 2>&1; then
    echo "ok $count - $name"
  else
    echo "not ok $count - $name"
    sed 's/^/# /' "$folder/case"
  fi
}

failed () {
  ! "$@"
}

skip_all () {
  echo "1..0 # SKIP $1"
  exit 0
}

# wait_until SECONDS COMMAND...
wait_until () {
  local ends=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $ends ] || return 1
    sleep 0.05
  done
}

lines () {
  cat "$@" 2>/dev/null | wc -l
}

has_lines () {
  [ "$(lines "$2")" -ge "$1" ]
}

# kill_half_way PART: kills the worker of a share that has written some of its cells, but not all; says how many it had
kill_half_way () {
  local cells=$folder/sweep/part-$1/cells.jsonl worker
  wait_until 60 has_lines 3 "$cells" || { echo "part $1 wrote nothing"; return 1; }
  worker=$(pgrep -f -- "^[^ ]*lofi emerge .*part-$1 ") || { echo "part $1 is not running"; return 1; }
  kill -9 $worker
  wait_until 10 failed kill -0 "$worker" || return 1
  had=$(lines "$cells")
  [ "$had" -lt "$((total / 2))" ] || { echo "part $1 had finished"; return 1; }
}

merged_is_single () {
  bash "$source/data/cluster/lofi-sweep-merge" "$experiment" "$folder/sweep" && cmp "$folder/sweep/summary.json" "$folder/single/summary.json"
}

# Every cell of both is the same, whatever the order of lines; how long it took is not compared.
same_cells () {
  local each
  for each in sweep single; do
    sed 's/"seconds":[^,}]*//' "$folder/$each/cells.jsonl" | sort > "$folder/$each.sorted"
  done
  cmp "$folder/sweep.sorted" "$folder/single.sorted"
}

cat > "$experiment" <<'SWEEP'
[experiment]
title=XOR, small
[data]
source=xor
dimension=60
train=2000
test=4000
[layer1]
kind=filter
keep=2
[layer2]
kind=dense
width=400
keep=none
[emergence]
samples=200:2000:6
seeds=4
compare=lazy;linear
SWEEP
"$lofi" emerge "$experiment" -o "$folder/single" --quiet || { echo 'Bail out! the single process failed'; exit 1; }
total=$(lines "$folder/single/cells.jsonl")
