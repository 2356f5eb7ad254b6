#!/bin/bash
# headless.sh COMMAND...   runs COMMAND on a private X server with a window manager, and ends only what it started.
#   HEADLESS_SIZE=1400x900   the screen        HEADLESS_WM=      no window manager
#   HEADLESS_BUS=1           a private session bus (accessibility tools need one)
set -u
if [ $# -eq 0 ]; then
  sed -n '2,4s/^# //p' "$0" >&2
  exit 1
fi
folder=$(mktemp -d)
started=()
cleanup () {
  for process in "${started[@]}"; do
    kill "$process" 2>/dev/null
  done
  wait 2>/dev/null
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# -displayfd picks a free number, so that any number of these can run at once. Without MIT-SHM: cairo would make a new
# shared segment every frame, and the page faults cost more than copying.
Xvfb -displayfd 3 -screen 0 "${HEADLESS_SIZE:-1400x900}x24" -nolisten tcp -noreset -extension MIT-SHM \
  3>"$folder/display" 2>"$folder/server.log" &
started+=($!)
for _ in $(seq 200); do
  [ -s "$folder/display" ] && break
  sleep 0.05
done
if ! [ -s "$folder/display" ]; then
  echo "headless.sh: no X server:" >&2
  cat "$folder/server.log" >&2
  exit 99
fi

mkdir -m 700 "$folder/run"
mkdir -p "$folder/config/gtk-4.0" "$folder/data" "$folder/cache"
printf '[Settings]\ngtk-font-name=Cantarell 11\ngtk-enable-animations=false\n' >"$folder/config/gtk-4.0/settings.ini"
unset WAYLAND_DISPLAY
DISPLAY=":$(cat "$folder/display")"
export DISPLAY XDG_RUNTIME_DIR=$folder/run XDG_CONFIG_HOME=$folder/config XDG_DATA_HOME=$folder/data XDG_CACHE_HOME=$folder/cache
export GDK_BACKEND=x11 GSK_RENDERER=${GSK_RENDERER:-cairo} GDK_DEBUG=${GDK_DEBUG:-gl-disable} GSETTINGS_BACKEND=memory
export LC_ALL=${LC_ALL:-C.UTF-8}

manager=${HEADLESS_WM-metacity}
if [ -n "$manager" ]; then
  DBUS_SESSION_BUS_ADDRESS=disabled: "$manager" >"$folder/manager.log" 2>&1 &
  started+=($!)
  for _ in $(seq 100); do
    xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null | grep -q 'window id' && break
    sleep 0.05
  done
fi

if [ -n "${HEADLESS_BUS-}" ]; then
  dbus-run-session -- "$@"
else
  DBUS_SESSION_BUS_ADDRESS=disabled: GTK_A11Y=${GTK_A11Y:-test} "$@"
fi
