#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# peer_amc.sh ASSAY SHARED: Auto Multiple Choice beside us: each prints 15 single choices of 5 on a page, the same pen and
# scanner (SHARED/tools/scans) fill them in, and each reads its own. Says so where AMC or the tools are not there.
set -eu
assay=$(realpath "$1")
shared=$(realpath -m "$2")
for needed in auto-multiple-choice pdftoppm; do
    command -v $needed >/dev/null || { echo "not measured: $needed is not installed (Debian: auto-multiple-choice, poppler-utils)"; exit 0; }
done
[ -f "$shared/tools/peer-amc/run.sh" ] || { echo "not measured: $shared/tools/peer-amc is not there"; exit 0; }
/usr/bin/python3 -c "import numpy, cv2" 2>/dev/null || { echo "not measured: python3-numpy and python3-opencv are not installed"; exit 0; }
profile=${3:-B} copies=${4:-100}
folder=$(mktemp -d /tmp/peer-amc-XXXXXX)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo "AMC $(dpkg-query -W -f '${Version}' auto-multiple-choice), $copies pages, profile $profile, 300 dpi JPEG:"
"$shared/tools/peer-amc/run.sh" "$folder/amc" "$profile" 300 "$copies" | sed 's/^/  /'
echo "  (0.15 is the threshold of a new project)"

{
    printf '%s\n' '| survey | | | |' '| | type | name | label |'
    for q in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        echo "| | select_one sat | q$q | Statement number $q of the evaluation: the service was satisfactory. |"
    done
    printf '%s\n' '| choices | | | |' '| | list_name | name | label |' '| | sat | 1 | Very bad |' '| | sat | 2 | Bad |' \
        '| | sat | 3 | Fair |' '| | sat | 4 | Good |' '| | sat | 5 | Very good |' \
        '| settings | | | |' '| | form_id | version | form_title |' '| | hh | 1 | Evaluation survey |'
} >form.md
"$assay" new e.assay form.md --as bench --why bench >/dev/null
"$assay" print e.assay --blank "$copies" -o forms.pdf --layout layout.json --why bench >/dev/null
/usr/bin/python3 "$shared/tools/scans/fill_scans.py" --pdf forms.pdf --layout layout.json --out scans --profile "$profile" --dpi 300 --seed 5 >/dev/null
before=$(awk '{ print $16 + $17 }' "/proc/$$/stat")
"$assay" scan e.assay scans/*.jpg --threads 1 --json --why bench >read.json || [ $? = 1 ]
after=$(awk '{ print $16 + $17 }' "/proc/$$/stat")
echo "assay, the same questions, pen and scanner:"
awk -v pages="$(ls scans/*.jpg | wc -l)" -v ticks=$((after - before)) -v second="$(getconf CLK_TCK)" \
    'BEGIN { printf "  read: %.1f pages per second of CPU, storing included\n", pages / (ticks / second) }'
/usr/bin/python3 "$shared/tools/scans/score_scans.py" scans/truth.json read.json | sed 's/^/  /'
