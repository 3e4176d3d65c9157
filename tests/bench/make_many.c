// SPDX-License-Identifier: GPL-3.0-or-later
// Writes an evaluation with many responses (tests/bench/many.h).
// usage: make_many FILE.assay [RESPONSES]
#include "tests/bench/many.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct survey_error error = {0};
    size_t rows = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000;
    if (argc < 2 || rows < 1000 || rows > 100000000) {
        fputs("usage: make_many FILE.assay [RESPONSES], at least 1000\n", stderr);
        return 2;
    }
    if (many_make(argv[1], rows, &error))
        return 0;
    fprintf(stderr, "%s: %s\n", error.where, error.message);
    return 3;
}
