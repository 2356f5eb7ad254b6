# Sourced by ./run and ./check: the packages, and how the missing ones are installed.

# To compile, to run, and data to look at.
packages_to_build=(build-essential meson ninja-build pkg-config gettext libgtk-4-dev libadwaita-1-dev libgtk-4-bin libjson-glib-dev
  libopenblas-pthread-dev liblapacke-dev libgdk-pixbuf-2.0-dev libarchive-dev libpango1.0-dev libcairo2-dev check adwaita-icon-theme
  librsvg2-common fonts-cantarell fonts-dejavu-core fonts-stix dataset-fashion-mnist)
# To open the window on a display of its own, to validate what is not code, and to share a sweep among workers.
packages_to_test=(xvfb xauth metacity x11-utils xdotool imagemagick dbus desktop-file-utils appstream libxml2-utils poppler-utils procps
  slurm-wlm munge parallel)

# missing_packages PACKAGE...: those that are not installed, one a line
missing_packages () {
  local present
  present=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p')
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$present")
}

as_root () {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

apt_get () {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 "$@"
}

# install_packages WHY PACKAGE...: installs what is missing of the packages, and says so; touches nothing if nothing is missing
install_packages () {
  local why=$1 missing
  shift
  if ! command -v dpkg-query >/dev/null; then
    echo "This is not a Debian system: nothing is installed. Needed $why: $*"
    return 0
  fi
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "Installing with apt, needed $why: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "There is no sudo. As root: apt-get install --no-install-recommends ${missing[*]}" >&2
      return 1
    fi
    echo "(with sudo: packages belong to the system, so apt may ask for your password)"
  fi
  # The lists of a fresh machine are empty, those of an old one may name files that are gone.
  if apt_get install -y --no-install-recommends --simulate "${missing[@]}" >/dev/null 2>&1 \
     && apt_get install -y --no-install-recommends "${missing[@]}"; then
    return 0
  fi
  apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"
}
