#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Turns text files into C strings: embed.sh HEADER NAME FILE [NAME FILE]...
set -eu
printf '#include "%s"\n' "$1"
shift
while [ $# -ge 2 ]; do
    printf 'const char %s[] =\n' "$1"
    sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/    "&\\n"/' "$2"
    printf '    ;\n'
    shift 2
done
