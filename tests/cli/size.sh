#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sizes and allocations from the command line.
# usage: size.sh ASSAY
set -u
assay=$(realpath "$1")
echo 1..5
. "$(dirname "$0")/lib.sh"
cd "$folder" || exit 1
# row LABEL NUMBER: the table's line of that label ends with the number
row() {
    grep -qE "^$1 +$2\$" out || failed="$failed [$1 is not $2]"
}

# 1: 1068 by simple random sampling, 1.6 times that, of 5,200
run 0 size --share 0.5 --margin 3% --deff 1.6 --response 85% --population 5200
row interviews 1286; row "to be approached" 1513; row "design effect" 1.6000
run 0 size --share 0.5 --n 1286 --deff 1.6 --population 5200; row "margin .half width of the interval." 0.0300
run 0 size --sd 12 --margin 1; row interviews 554
ok "one share, one mean, and the other way round"

# 2: two groups
run 0 size --share 0.5,0.6 --power 0.8
row "interviews in the first group" 388; row "interviews in the second group" 388
run 0 size --share 0.5,0.6 --n 388 --json; says '"power": 0.800'
ok "two shares told apart"

# 3: clusters
run 0 size --share 0.9 --margin 0.02 --icc 0.05 --cost-cluster 750 --cost-unit 100
row "interviews a cluster" 12; row clusters 112; row interviews 1344
run 0 size --icc 0.2 --cost-cluster 400 --cost-unit 25 --budget 10000; row "interviews a cluster" 8; row clusters 16; row cost 9600
ok "clusters from costs and icc"

# 4: strata
printf 'stratum,population,sd,cost\nPoor,5000,12,20\nExited,2500,20,25\nOther,1200,35,40\nKey,300,80,60\n' >strata.csv
run 0 size --allocate strata.csv --method neyman --n 600
row "Poor +5000 +204.55 +205" 24.4; row "standard error of the mean" 0.7578
run 0 size --allocate strata.csv --method cost --se 1 --json; says '151.1098'
printf 'stratum,population,sd,cost\nA,100,10,1\nB,100,10,40\nC,100,10,40\n' >dear.csv # the minimum is paid for by the cheap one
run 0 size --allocate dear.csv --method cost --budget 170 --json; says '"whole_cost": 170'
run 2 size --allocate dear.csv --method cost --budget 100 --minimum 2; says "the budget pays for less than 2 units a stratum"
printf 'stratum,population,share\nA,5000,0.5\nB,2500,0.1\n' >shares.csv
run 0 size --allocate shares.csv --method neyman --n 100; row "A +5000 +76.92 +77" 64.9
ok "allocation over strata"

# 5: what is wrong is said, with its place
run 2 size --share 50 --margin 3; says "--share 50"
run 2 size --share 0.5 --margin x; says "--margin x"
run 2 size --share 0.5 --margin 5; says "a share's margin is a share too"
run 2 size --share 0.5,0.6,0.7 --power 0.8; says "--share"
run 2 size --share 0.5; says "margin"
run 2 size --per-cluster 10 --share 0.5 --margin 0.03; says "icc"
run 2 size --share 0.5 --margin 0.03 --minimum 2; says "--allocate"
run 2 size --allocate strata.csv --n 600; says "--method"
run 2 size --allocate strata.csv --n 600 --method neyman --share 0.5; says "--share"
run 2 size --allocate strata.csv --n 600 --method power; says "measure"
run 3 size --allocate none.csv --n 600 --method neyman; says "none.csv"
printf 'stratum,population,sd\nA,5000,12\nB,,20\n' >bad.csv
run 1 size --allocate bad.csv --n 600 --method neyman; says "stratum 2"; says "population"
printf 'stratum,population,sd\nA,5000,12\nB,many,20\n' >bad.csv
run 1 size --allocate bad.csv --n 600 --method neyman; says "bad.csv: line 3"
ok "what can't be asked"
