// SPDX-License-Identifier: GPL-3.0-or-later
// Scans of several pages in one file: TIFF pages chained, JPEGs in a plain PDF.
#include "forms/scan/write.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { CATALOGUE = 1, TREE = 2, FIRST = 3, OBJECTS_A_PAGE = 3 };

struct scan_book {
    enum scan_kind kind;
    struct survey_buffer bytes;
    size_t next;     // of a TIFF: where the next directory's offset goes
    size_t *offsets; // of a PDF's objects, from FIRST
    size_t pages, room;
    bool finished;
};

struct scan_book *scan_book_new(enum scan_kind kind)
{
    struct scan_book *book = survey_alloc(sizeof *book);
    *book = (struct scan_book){.kind = kind, .bytes = SURVEY_BUFFER(SCAN_MOST_BYTES)};
    if (kind == SCAN_PDF)
        survey_buffer_text(&book->bytes, "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n");
    return book;
}

void scan_book_free(struct scan_book *book)
{
    if (!book)
        return;
    survey_buffer_clear(&book->bytes);
    free(book->offsets);
    free(book);
}

static void make_room(struct scan_book *book)
{
    if (book->pages == book->room) {
        book->room = book->room ? book->room * 2 : 64;
        book->offsets = survey_realloc(book->offsets, book->room * OBJECTS_A_PAGE, sizeof *book->offsets);
    }
}

// The page, its content and its image: three objects.
static bool add_jpeg(struct scan_book *book, const struct scan_raw *page, struct survey_error *error)
{
    struct scan_image image = {0};
    if (!scan_jpeg_decode(page->bytes, page->length, "", &image, error))
        return false;
    int width = image.width, height = image.height;
    double dpi = page->dpi > 0 ? page->dpi : image.dpi > 0 ? image.dpi : 200;
    scan_image_clear(&image);
    make_room(book);
    struct survey_buffer *to = &book->bytes;
    size_t *offsets = book->offsets + book->pages * OBJECTS_A_PAGE;
    long long number = (long long)(FIRST + book->pages * OBJECTS_A_PAGE);
    char content[200];
    survey_format_into(content, sizeof content, "q %.4f 0 0 %.4f 0 0 cm /Im0 Do Q", width / dpi * 72, height / dpi * 72);
    offsets[0] = to->length;
    survey_format(to, "%lld 0 obj\n<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %.4f %.4f] /Contents %lld 0 R "
                  "/Resources << /XObject << /Im0 %lld 0 R >> >> >>\nendobj\n",
                  number, TREE, width / dpi * 72, height / dpi * 72, number + 1, number + 2);
    offsets[1] = to->length;
    survey_format(to, "%lld 0 obj\n<< /Length %zu >>\nstream\n%s\nendstream\nendobj\n", number + 1, strlen(content), content);
    offsets[2] = to->length;
    survey_format(to, "%lld 0 obj\n<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
                  "/BitsPerComponent 8 /Filter /DCTDecode /Length %zu >>\nstream\n", number + 2, width, height, page->length);
    survey_buffer_add(to, (const char *)page->bytes, page->length);
    survey_buffer_text(to, "\nendstream\nendobj\n");
    return true;
}

bool scan_book_add(struct scan_book *book, const struct scan_raw *page, struct survey_error *error)
{
    bool fits = book->kind == SCAN_PDF ? page->kind == SCAN_JPEG : book->kind == SCAN_TIFF && page->kind == SCAN_TIFF;
    if (!fits || book->pages >= SCAN_MOST_PAGES || book->finished)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("a page of kind %s does not go into the %s file"),
                           scan_kind_name(page->kind), scan_kind_name(book->kind));
    bool done = book->kind == SCAN_PDF ? add_jpeg(book, page, error)
                                       : scan_tiff_append(page->bytes, page->length, &book->bytes, &book->next, error);
    book->pages += done;
    return done;
}

static void finish_pdf(struct scan_book *book)
{
    struct survey_buffer *to = &book->bytes;
    size_t catalogue = to->length, count = book->pages * OBJECTS_A_PAGE;
    survey_format(to, "%d 0 obj\n<< /Type /Catalog /Pages %d 0 R >>\nendobj\n", CATALOGUE, TREE);
    size_t tree = to->length;
    survey_format(to, "%d 0 obj\n<< /Type /Pages /Count %zu /Kids [", TREE, book->pages);
    for (size_t i = 0; i < book->pages; i++)
        survey_format(to, " %lld 0 R", (long long)(FIRST + i * OBJECTS_A_PAGE));
    survey_buffer_text(to, " ] >>\nendobj\n");
    size_t table = to->length;
    survey_format(to, "xref\n0 %lld\n0000000000 65535 f \n", (long long)(FIRST + count));
    survey_format(to, "%010lld 00000 n \n%010lld 00000 n \n", (long long)catalogue, (long long)tree);
    for (size_t i = 0; i < count; i++)
        survey_format(to, "%010lld 00000 n \n", (long long)book->offsets[i]);
    survey_format(to, "trailer\n<< /Size %lld /Root %d 0 R >>\nstartxref\n%zu\n%%%%EOF\n", (long long)(FIRST + count),
                  CATALOGUE, table);
}

bool scan_book_finish(struct scan_book *book, const void **bytes, size_t *length, struct survey_error *error)
{
    if (book->pages == 0)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("the file has no pages"));
    if (book->kind == SCAN_PDF && !book->finished)
        finish_pdf(book);
    book->finished = true;
    if (book->bytes.overflow)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, "", _("the file is larger than the limit"));
    *bytes = book->bytes.at;
    *length = book->bytes.length;
    return true;
}
