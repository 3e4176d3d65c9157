// SPDX-License-Identifier: GPL-3.0-or-later
// A file opened for its pages, whatever kind it is.
#include "forms/scan/image.h"

#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"

#include <stdlib.h>
#include <string.h>

struct scan_source {
    char *name;
    char *owned; // bytes that the source has read itself
    const uint8_t *bytes;
    size_t length;
    enum scan_kind kind;
    int pages;
    struct scan_pdf *pdf;
};

static bool look(struct scan_source *source, struct survey_error *error)
{
    source->kind = scan_kind_of(source->bytes, source->length);
    source->pages = 1;
    switch (source->kind) {
    case SCAN_JPEG:
    case SCAN_PNG:
        return true;
    case SCAN_TIFF:
        source->pages = scan_tiff_pages(source->bytes, source->length);
        return source->pages > 0 ||
               survey_fail(error, SURVEY_ERROR_INPUT, source->name, _("the TIFF file is damaged or cut off"));
    case SCAN_PDF:
        if (!scan_pdf_open(source->name, source->bytes, source->length, &source->pdf, error))
            return false;
        source->pages = scan_pdf_pages(source->pdf);
        return true;
    case SCAN_UNKNOWN:
        break;
    }
    if (source->length == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, source->name, _("the file is empty"));
    return survey_fail(error, SURVEY_ERROR_INPUT, source->name,
                       _("this is no scan: expected a PDF, TIFF, JPEG or PNG file"));
}

static bool make(const char *name, const void *bytes, size_t length, char *owned, struct scan_source **source,
                 struct survey_error *error)
{
    struct scan_source *made = survey_alloc(sizeof *made);
    size_t size = strlen(name) + 1;
    *made = (struct scan_source){.owned = owned, .bytes = bytes, .length = length};
    made->name = memcpy(survey_alloc(size), name, size);
    if (!look(made, error)) {
        scan_source_close(made);
        return false;
    }
    *source = made;
    return true;
}

bool scan_source_memory(const char *name, const void *bytes, size_t length, struct scan_source **source,
                        struct survey_error *error)
{
    return make(name, bytes, length, NULL, source, error);
}

bool scan_source_open(const char *path, struct scan_source **source, struct survey_error *error)
{
    char *bytes;
    size_t length;
    return survey_file_read(path, SCAN_MOST_BYTES, &bytes, &length, error) &&
           make(path, bytes, length, bytes, source, error);
}

void scan_source_close(struct scan_source *source)
{
    if (!source)
        return;
    scan_pdf_close(source->pdf);
    free(source->owned);
    free(source->name);
    free(source);
}

int scan_source_pages(const struct scan_source *source)
{
    return source->pages;
}

bool scan_source_page(struct scan_source *source, int page, struct scan_raw *raw, struct survey_error *error)
{
    char where[600];
    survey_format_into(where, sizeof where, _("%s: page %d"), source->name, page + 1);
    if (page < 0 || page >= source->pages)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("there is no such page"));
    if (source->kind == SCAN_PDF)
        return scan_pdf_page(source->pdf, page, raw, error);
    struct survey_buffer bytes = SURVEY_BUFFER((size_t)SCAN_MOST_BYTES + 65536);
    if (source->kind == SCAN_TIFF && source->pages > 1) {
        if (!scan_tiff_page(source->bytes, source->length, page, where, &bytes, error)) {
            survey_buffer_clear(&bytes);
            return false;
        }
    } else {
        survey_buffer_add(&bytes, (const char *)source->bytes, source->length);
    }
    *raw = (struct scan_raw){.kind = source->kind, .bytes = (uint8_t *)bytes.at, .length = bytes.length};
    return true;
}
