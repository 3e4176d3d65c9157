// SPDX-License-Identifier: GPL-3.0-or-later
// Sheets put together: shared pages, the unit's own lines, codes and tokens.
#include "forms/paper/print.h"

#include "forms/paper/pdf.h"
#include "forms/paper/proof.h"
#include "forms/paper/qr.h"
#include "forms/paper/text.h"
#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/map.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP = 5, WORDS = 5 };

static const char *const words[WORDS] = {"unit", "sheet", "blank", "specimen", ""};

struct label {
    size_t piece;
    double width, height, base;
};

struct printer {
    const struct paper_run *run;
    struct paper_pdf *pdf;
    struct survey_arena *arena;
    size_t *first_page;       // piece of page 1, by design
    size_t *covers;           // piece of the cover sheet, by design
    struct label (*words)[WORDS]; // by design
    struct survey_map labels; // text -> value: struct label
    struct paper_proof *proofs; // by piece
    size_t proof_count, proof_capacity;
};

size_t paper_says_length(const char *server)
{
    return PAPER_TOKEN_LENGTH + (server ? strlen(server) + 3 : 0);
}

// A new piece, which will be proof-read.
static cairo_t *open_piece(struct printer *printer, const struct paper_proof *proof, double width, double height, size_t *piece)
{
    if (printer->proof_count == printer->proof_capacity) {
        printer->proof_capacity = printer->proof_capacity ? printer->proof_capacity * 2 : 64;
        printer->proofs = survey_realloc(printer->proofs, printer->proof_capacity, sizeof *printer->proofs);
    }
    printer->proofs[printer->proof_count++] = *proof;
    return paper_pdf_piece(printer->pdf, width, height, piece);
}

static bool draw_label(struct printer *printer, struct paper_design *design, const char *text, enum paper_face face, struct label *label,
                       struct survey_error *error)
{
    struct paper_label *made;
    if (!paper_design_label(design, text, face, &made, error))
        return false;
    struct paper_box box = paper_label_box(made, &label->base);
    label->width = box.w;
    label->height = box.h;
    paper_label_draw(made, open_piece(printer, &(struct paper_proof){design, 0, made}, label->width, label->height, &label->piece));
    return true;
}

