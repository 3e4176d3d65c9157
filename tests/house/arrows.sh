#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The arrows of the house: no room includes one above it or beside it.
set -u
root=${1:-.}
echo 1..12
number=0
# room, then what it must never include
check() {
    number=$((number + 1))
    found=$(grep -rnE "^#include \"($2)" "$root/$1" --include='*.c' --include='*.h')
    if [ -z "$found" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        echo "$found" >&2
    fi
}
check survey 'forms/|stats/|output/'
check stats 'forms/|output/'
# within stats: math, estimates, data, and what stands on these
check stats/math 'stats/(\w+\.h|[^m])'
check stats/estimate 'stats/(\w+\.h|[^em]|effect)'
check stats/data 'stats/(\w+\.h|[^dem]|effect)'
check stats/request 'stats/(\w+\.h|assess|case|weight|effect|poverty|composite|area|satisfaction)'
check stats/assess 'stats/(\w+\.h|request|weight|effect|poverty|composite|area|satisfaction)'
check forms/paper 'forms/scan/|forms/phone/|stats/|output/'
check forms/scan 'forms/phone/|stats/|output/'
check forms/phone 'forms/paper/|forms/scan/|stats/|output/'
check forms 'stats/|output/'
# main.c and front.c know the rooms by their one header and nothing else
number=$((number + 1))
if grep -hE '^#include "' "$root/main.c" "$root/front.c" | grep -qvE '"((survey|forms|stats|output)/(survey|forms|stats|output)|survey/base/text|survey/command/command)\.h"'; then
    echo "not ok $number - main.c and front.c"
else
    echo "ok $number - main.c and front.c"
fi
