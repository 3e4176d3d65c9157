#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# renderers.sh ASSAY AGREE SOURCE: three independent renderers show the same of printed forms, page by page.
set -u
assay=$(realpath "$1") agree=$(realpath "$2") root=$(realpath "$3")
echo 1..3
. "$(dirname "$0")/lib.sh"
cd "$folder" || exit 1
"$assay" print "$root/examples/exit-assessment" --blank 1 -o forms.pdf --language zh,en >out 2>err || exit 1

draw() { # draw RENDERER PAGE
    case $1 in
    poppler) pdftoppm -gray -r 100 -f "$2" -l "$2" -singlefile forms.pdf "poppler$2" ;;
    mupdf) mutool draw -q -r 100 -c gray -o "mupdf$2.pgm" forms.pdf "$2" ;;
    ghostscript)
        gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=pgmraw -dTextAlphaBits=4 -dGraphicsAlphaBits=4 -r100 "-dFirstPage=$2" "-dLastPage=$2" \
            "-sOutputFile=ghostscript$2.pgm" forms.pdf
        ;;
    esac >>drawn 2>&1
}
pages=$(qpdf --show-npages forms.pdf)
for page in $(seq "$pages"); do draw poppler "$page"; done

compare() { # compare RENDERER TOOL
    if ! command -v "$2" >/dev/null; then
        skip "$1 shows the same as poppler" "$2 is not installed"
        return
    fi
    for page in $(seq "$pages"); do
        draw "$1" "$page"
        "$agree" "poppler$page.pgm" "$1$page.pgm" >difference || failed="$failed [page $page: $(cat difference)]"
    done
    ok "$1 shows the same as poppler"
}
compare mupdf mutool
compare ghostscript gs
"$agree" poppler1.pgm poppler2.pgm >difference && failed="$failed [two pages count as the same]"
ok "another page is not the same"