static bool ascii(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

// Text of a copy that the plain face cannot show becomes a piece, once for all copies that share it.
static bool prepare(struct printer *printer, struct paper_design *design, const char *text, struct survey_error *error)
{
    bool added;
    if (!text || !*text)
        return true;
    struct survey_map_entry *entry = survey_map_put(&printer->labels, printer->arena, text, &added);
    if (!added)
        return true;
    struct label *label = survey_arena_alloc(printer->arena, sizeof *label);
    entry->value = label;
    return draw_label(printer, design, text, PAPER_LABEL, label, error);
}

// For what is printed in the face of fixed width.
static bool draw_alphabet(struct printer *printer, struct survey_error *error)
{
    char all[96];
    struct label label;
    for (int i = 0; i < 95; i++)
        all[i] = (char)(' ' + i);
    all[95] = '\0';
    return draw_label(printer, printer->run->designs[0], all, PAPER_MONO, &label, error);
}

static bool draw_pieces(struct printer *printer, struct survey_error *error)
{
    const struct paper_run *run = printer->run;
    if (!draw_alphabet(printer, error))
        return false;
    for (size_t i = 0; i < run->design_count; i++) {
        const struct paper_layout *layout = paper_design_layout(run->designs[i]);
        for (size_t page = 0; page < layout->page_count; page++) {
            size_t piece;
            struct paper_proof proof = {run->designs[i], page, NULL};
            paper_design_draw(run->designs[i], page, open_piece(printer, &proof, layout->width, layout->height, &piece));
            printer->first_page[i] = page ? printer->first_page[i] : piece;
        }
        struct paper_proof cover = {run->designs[i], PAPER_COVER, NULL};
        if (run->covers)
            paper_design_draw_cover(run->designs[i], open_piece(printer, &cover, layout->width, layout->height, &printer->covers[i]));
        for (int k = 0; k + 1 < WORDS; k++)
            if (!draw_label(printer, run->designs[i], paper_design_word(run->designs[i], words[k]), k == 3 ? PAPER_HEADING : PAPER_LABEL, &printer->words[i][k], error))
                return false;
    }
    for (size_t i = 0; i < run->copy_count; i++) {
        const struct paper_copy *copy = &run->copies[i];
        if (!prepare(printer, run->designs[copy->design], copy->places, error) ||
            (run->covers && !(prepare(printer, run->designs[copy->design], copy->group, error) &&
                              prepare(printer, run->designs[copy->design], copy->facts, error))) ||
            (copy->unit && !ascii(copy->unit) && !prepare(printer, run->designs[copy->design], copy->unit, error)))
            return false;
    }
    return paper_pdf_seal(printer->pdf, error);
}

// Once for all copies: what they share is looked at as it is embedded.
static bool proof_read(struct printer *printer, struct survey_error *error)
{
    struct survey_buffer proof;
    bool done = paper_pdf_proof(printer->pdf, &proof, error) &&
                paper_proof_read(proof.at, proof.length, 0, printer->proofs, printer->proof_count,
                                 paper_design_report(printer->proofs[0].design), error);
    survey_buffer_clear(&proof);
    return done;
}

static const struct label *find_label(const struct printer *printer, const char *text)
{
    const struct survey_map_entry *entry = survey_map_find(&printer->labels, text);
    return entry ? entry->value : NULL;
}

// Where text goes on: from x to the right, or to the left where the form is mirrored.
struct pen {
    double x, y;
    bool mirrored;
};

// Moves on by width; the left end of what goes there.
static double advance(struct pen *pen, double width)
{
    double from = pen->x;
    pen->x += pen->mirrored ? -width : width;
    return pen->mirrored ? pen->x : from;
}

// Text at a baseline, smaller where it would be wider than most.
static void put_text(struct printer *printer, struct pen *pen, double size, double most, const char *text)
{
    const struct label *label = find_label(printer, text);
    double width = label ? label->width : 0.602 * size / PAPER_POINTS * (double)strlen(text), scale = fmin(1, most / width);
    double x = advance(pen, width * scale);
    if (label)
        paper_pdf_use(printer->pdf, label->piece, x, pen->y - label->base * scale, most);
    else
        paper_pdf_text(printer->pdf, x, pen->y, size * scale, text);
}

static void put_word(struct printer *printer, const struct paper_copy *copy, int word, struct pen *pen)
{
    const struct label *label = &printer->words[copy->design][word];
    paper_pdf_use(printer->pdf, label->piece, advance(pen, label->width), pen->y - label->base, 0);
    advance(pen, 1);
}

static void put_head(struct printer *printer, const struct paper_copy *copy, const char *sheet, size_t page)
{
    struct paper_places places = paper_design_places(printer->run->designs[copy->design]);
    bool first = page == 0;
    double size = first ? 10.5 : 8;
    struct pen pen = {first ? places.unit_x : places.running_x, first ? places.unit_y + 3.6 : places.running_y, places.mirrored};
    if (printer->run->specimen) { // where a unit's places would be
        struct pen aside = pen;
        aside.y += first ? 5 : 0;
        advance(&aside, first ? 0 : 85);
        put_word(printer, copy, 3, &aside);
    }
    put_word(printer, copy, copy->unit ? 0 : 2, &pen);
    put_text(printer, &pen, size, copy->unit && !first ? 60 : 80, copy->unit ? copy->unit : "________________");
    advance(&pen, 6);
    put_word(printer, copy, 1, &pen);
    put_text(printer, &pen, size, 80, sheet);
    const struct label *label = first && copy->places ? find_label(printer, copy->places) : NULL;
    if (label) {
        struct pen below = {places.unit_x, places.unit_y + 5, places.mirrored};
        paper_pdf_use(printer->pdf, label->piece, advance(&below, fmin(label->width, places.unit_w)), below.y, places.unit_w);
    }
}

// In groups of five, for reading and typing.
static void group_token(const char token[static PAPER_TOKEN_LENGTH + 1], char text[static PAPER_TOKEN_LENGTH + 8])
{
    size_t at = 0;
    for (size_t i = 0; i < PAPER_TOKEN_LENGTH; i++) {
        if (i && i % GROUP == 0 && PAPER_TOKEN_LENGTH - i > 1)
            text[at++] = '-';
        text[at++] = token[i];
    }
    text[at] = '\0';
}

static bool put_codes(struct printer *printer, const struct paper_copy *copy, const char *token, const char *says, size_t page,
                      struct survey_error *error)
{
    uint8_t modules[PAPER_QR_MODULES_MOST];
    char grouped[PAPER_TOKEN_LENGTH + 8];
    int side;
    const struct paper_design *design = printer->run->designs[copy->design];
    const struct paper_page *geometry = &paper_design_layout(design)->pages[page];
    struct paper_places places = paper_design_places(design);
    if (!paper_qr(says, modules, &side, error))
        return false;
    if (side != geometry->qr_modules)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, "QR", "%s", _("the code has another size than the form was designed for"));
    for (int i = 0; i < 2; i++)
        paper_pdf_modules(printer->pdf, modules, side, geometry->qr[i].x, geometry->qr[i].y, geometry->qr[i].w);
    group_token(token, grouped);
    paper_pdf_text(printer->pdf, places.token_x, places.token_y, 8.5, grouped);
    return true;
}

