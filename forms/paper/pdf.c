// SPDX-License-Identifier: GPL-3.0-or-later
// Cairo writes a PDF of the pieces into memory. Its objects (fonts, resources, streams) are taken over as
// they stand; each piece's page becomes a form XObject, and pages of our own refer to those.
#include "forms/paper/pdf.h"

#include "forms/paper/text.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <cairo-pdf.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { OBJECTS_MOST = 1 << 20, PIECES_MOST = 1 << 18 };
#define BYTES_MOST ((size_t)2 << 30)
#define PAGE_W 595.276
#define PAGE_H 841.890

struct piece {
    double width, height; // points
    size_t object;        // of its form XObject
};

struct paper_pdf {
    struct survey_buffer drawn; // cairo's file
    cairo_surface_t *surface;
    cairo_t *cairo;
    struct piece *pieces;
    size_t piece_count;
    size_t *offsets; // of cairo's objects in drawn, by number; 0 where there is none
    size_t *ends;
    size_t drawn_objects; // highest number + 1
    struct survey_buffer out;
    size_t *places; // of our objects in out, by number
    size_t object_count, place_capacity;
    size_t font, resources, pages_object;
    size_t *page_objects;
    size_t page_count, page_capacity;
    struct survey_buffer content; // of the page at hand
    char created[40];
    char title[256];
    bool failed;
};

