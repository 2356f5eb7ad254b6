#!/bin/bash
# house.sh strata|texts|metadata SOURCE BUILD   what keeps the house in order, beyond what the compiler sees; TAP on standard output
set -u
part=$1 source=$2 build=$3
cd "$source" || exit 1
count=0

# is NAME COMMAND...: one case; what the command printed is shown when it fails
is () {
  local name=$1 said
  shift
  count=$((count + 1))
  if said=$("$@" 2>&1); then
    echo "ok $count - $name"
  else
    echo "not ok $count - $name"
    printf '%s\n' "$said" | sed 's/^/# /'
  fi
}

# is_with TOOL NAME COMMAND...: skipped where the tool is not installed
is_with () {
  local tool=$1
  shift
  if command -v "$tool" >/dev/null; then
    is "$@"
  else
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $tool is not installed"
  fi
}

# nothing COMMAND...: the command prints nothing; what it prints is the complaint
nothing () {
  local found
  found=$("$@" 2>&1)
  [ -z "$found" ] && return 0
  printf '%s\n' "$found"
  return 1
}

# ---- strata: math -> engine -> render -> cli, app ----

includes () {
  local pattern=$1
  shift
  grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" --include='*.[ch]' "$@"
}

# Headers of a stratum included from one below or beside it.
upward () {
  local stratum=$1 header
  shift
  for header in src/"$stratum"/*.h; do
    [ -e "$header" ] || continue
    grep -rnF "\"$(basename "$header")\"" --include='*.[ch]' "$@" | grep -E '#[[:space:]]*include'
  done
}

# Two headers of one name in two strata would make the rule above, and every include, ambiguous.
twins () {
  find src -name '*.h' -printf '%f\n' | sort | uniq -d
}

strata () {
  is 'no GLib in the mathematics' nothing includes 'glib|gio|gobject|json-glib' src/math
  is 'no threads, no printing in the mathematics' nothing includes 'stdio\.h|pthread\.h|threads\.h' src/math
  is 'no drawing below the renderer' nothing includes 'cairo|pango|gdk/' src/math src/engine
  is 'no GTK below the window' nothing includes 'gtk/|gdk/|adwaita|gsk/' src/math src/engine src/render src/cli
  is 'the mathematics includes nothing of the engine' nothing upward engine src/math
  is 'nothing below includes the renderer' nothing upward render src/math src/engine
  is 'nothing includes the command' nothing upward cli src/math src/engine src/render src/app
  is 'nothing includes the window' nothing upward app src/math src/engine src/render src/cli
  is 'every header has a name of its own' nothing twins
  is 'whole numbers are read by lofi-digits.h' nothing grep -rnE 'g_ascii_string_to_(un)?signed \(' --include='*.c' src
  is 'nothing is left open' nothing left_open
  is 'no source passes 600 lines' nothing long_sources
}

left_open () {
  local words='TO''DO|FIX''ME|XX''X|HA''CK'
  find src tests ui data po -type f ! -name '*.npy' -exec grep -nIE "\\b($words)\\b" {} +
}

long_sources () {
  find src tests -name '*.[ch]' -print0 | xargs -0 wc -l | awk '$2 != "total" && $1 > 600'
}

# ---- texts ----

# Every file with something to translate.
marked () {
  {
    grep -rlE 'glib/gi18n' --include='*.[ch]' src | xargs -r grep -lE '(^|[^A-Za-z_0-9])(_|N_|C_|NC_|ngettext|g_dngettext) ?\('
    [ -d ui ] && grep -rl 'translatable="yes"' --include='*.ui' ui
    ls data/*.desktop.in data/*.metainfo.xml.in data/*.gschema.xml
  } | sort
}

listed () {
  grep -vE '^(#|$)' po/POTFILES | sort
}

potfiles () {
  diff --label 'po/POTFILES' --label 'files with texts' -U0 <(listed) <(marked)
}

# xgettext does not know GLib's format macros: it cuts the text before them, and the translation is never found.
cut_texts () {
  grep -rlE 'glib/gi18n' --include='*.[ch]' src | while read -r file; do
    grep -qPzo '(_|N_) ?\((\s*"([^"\\]|\\.)*")*\s*"([^"\\]|\\.)*%[-0-9.]*"\s*G_[A-Z0-9]+_FORMAT' "$file" && echo "$file: a format macro inside a text"
  done
}

# A catalogue is complete: every text of the sources is in it, translated, and not by guesswork.
complete () {
  local said
  xgettext --from-code=UTF-8 --files-from=po/POTFILES --add-comments=TRANSLATORS --output="$2" $preset --directory=. 2>&1 || return 1
  msgmerge --quiet --no-fuzzy-matching --output-file="$2.po" "$1" "$2" || return 1
  said=$(LC_ALL=C msgfmt --check --statistics --output-file=/dev/null "$2.po" 2>&1) || { echo "$said"; return 1; }
  case $said in
    *untranslated*|*fuzzy*) echo "$said"; LC_ALL=C msgattrib --untranslated --no-obsolete "$2.po" | grep '^msgid' | head -40; return 1 ;;
  esac
}

texts () {
  local language scratch
  preset='--keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 --keyword=g_dngettext:2,3 --keyword=ngettext:1,2
    --flag=g_strdup_printf:1:c-format --flag=g_print:1:c-format --flag=lofi_error_set:5:c-format --flag=g_set_error:4:c-format'
  scratch=$(mktemp -d)
  is 'POTFILES lists every file with texts, and no other' potfiles
  is 'no text is cut by a format macro' nothing cut_texts
  for language in $(grep -vE '^(#|$)' po/LINGUAS); do
    is_with msgfmt "$language.po is well formed" msgfmt -c -o /dev/null "po/$language.po"
    is_with xgettext "$language.po is complete" complete "po/$language.po" "$scratch/texts.pot"
  done
  rm -rf "$scratch"
}

# ---- metadata ----

metadata () {
  local file rng=/usr/share/gtk-4.0/gtk4builder.rng id=io.github.lofi_explorer.LofiExplorer
  is_with desktop-file-validate 'the desktop file is valid' nothing desktop-file-validate "$build/data/$id.desktop"
  is_with appstreamcli 'the AppStream metadata is valid' appstreamcli validate --no-net --explain "$build/data/$id.metainfo.xml"
  is_with glib-compile-schemas 'the settings schema is valid' glib-compile-schemas --strict --dry-run data
  for file in ui/*.ui; do
    [ -e "$file" ] && is_with xmllint "$file is well formed" xmllint --noout --relaxng $rng "$file"
  done
  for file in data/icons/*.svg data/*.mime.xml data/*.gresource.xml; do
    is_with xmllint "$file is well formed" xmllint --noout "$file"
  done
  is_with python3 'the Flatpak manifest is well formed, its keys are known' python3 tests/house/manifest.py "flatpak/$id.json"
  is 'the versions agree' versions
}

# meson.build is where the version is written; the others must say the same.
versions () {
  local version
  version=$(sed -n "s/^project(.*version: '\([0-9.]*\)'.*/\1/p" meson.build)
  echo "meson.build says '$version'"
  [ -n "$version" ] && grep -q "<release version=\"$version\"" data/*.metainfo.xml.in && grep -q "^version: $version\$" CITATION.cff \
    && grep -q "^## $version" CHANGELOG.md
}

"$part"
echo "1..$count"
