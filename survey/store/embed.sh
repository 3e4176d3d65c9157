#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Turns a text file into a C string: embed.sh NAME FILE
set -eu
printf '#include "survey/store/schema.h"\nconst char %s[] =\n' "$1"
sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/    "&\\n"/' "$2"
printf '    ;\n'
