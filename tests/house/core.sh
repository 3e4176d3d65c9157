#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The core needs no library: what survey/meson.build lists under core_sources, and all that it includes,
# names only headers of the bare language, <libintl.h> behind __wasm__, and its own.
set -u
root=${1:-.}
cd "$root" || exit 1
echo 1..2
allowed='stddef|stdint|stdbool|stdarg|string|math|stdlib|limits|float'
sources=$(sed -n "/^core_sources/,/^)/s/^  '\(.*\)',$/survey\/\1/p" survey/meson.build)
seen=''
queue=$sources
while [ -n "$queue" ]; do
    next=''
    for file in $queue; do
        case " $seen " in *" $file "*) continue ;; esac
        seen="$seen $file"
        next="$next $(sed -n 's/^#include "\(.*\)"$/\1/p' "$file")"
    done
    queue=$(echo $next)
done
count=$(echo "$sources" | wc -l)
# shellcheck disable=SC2086
foreign=$(grep -nE '^#include <' $seen | grep -vE "<($allowed)\.h>" | grep -v '^survey/base/text.h:[0-9]*:#include <libintl.h>')
if [ -z "$foreign" ] && [ "$count" -ge 20 ]; then
    echo "ok 1 - $count sources name no library"
else
    echo "not ok 1 - $count sources name no library"
    echo "$foreign" >&2
fi
# Memory and mathematics aside, nothing of the system is called either.
# shellcheck disable=SC2086
system=$(grep -nE '(^|[^a-z_A-Z0-9.>])(fopen|fprintf|printf|puts|getenv|time|setlocale|open|read|write|exit) ?\(' $sources | grep -v '^[^:]*:[0-9]*: *//')
if [ -z "$system" ]; then
    echo "ok 2 - no file, clock, locale or exit"
else
    echo "not ok 2 - no file, clock, locale or exit"
    echo "$system" >&2
fi
