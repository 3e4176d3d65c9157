// SPDX-License-Identifier: GPL-3.0-or-later
// Text set by Pango, measured in millimetres. Private to forms/paper.
#pragma once

#include "survey/base/error.h"

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum paper_face {
    PAPER_TITLE,
    PAPER_HEADING,
    PAPER_SUBHEADING,
    PAPER_NUMBER,
    PAPER_LABEL,
    PAPER_SECOND, // the label in the second language
    PAPER_HINT,
    PAPER_CHOICE,
    PAPER_DIGIT,
    PAPER_SMALL,
    PAPER_TINY,
    PAPER_MONO,
    PAPER_FACES,
};

// A text ready to be drawn. The layout belongs to the texts that made it.
struct paper_text {
    void *layout; // PangoLayout; NULL for an empty text
    double dx;    // where its lines begin, for text that is not set to the left, mm
    double w, h;  // of its lines, mm
    double line;  // height of its first line, mm
    double base;  // from the top to its first baseline, mm
    size_t lines;
    const char *sheet; // the place it was set for
    uint32_t row;
};

// One character, or several that are drawn as one.
struct paper_cluster {
    double x, y, w, h; // of its ink, mm
    const char *at;    // its first character, within the whole text
    const struct paper_text *text;
};
typedef void paper_cluster_take(void *user, const struct paper_cluster *cluster);

struct paper_texts;

// Texts of one form. What cannot be set (a character in no font) goes to report as a fault at the
// place given last.
struct paper_texts *paper_texts_new(struct survey_report *report, const char *file);
void paper_texts_free(struct paper_texts *texts); // NULL is fine
void paper_texts_mirror(struct paper_texts *texts); // from here on, left and right are exchanged
void paper_texts_place(struct paper_texts *texts, const char *sheet, uint32_t row);

enum paper_align { PAPER_LEFT_ALIGNED, PAPER_CENTRED, PAPER_RIGHT_ALIGNED };
// Sets text in lines of at most width mm (0: one line). The few marks that XLSForm labels may hold
// (**bold**, # heading, <span>, <br>) are taken out or followed.
struct paper_text paper_text(struct paper_texts *texts, enum paper_face face, enum paper_align align, double width,
                             const char *text);
// Whether text wraps to width without a word cut in two, in at most lines lines.
bool paper_text_fits(struct paper_texts *texts, enum paper_face face, double width, size_t lines, const char *text);
// Lines from..to (from 0, to excluded) of a text that is too tall to be printed in one piece.
const char *paper_text_lines(struct paper_texts *texts, const struct paper_text *text, size_t from, size_t to);
// Draws with the top left corner at x, y (mm) on a context in points.
void paper_text_draw(cairo_t *cairo, const struct paper_text *text, double x, double y);
// Each cluster that has ink, drawn with the top left corner of the text at x, y.
void paper_text_clusters(const struct paper_text *text, double x, double y, paper_cluster_take *take, void *user);
// The width that it was set to, or takes where it is one line, mm.
double paper_text_room(const struct paper_text *text);
// The words as they are drawn, "" for an empty text.
const char *paper_text_words(const struct paper_text *text);

#define PAPER_POINTS (72.0 / 25.4) // a millimetre in points