static void open_form(struct survey_json_writer *json, const struct paper_copy *copy, const char *sheet)
{
    survey_json_open(json, '{');
    survey_json_member(json, "form", sheet);
    survey_json_member(json, "unit", copy->unit);
    survey_json_key(json, "pages");
    survey_json_open(json, '[');
}

static bool print_page(struct printer *printer, const struct paper_copy *copy, const char *sheet, size_t page,
                       struct survey_json_writer *json, struct survey_error *error)
{
    const struct paper_run *run = printer->run;
    char token[PAPER_TOKEN_LENGTH + 1], says[PAPER_SAYS_MOST + 1];
    struct paper_token parts = {copy->number, (unsigned)page + 1, run->tags[copy->design]};
    paper_token_write(&parts, run->key, token);
    survey_format_into(says, sizeof says, "%s%s%s", run->server ? run->server : "", run->server ? "/F/" : "", token);
    paper_pdf_use(printer->pdf, printer->first_page[copy->design] + page, 0, 0, 0);
    put_head(printer, copy, sheet, page);
    if (!put_codes(printer, copy, token, says, page, error))
        return false;
    paper_pdf_page(printer->pdf);
    if (json) {
        survey_json_open(json, '{');
        survey_json_member_integer(json, "number", (int64_t)page + 1);
        survey_json_member_integer(json, "pdf_page", (int64_t)paper_pdf_pages(printer->pdf));
        survey_json_member(json, "token", says);
        paper_page_write(&paper_design_layout(run->designs[copy->design])->pages[page], json);
        survey_json_close(json, '}');
    }
    return true;
}

static bool opens_group(const struct paper_copy *copies, size_t i)
{
    const char *group = copies[i].group;
    return group && *group && !(i && copies[i - 1].group && strcmp(copies[i - 1].group, group) == 0);
}

// The end of the copies that share the first one's group.
static size_t group_end(const struct paper_copy *copies, size_t count, size_t first)
{
    size_t end = first + 1;
    while (end < count && !opens_group(copies, end) && copies[end].group && *copies[end].group)
        end++;
    return end;
}

size_t paper_covers_before(const struct paper_copy *copies, size_t count, size_t i)
{
    return opens_group(copies, i) ? (group_end(copies, count, i) - i + PAPER_COVER_ROWS - 1) / PAPER_COVER_ROWS : 0;
}

size_t paper_pages(const struct paper_run *run, size_t from, size_t end)
{
    size_t pages = 0;
    for (size_t i = from; i < end; i++) {
        pages += run->covers ? paper_covers_before(run->copies + from, end - from, i - from) : 0;
        pages += paper_design_layout(run->designs[run->copies[i].design])->page_count;
    }
    return pages;
}

size_t paper_file_end(const struct paper_run *run, size_t from, size_t most)
{
    size_t end = from, pages = 0;
    while (most && end < run->copy_count) {
        size_t next = group_end(run->copies, run->copy_count, end);
        if (pages + paper_pages(run, end, next) > most) {
            if (end > from)
                return end;
            for (end = from + 1; end < next && paper_pages(run, from, end + 1) <= most;)
                end++;
            return end;
        }
        pages += paper_pages(run, end, next);
        end = next;
    }
    return run->copy_count;
}

static void print_cover(struct printer *printer, size_t from, size_t end)
{
    const struct paper_run *run = printer->run;
    const struct paper_cover cover = paper_design_cover(run->designs[run->copies[from].design]);
    const struct label *group = find_label(printer, run->copies[from].group);
    struct pen place = {cover.group_x, cover.group_y, cover.mirrored};
    paper_pdf_use(printer->pdf, printer->covers[run->copies[from].design], 0, 0, 0);
    if (group)
        paper_pdf_use(printer->pdf, group->piece, advance(&place, fmin(group->width, cover.group_w)), cover.group_y, cover.group_w);
    for (size_t i = from; i < end; i++) {
        const struct paper_copy *copy = &run->copies[i];
        char number[16], sheet[PAPER_SHEET_LENGTH + 1];
        double y = cover.first_y + (double)(i - from) * cover.pitch;
        survey_format_into(number, sizeof number, "%zu", i - from + 1);
        paper_sheet_text(copy->number, sheet);
        put_text(printer, &(struct pen){cover.number_x, y, cover.mirrored}, 9, 7, number);
        if (copy->unit)
            put_text(printer, &(struct pen){cover.unit_x, y, cover.mirrored}, 9, fabs(cover.facts_x - cover.unit_x) - 1, copy->unit);
        put_text(printer, &(struct pen){cover.sheet_x, y, cover.mirrored}, 9, 20, sheet);
        if (copy->facts && *copy->facts)
            put_text(printer, &(struct pen){cover.facts_x, y, cover.mirrored}, 9, fabs(cover.sheet_x - cover.facts_x) - 1, copy->facts);
    }
    paper_pdf_page(printer->pdf);
}