static cairo_status_t take(void *closure, const unsigned char *data, unsigned int length)
{
    struct survey_buffer *buffer = closure;
    survey_buffer_add(buffer, (const char *)data, length);
    return buffer->overflow ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void put_number(struct survey_buffer *out, double value, int decimals)
{
    char text[SURVEY_NUMBER_TEXT];
    size_t length = survey_number_fixed(value, decimals, SURVEY_ROUND_EXACT, text);
    while (length && text[length - 1] == '0' && memchr(text, '.', length))
        length--;
    if (length && text[length - 1] == '.')
        length--;
    survey_buffer_add(out, text, length);
}

struct paper_pdf *paper_pdf_new(const struct survey_time *now, const char *title)
{
    struct paper_pdf *pdf = survey_alloc(sizeof *pdf);
    *pdf = (struct paper_pdf){.drawn = SURVEY_BUFFER(BYTES_MOST), .out = SURVEY_BUFFER(BYTES_MOST), .content = SURVEY_BUFFER(1 << 24)};
    survey_time_text(now, pdf->created);
    survey_format_into(pdf->title, sizeof pdf->title, "%s", title);
    pdf->surface = cairo_pdf_surface_create_for_stream(take, &pdf->drawn, PAGE_W, PAGE_H);
    cairo_pdf_surface_restrict_to_version(pdf->surface, CAIRO_PDF_VERSION_1_4); // a plain cross-reference table
    return pdf;
}

void paper_pdf_free(struct paper_pdf *pdf)
{
    if (!pdf)
        return;
    if (pdf->cairo)
        cairo_destroy(pdf->cairo);
    if (pdf->surface)
        cairo_surface_destroy(pdf->surface);
    survey_buffer_clear(&pdf->drawn);
    survey_buffer_clear(&pdf->out);
    survey_buffer_clear(&pdf->content);
    free(pdf->pieces);
    free(pdf->offsets);
    free(pdf->ends);
    free(pdf->places);
    free(pdf->page_objects);
    free(pdf);
}

cairo_t *paper_pdf_piece(struct paper_pdf *pdf, double width, double height, size_t *piece)
{
    if (pdf->cairo) {
        cairo_show_page(pdf->cairo);
        cairo_destroy(pdf->cairo);
    }
    pdf->pieces = survey_realloc(pdf->pieces, pdf->piece_count + 1, sizeof *pdf->pieces);
    pdf->pieces[pdf->piece_count] = (struct piece){width * PAPER_POINTS, height * PAPER_POINTS, 0};
    cairo_pdf_surface_set_size(pdf->surface, width * PAPER_POINTS, height * PAPER_POINTS);
    pdf->cairo = cairo_create(pdf->surface);
    *piece = pdf->piece_count++;
    return pdf->cairo;
}

// --- reading what cairo wrote -------------------------------------------------------------------

static bool fail(struct paper_pdf *pdf, struct survey_error *error)
{
    pdf->failed = true;
    return survey_fail(error, SURVEY_ERROR_RESOURCE, "PDF", "%s", _("the drawing library wrote a PDF that is not understood"));
}

// The text "key N" after from within the object that ends at end; 0 where there is none.
static size_t number_after(const struct paper_pdf *pdf, size_t from, size_t end, const char *key)
{
    const char *at = memmem(pdf->drawn.at + from, end - from, key, strlen(key));
    size_t value = 0;
    if (!at)
        return 0;
    for (at += strlen(key); *at == ' ' || *at == '\n' || *at == '['; at++)
        ;
    for (; *at >= '0' && *at <= '9' && value < OBJECTS_MOST * 64u; at++)
        value = value * 10 + (size_t)(*at - '0');
    return value;
}

static int compare_offsets(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

// An object ends where the next one, or the table, begins.
static void find_ends(struct paper_pdf *pdf, size_t table)
{
    size_t *sorted = survey_alloc((pdf->drawn_objects + 1) * sizeof *sorted);
    memcpy(sorted, pdf->offsets, pdf->drawn_objects * sizeof *sorted);
    sorted[pdf->drawn_objects] = table;
    qsort(sorted, pdf->drawn_objects + 1, sizeof *sorted, compare_offsets);
    for (size_t i = 0; i < pdf->drawn_objects; i++) {
        size_t low = 0, high = pdf->drawn_objects;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (sorted[middle] <= pdf->offsets[i])
                low = middle + 1;
            else
                high = middle;
        }
        pdf->ends[i] = sorted[low];
    }
    free(sorted);
}

// "xref\n0 N\n" and N entries of 20 bytes.
static bool read_table(struct paper_pdf *pdf)
{
    const char *text = pdf->drawn.at;
    size_t length = pdf->drawn.length, table = 0;
    for (size_t i = length > 64 ? length - 64 : 0; i + 9 < length; i++)
        if (memcmp(text + i, "startxref", 9) == 0)
            table = number_after(pdf, i, length, "startxref");
    if (!table || table + 8 > length || memcmp(text + table, "xref\n0 ", 7) != 0)
        return false;
    size_t count = number_after(pdf, table, length, "xref\n0 ");
    const char *entry = memchr(text + table + 5, '\n', length - table - 5);
    if (!entry || count < 2 || count > OBJECTS_MOST || (size_t)(entry + 1 - text) + count * 20 > length)
        return false;
    pdf->offsets = survey_alloc(count * sizeof *pdf->offsets);
    pdf->ends = survey_alloc(count * sizeof *pdf->ends);
    pdf->drawn_objects = count;
    for (size_t i = 0; i < count; i++) {
        int64_t offset = 0;
        const char *at = entry + 1 + i * 20;
        if (!survey_integer_parse(at, 10, &offset) || offset < 0 || (size_t)offset > table)
            return false;
        pdf->offsets[i] = at[17] == 'n' ? (size_t)offset : 0;
    }
    find_ends(pdf, table);
    return true;
}

static bool is_object(const struct paper_pdf *pdf, size_t number)
{
    return number && number < pdf->drawn_objects && pdf->offsets[number];
}

// --- writing ------------------------------------------------------------------------------------

static size_t new_object(struct paper_pdf *pdf)
{
    if (pdf->object_count == pdf->place_capacity) {
        pdf->place_capacity = pdf->place_capacity ? pdf->place_capacity * 2 : 1024;
        pdf->places = survey_realloc(pdf->places, pdf->place_capacity, sizeof *pdf->places);
    }
    pdf->places[pdf->object_count] = 0;
    return pdf->object_count++;
}

static void begin_object(struct paper_pdf *pdf, size_t number)
{
    pdf->places[number] = pdf->out.length;
    survey_format(&pdf->out, "%zu 0 obj\n", number);
}

// Takes over what pieces need; cairo's own pages, catalogue and content streams stay behind.
static void copy_objects(struct paper_pdf *pdf, const bool *skip)
{
    for (size_t i = 1; i < pdf->drawn_objects; i++) {
        if (!pdf->offsets[i] || skip[i])
            continue;
        pdf->places[i] = pdf->out.length;
        survey_buffer_add(&pdf->out, pdf->drawn.at + pdf->offsets[i], pdf->ends[i] - pdf->offsets[i]);
    }
}

static bool write_piece(struct paper_pdf *pdf, struct piece *piece, size_t content, size_t resources)
{
    size_t from = pdf->offsets[content], end = pdf->ends[content];
    size_t indirect = number_after(pdf, from, end, "/Length"), length = 0;
    const char *stream = memmem(pdf->drawn.at + from, end - from, "stream\n", 7);
    if (!stream || !is_object(pdf, indirect) || !is_object(pdf, resources))
        return false;
    length = number_after(pdf, pdf->offsets[indirect], pdf->ends[indirect], "obj\n");
    if ((size_t)(stream + 7 - pdf->drawn.at) + length > end || !memmem(pdf->drawn.at + from, (size_t)(stream - pdf->drawn.at) - from, "/FlateDecode", 12))
        return false;
    piece->object = new_object(pdf);
    begin_object(pdf, piece->object);
    survey_buffer_text(&pdf->out, "<< /Type /XObject /Subtype /Form /BBox [0 0 ");
    put_number(&pdf->out, piece->width, 3);
    survey_buffer_byte(&pdf->out, ' ');
    put_number(&pdf->out, piece->height, 3);
    survey_format(&pdf->out, "] /Resources %zu 0 R /Filter /FlateDecode /Length %zu >>\nstream\n", resources, length);
    survey_buffer_add(&pdf->out, stream + 7, length);
    survey_buffer_text(&pdf->out, "\nendstream\nendobj\n");
    return true;
}

static bool find_font(struct paper_pdf *pdf, size_t resources)
{
    const char *font = memmem(pdf->drawn.at + pdf->offsets[resources], pdf->ends[resources] - pdf->offsets[resources], "/f-", 3);
    const char *space = font ? strchr(font, ' ') : NULL;
    if (!space)
        return false;
    pdf->font = number_after(pdf, (size_t)(space - pdf->drawn.at), pdf->ends[resources], " ");
    return is_object(pdf, pdf->font) &&
           memmem(pdf->drawn.at + pdf->offsets[pdf->font], pdf->ends[pdf->font] - pdf->offsets[pdf->font], "/WinAnsiEncoding", 16);
}

// Pages by the /Kids of the page tree, in the order in which the pieces were drawn.
static bool take_pieces(struct paper_pdf *pdf, bool *skip)
{
    size_t tree = 1, *pages = survey_alloc(pdf->piece_count * sizeof *pages), found = 0;
    while (tree < pdf->drawn_objects && !(pdf->offsets[tree] && memmem(pdf->drawn.at + pdf->offsets[tree], pdf->ends[tree] - pdf->offsets[tree], "/Type /Pages", 12)))
        tree++;
    const char *kid = tree < pdf->drawn_objects ? memmem(pdf->drawn.at + pdf->offsets[tree], pdf->ends[tree] - pdf->offsets[tree], "/Kids [", 7) : NULL;
    for (; kid && *kid != ']' && found < pdf->piece_count; found++) {
        pages[found] = number_after(pdf, (size_t)(kid - pdf->drawn.at), pdf->ends[tree], found ? "0 R" : "/Kids [");
        kid = strstr(kid + 3, "0 R");
    }
    bool done = found == pdf->piece_count;
    for (size_t i = 0; done && i < found; i++) {
        size_t page = pages[i];
        size_t content = is_object(pdf, page) ? number_after(pdf, pdf->offsets[page], pdf->ends[page], "/Contents") : 0;
        size_t resources = content ? number_after(pdf, pdf->offsets[page], pdf->ends[page], "/Resources") : 0;
        done = is_object(pdf, content) && is_object(pdf, resources) && (i || find_font(pdf, resources)) &&
               write_piece(pdf, &pdf->pieces[i], content, resources);
        if (done)
            skip[page] = skip[content] = true;
    }
    skip[tree] = true;
    free(pages);
    return done;
}

static void skip_documents(struct paper_pdf *pdf, bool *skip)
{
    for (size_t i = 1; i < pdf->drawn_objects; i++)
        if (pdf->offsets[i] && (memmem(pdf->drawn.at + pdf->offsets[i], pdf->ends[i] - pdf->offsets[i], "/Type /Catalog", 14) ||
                                memmem(pdf->drawn.at + pdf->offsets[i], pdf->ends[i] - pdf->offsets[i], "/Producer", 9)))
            skip[i] = true;
}

bool paper_pdf_seal(struct paper_pdf *pdf, struct survey_error *error)
{
    cairo_show_page(pdf->cairo);
    cairo_destroy(pdf->cairo);
    pdf->cairo = NULL;
    cairo_surface_finish(pdf->surface);
    if (cairo_surface_status(pdf->surface) != CAIRO_STATUS_SUCCESS || pdf->drawn.overflow || !read_table(pdf))
        return fail(pdf, error);
    bool *skip = survey_alloc(pdf->drawn_objects);
    memset(skip, 0, pdf->drawn_objects);
    for (size_t i = 0; i < pdf->drawn_objects; i++)
        new_object(pdf); // their numbers stay
    survey_buffer_text(&pdf->out, "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n");
    bool done = take_pieces(pdf, skip);
    if (done) {
        skip_documents(pdf, skip);
        copy_objects(pdf, skip);
        pdf->resources = new_object(pdf);
        pdf->pages_object = new_object(pdf);
        begin_object(pdf, pdf->resources);
        survey_format(&pdf->out, "<< /Font << /T %zu 0 R >> /XObject <<", pdf->font);
        for (size_t i = 0; i < pdf->piece_count; i++)
            survey_format(&pdf->out, " /P%zu %zu 0 R", i, pdf->pieces[i].object);
        survey_buffer_text(&pdf->out, " >> >>\nendobj\n");
    }
    free(skip);
    survey_buffer_clear(&pdf->drawn);
    return done || fail(pdf, error);
}

void paper_pdf_use(struct paper_pdf *pdf, size_t piece, double x, double y, double most)
{
    const struct piece *used = &pdf->pieces[piece];
    double scale = most > 0 && used->width > most * PAPER_POINTS ? most * PAPER_POINTS / used->width : 1;
    survey_buffer_text(&pdf->content, "q ");
    put_number(&pdf->content, scale, 4);
    survey_buffer_text(&pdf->content, " 0 0 ");
    put_number(&pdf->content, scale, 4);
    survey_buffer_byte(&pdf->content, ' ');
    put_number(&pdf->content, x * PAPER_POINTS, 2);
    survey_buffer_byte(&pdf->content, ' ');
    put_number(&pdf->content, PAGE_H - y * PAPER_POINTS - used->height * scale, 3);
    survey_format(&pdf->content, " cm /P%zu Do Q\n", piece);
}

void paper_pdf_text(struct paper_pdf *pdf, double x, double y, double size, const char *text)
{
    survey_buffer_text(&pdf->content, "BT /T ");
    put_number(&pdf->content, size, 2);
    survey_buffer_text(&pdf->content, " Tf ");
    put_number(&pdf->content, x * PAPER_POINTS, 2);
    survey_buffer_byte(&pdf->content, ' ');
    put_number(&pdf->content, PAGE_H - y * PAPER_POINTS, 2);
    survey_buffer_text(&pdf->content, " Td (");
    for (; *text; text++) {
        if (strchr("()\\", *text))
            survey_buffer_byte(&pdf->content, '\\');
        survey_buffer_byte(&pdf->content, *text >= ' ' && *text <= '~' ? *text : '?');
    }
    survey_buffer_text(&pdf->content, ") Tj ET\n");
}

// Rows of dark modules as rectangles of one path, so that no seams show between them.
void paper_pdf_modules(struct paper_pdf *pdf, const uint8_t *modules, int side, double x, double y, double size)
{
    double scale = size * PAPER_POINTS / side;
    survey_buffer_text(&pdf->content, "q ");
    put_number(&pdf->content, scale, 5);
    survey_buffer_text(&pdf->content, " 0 0 ");
    put_number(&pdf->content, -scale, 5);
    survey_buffer_byte(&pdf->content, ' ');
    put_number(&pdf->content, x * PAPER_POINTS, 3);
    survey_buffer_byte(&pdf->content, ' ');
    put_number(&pdf->content, PAGE_H - y * PAPER_POINTS, 3);
    survey_buffer_text(&pdf->content, " cm\n");
    for (int row = 0; row < side; row++)
        for (int from = 0; from < side;) {
            int to = from;
            while (to < side && modules[row * side + to])
                to++;
            if (to > from)
                survey_format(&pdf->content, "%d %d %d 1 re\n", from, row, to - from);
            from = to + 1;
        }
    survey_buffer_text(&pdf->content, "f Q\n");
}

void paper_pdf_page(struct paper_pdf *pdf)
{
    uLongf length = compressBound((uLong)pdf->content.length);
    Bytef *packed = survey_alloc(length);
    size_t content = new_object(pdf), page = new_object(pdf);
    if (pdf->content.overflow || compress2(packed, &length, (const Bytef *)survey_buffer_string(&pdf->content), (uLong)pdf->content.length, 6) != Z_OK)
        pdf->failed = true;
    begin_object(pdf, content);
    survey_format(&pdf->out, "<< /Filter /FlateDecode /Length %zu >>\nstream\n", (size_t)length);
    survey_buffer_add(&pdf->out, (const char *)packed, length);
    survey_buffer_text(&pdf->out, "\nendstream\nendobj\n");
    begin_object(pdf, page);
    survey_format(&pdf->out, "<< /Type /Page /Parent %zu 0 R /MediaBox [0 0 595.276 841.89] /Contents %zu 0 R /Resources %zu 0 R >>\nendobj\n",
                  pdf->pages_object, content, pdf->resources);
    if (pdf->page_count == pdf->page_capacity) {
        pdf->page_capacity = pdf->page_capacity ? pdf->page_capacity * 2 : 256;
        pdf->page_objects = survey_realloc(pdf->page_objects, pdf->page_capacity, sizeof *pdf->page_objects);
    }
    pdf->page_objects[pdf->page_count++] = page;
    pdf->content.length = 0;
    if (pdf->content.at)
        pdf->content.at[0] = '\0';
    free(packed);
}

size_t paper_pdf_pages(const struct paper_pdf *pdf)
{
    return pdf->page_count;
}

// UTF-16 in hexadecimal, as PDF wants text that is not ASCII.
static void put_title(struct paper_pdf *pdf)
{
    glong units = 0;
    gunichar2 *wide = g_utf8_to_utf16(pdf->title, -1, NULL, &units, NULL);
    survey_buffer_text(&pdf->out, "<FEFF");
    for (glong i = 0; wide && i < units; i++)
        survey_format(&pdf->out, "%02x%02x", wide[i] >> 8u, wide[i] & 0xffu);
    survey_buffer_byte(&pdf->out, '>');
    g_free(wide);
}

// "2016-12-31T08:30:00.000+08:00" as "D:20161231083000+08'00'".
static void put_time(struct paper_pdf *pdf)
{
    const char *at = pdf->created;
    survey_format(&pdf->out, "(D:%.4s%.2s%.2s%.2s%.2s%.2s%.3s'%.2s')", at, at + 5, at + 8, at + 11, at + 14, at + 17, at + 23, at + 27);
}

static void write_tables(struct paper_pdf *pdf, size_t catalog, size_t info)
{
    size_t table = pdf->out.length;
    survey_format(&pdf->out, "xref\n0 %zu\n0000000000 65535 f \n", pdf->object_count);
    for (size_t i = 1; i < pdf->object_count; i++)
        survey_format(&pdf->out, pdf->places[i] ? "%010zu 00000 n \n" : "0000000000 00000 f \n", pdf->places[i]);
    survey_format(&pdf->out, "trailer\n<< /Size %zu /Root %zu 0 R /Info %zu 0 R >>\nstartxref\n%zu\n%%%%EOF\n", pdf->object_count,
                  catalog, info, table);
}

bool paper_pdf_finish(struct paper_pdf *pdf, const char **bytes, size_t *length, struct survey_error *error)
{
    size_t catalog = new_object(pdf), info = new_object(pdf);
    begin_object(pdf, pdf->pages_object);
    survey_format(&pdf->out, "<< /Type /Pages /Count %zu /Kids [", pdf->page_count);
    for (size_t i = 0; i < pdf->page_count; i++)
        survey_format(&pdf->out, i % 16 ? " %zu 0 R" : "\n%zu 0 R", pdf->page_objects[i]);
    survey_buffer_text(&pdf->out, "] >>\nendobj\n");
    begin_object(pdf, catalog);
    survey_format(&pdf->out, "<< /Type /Catalog /Pages %zu 0 R /ViewerPreferences << /PrintScaling /None >> >>\nendobj\n", pdf->pages_object);
    begin_object(pdf, info);
    survey_buffer_text(&pdf->out, "<< /Title ");
    put_title(pdf);
    survey_buffer_text(&pdf->out, " /Producer (assay " ASSAY_VERSION ") /CreationDate ");
    put_time(pdf);
    survey_buffer_text(&pdf->out, " >>\nendobj\n");
    write_tables(pdf, catalog, info);
    if (pdf->failed || pdf->out.overflow)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, "PDF", "%s", _("the PDF grew too large; print fewer forms at a time, with --where"));
    *bytes = pdf->out.at;
    *length = pdf->out.length;
    return true;
}

bool paper_pdf_proof(struct paper_pdf *pdf, struct survey_buffer *proof, struct survey_error *error)
{
    const char *bytes;
    size_t length, written = pdf->out.length, objects = pdf->object_count;
    *proof = SURVEY_BUFFER(BYTES_MOST);
    for (size_t i = 0; i < pdf->piece_count; i++) {
        paper_pdf_use(pdf, i, 0, 0, 0);
        paper_pdf_page(pdf);
    }
    bool done = paper_pdf_finish(pdf, &bytes, &length, error);
    if (done)
        survey_buffer_add(proof, bytes, length);
    pdf->out.length = written;
    pdf->object_count = objects;
    pdf->places[pdf->pages_object] = 0;
    pdf->page_count = 0;
    return done;
}
