#!/bin/bash
# slurm.sh LOFI SOURCE   the sweep as a job array of a real Slurm on this machine, started here; one worker is killed half way
set -u
lofi=$(realpath "$1") source=$2
export PATH=$PATH:/usr/sbin:/sbin
folder=$(mktemp -d)
stop () {
  for daemon in slurmd slurmctld munged; do
    [ -s "$folder/$daemon.pid" ] && kill "$(cat "$folder/$daemon.pid")" 2>/dev/null
  done
  wait_until 10 failed pgrep -f -- "$folder" || pkill -9 -f -- "$folder"
  rm -rf "$folder"
}
source "$source/tests/cluster/lib.sh"
trap stop EXIT
for tool in munged slurmctld slurmd sbatch; do
  command -v "$tool" >/dev/null || skip_all "$tool is not installed"
done

# A cluster of this machine alone: its own keys, sockets and ports, nothing outside the folder, no service of the system.
start_cluster () {
  local host user port
  host=$(hostname -s) user=$(id -un) port=$((20000 + RANDOM % 20000))
  mkdir -m 700 "$folder/munge" && mkdir "$folder/state" "$folder/spool" || return 1
  head -c 1024 /dev/urandom > "$folder/munge/key" && chmod 600 "$folder/munge/key"
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" || return 1
  cat > "$folder/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmUser=$user
SlurmdUser=$user
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=debug Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$folder/slurm.conf
  slurmctld -f "$SLURM_CONF" && wait_until 20 scontrol ping && slurmd -f "$SLURM_CONF" && wait_until 30 node_is_idle \
    || { tail -n 5 "$folder"/slurm*.log; return 1; }
}

node_is_idle () {
  [ "$(sinfo -h -o %T)" = idle ]
}

submit () {
  (cd "$folder" && sbatch --wait --array="$1" "$source/data/cluster/lofi-sweep.sbatch" 2 "$experiment" "$folder/sweep")
}

is 'a cluster of one node starts' start_cluster
submit 1-2 >"$folder/said" 2>&1 &
array=$!
is 'one task is killed half way' kill_half_way 2
is 'which Slurm tells' failed wait "$array"
is 'the other one went on' has_lines $((total / 3)) "$folder/sweep/part-1/cells.jsonl"
is 'the task alone, given again, computes what is missing' submit 2
is 'the merged summary is that of a single process' merged_is_single
is 'and so is every cell' same_cells
echo "1..$count"