// Before the first of a group; as many pages as its rows take.
static void print_covers(struct printer *printer, size_t first)
{
    const struct paper_run *run = printer->run;
    size_t pages = run->covers ? paper_covers_before(run->copies, run->copy_count, first) : 0;
    size_t end = pages ? group_end(run->copies, run->copy_count, first) : first;
    for (size_t from = first; from < end; from += PAPER_COVER_ROWS)
        print_cover(printer, from, from + PAPER_COVER_ROWS < end ? from + PAPER_COVER_ROWS : end);
}

static bool print_copies(struct printer *printer, struct survey_json_writer *json, struct survey_error *error)
{
    const struct paper_run *run = printer->run;
    for (size_t i = 0; i < run->copy_count; i++) {
        const struct paper_copy *copy = &run->copies[i];
        char sheet[PAPER_SHEET_LENGTH + 1];
        paper_sheet_text(copy->number, sheet);
        print_covers(printer, i);
        if (json)
            open_form(json, copy, sheet);
        size_t pages = paper_design_layout(run->designs[copy->design])->page_count;
        for (size_t page = 0; page < pages; page++)
            if (!print_page(printer, copy, sheet, page, json, error))
                return false;
        if (json) {
            survey_json_close(json, ']');
            survey_json_close(json, '}');
        }
        if (run->progress)
            run->progress(i + 1, run->copy_count);
    }
    return true;
}

// The questions of all designs, a name once.
static void open_layout(const struct printer *printer, struct survey_json_writer *json)
{
    const struct paper_run *run = printer->run;
    struct survey_map seen = {0};
    survey_json_open(json, '{');
    survey_json_key(json, "page");
    survey_json_open(json, '{');
    survey_json_member_number(json, "width", paper_design_layout(run->designs[0])->width);
    survey_json_member_number(json, "height", paper_design_layout(run->designs[0])->height);
    survey_json_close(json, '}');
    survey_json_key(json, "questions");
    survey_json_open(json, '[');
    for (size_t i = 0; i < run->design_count; i++) {
        const struct paper_layout *layout = paper_design_layout(run->designs[i]);
        for (size_t k = 0; k < layout->question_count; k++) {
            bool added;
            survey_map_put(&seen, printer->arena, layout->questions[k].name, &added);
            if (!added)
                continue;
            survey_json_open(json, '{');
            survey_json_member(json, "name", layout->questions[k].name);
            survey_json_member(json, "type", layout->questions[k].type);
            survey_json_close(json, '}');
        }
    }
    survey_json_close(json, ']');
    survey_json_key(json, "forms");
    survey_json_open(json, '[');
    survey_map_clear(&seen);
}

static bool print_all(struct printer *printer, struct survey_buffer *pdf, struct survey_buffer *layout, struct survey_error *error)
{
    const char *bytes;
    size_t length;
    struct survey_json_writer writer = survey_json_writer(layout, false), *json = layout ? &writer : NULL;
    if (!draw_pieces(printer, error) || !proof_read(printer, error))
        return false;
    if (json)
        open_layout(printer, json);
    if (!print_copies(printer, json, error) || !paper_pdf_finish(printer->pdf, &bytes, &length, error))
        return false;
    survey_buffer_add(pdf, bytes, length);
    if (json) {
        survey_json_close(json, ']');
        survey_json_close(json, '}');
        survey_buffer_byte(layout, '\n');
    }
    if (pdf->overflow || (layout && layout->overflow))
        return survey_fail(error, SURVEY_ERROR_RESOURCE, "", "%s", _("the output grew too large; print fewer forms at a time, with --where"));
    return true;
}

bool paper_print(const struct paper_run *run, struct survey_buffer *pdf, struct survey_buffer *layout, struct survey_error *error)
{
    struct printer printer = {.run = run, .arena = survey_arena_new()};
    const char *title = paper_design_title(run->designs[0]);
    printer.pdf = paper_pdf_new(&run->now, title);
    printer.first_page = survey_arena_array(printer.arena, run->design_count + 1, sizeof *printer.first_page);
    printer.covers = survey_arena_array(printer.arena, run->design_count + 1, sizeof *printer.covers);
    printer.words = survey_arena_array(printer.arena, run->design_count + 1, sizeof *printer.words);
    bool done = print_all(&printer, pdf, layout, error);
    survey_map_clear(&printer.labels);
    free(printer.proofs);
    paper_pdf_free(printer.pdf);
    survey_arena_free(printer.arena);
    return done;
}
