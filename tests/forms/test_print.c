// SPDX-License-Identifier: GPL-3.0-or-later
// Printed forms: the bytes of the PDF, what its codes say, what poppler shows of it.
#include "forms/paper/proof.h"
#include "survey/base/json.h"
#include "tests/forms/paper.h"

#include <poppler.h>
#include <qpdf/qpdf-c.h>
#include <zbar.h>

// Copies of one design, numbered from first; the second half without a unit.
static void print_copies_of(struct paper_design *design, size_t count, uint64_t first, const char *server, struct survey_buffer *pdf,
                            struct survey_buffer *layout)
{
    struct paper_copy copies[8] = {0};
    uint16_t tag = 0xabcd;
    for (size_t i = 0; i < count; i++)
        copies[i] = (struct paper_copy){.number = first + i, .unit = i < (count + 1) / 2 ? "1306241010001" : NULL, .places = "河北省 · 保定市"};
    struct paper_run run = {.designs = &design, .tags = &tag, .design_count = 1, .copies = copies, .copy_count = count, .key = paper_key,
                            .server = server, .now = {1483142400, 0, 480}};
    NEED(paper_print(&run, pdf, layout, &paper_error));
}

// A page of a PDF in gray, 8 bits, row by row. The caller frees it.
static uint8_t *render_gray(const struct survey_buffer *pdf, int page, double dpi, int *width, int *height)
{
    GBytes *bytes = g_bytes_new_static(pdf->at, pdf->length);
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, NULL);
    NEED(document && page < poppler_document_get_n_pages(document));
    PopplerPage *sheet = poppler_document_get_page(document, page);
    *width = (int)(595.276 * dpi / 72);
    *height = (int)(841.89 * dpi / 72);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, *width, *height);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_scale(cairo, dpi / 72, dpi / 72);
    poppler_page_render(sheet, cairo);
    cairo_surface_flush(surface);
    uint8_t *gray = survey_alloc((size_t)*width * (size_t)*height);
    for (int y = 0; y < *height; y++)
        for (int x = 0; x < *width; x++)
            gray[y * *width + x] = cairo_image_surface_get_data(surface)[y * cairo_image_surface_get_stride(surface) + x * 4];
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    g_object_unref(sheet);
    g_object_unref(document);
    g_bytes_unref(bytes);
    return gray;
}

// All text of a PDF, pages one after another; the caller frees it.
static char *pdf_text(const struct survey_buffer *pdf)
{
    GBytes *bytes = g_bytes_new_static(pdf->at, pdf->length);
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, NULL);
    struct survey_buffer all = SURVEY_BUFFER(1 << 24);
    NEED(document);
    for (int i = 0; i < poppler_document_get_n_pages(document); i++) {
        PopplerPage *page = poppler_document_get_page(document, i);
        char *text = poppler_page_get_text(page);
        survey_buffer_text(&all, text);
        g_free(text);
        g_object_unref(page);
    }
    g_object_unref(document);
    g_bytes_unref(bytes);
    char *kept = strdup(survey_buffer_string(&all));
    survey_buffer_clear(&all);
    return kept;
}

static void the_same_run_gives_the_same_bytes(void)
{
    struct survey_form *form = file_form(EXAMPLE);
    struct survey_buffer a = SURVEY_BUFFER(1 << 26), b = SURVEY_BUFFER(1 << 26), c = SURVEY_BUFFER(1 << 26);
    struct paper_design *first = need_design(form, "zh", NULL), *second = need_design(form, "zh", NULL);
    print_copies_of(first, 4, 1000, NULL, &a, NULL);
    print_copies_of(second, 4, 1000, NULL, &b, NULL);
    print_copies_of(second, 4, 1001, NULL, &c, NULL);
    CHECK(a.length == b.length && memcmp(a.at, b.at, a.length) == 0);
    CHECK(a.length != c.length || memcmp(a.at, c.at, a.length) != 0);
    survey_buffer_clear(&a);
    survey_buffer_clear(&b);
    survey_buffer_clear(&c);
    paper_design_free(first);
    paper_design_free(second);
    survey_form_free(form);
}

static void qpdf_finds_no_fault(void)
{
    struct survey_form *form = file_form(EXAMPLE);
    struct survey_buffer pdf = SURVEY_BUFFER(1 << 26);
    struct paper_design *design = need_design(form, "zh", "en");
    print_copies_of(design, 3, 5, NULL, &pdf, NULL);
    qpdf_data qpdf = qpdf_init();
    qpdf_silence_errors(qpdf);
    CHECK(qpdf_read_memory(qpdf, "forms.pdf", pdf.at, pdf.length, NULL) == QPDF_SUCCESS);
    CHECK(qpdf_check_pdf(qpdf) == QPDF_SUCCESS);
    CHECK(!qpdf_more_warnings(qpdf));
    CHECK((size_t)qpdf_get_num_pages(qpdf) == 3 * paper_design_layout(design)->page_count);
    qpdf_cleanup(&qpdf);
    // Beyond the shared pages, a page of a copy takes little.
    struct survey_buffer more = SURVEY_BUFFER(1 << 26);
    print_copies_of(design, 8, 5, NULL, &more, NULL);
    CHECK((more.length - pdf.length) / (5 * paper_design_layout(design)->page_count) < 1500);
    survey_buffer_clear(&pdf);
    survey_buffer_clear(&more);
    paper_design_free(design);
    survey_form_free(form);
}

// What zbar reads on a page; false where it is not text. The code at the foot alone where cut.
static int codes_on(uint8_t *gray, int width, int height, const char *text)
{
    int found = 0;
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_set_format(image, *(const unsigned int *)(const void *)"Y800");
    zbar_image_set_size(image, (unsigned)width, (unsigned)height);
    zbar_image_set_data(image, gray, (unsigned long)width * (unsigned long)height, NULL);
    zbar_scan_image(scanner, image);
    for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image); symbol; symbol = zbar_symbol_next(symbol)) {
        CHECK_TEXT(text, zbar_symbol_get_data(symbol));
        found++;
    }
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    return found;
}

static void check_codes(const char *server)
{
    struct survey_form *form = table_form(small);
    struct survey_buffer pdf = SURVEY_BUFFER(1 << 26), layout = SURVEY_BUFFER(1 << 24);
    struct paper_design *design = NULL;
    struct paper_request request = {.form = form, .language_count = 1, .large_codes = server != NULL,
                                    .qr_modules = server ? 33 : 29};
    NEED(paper_design_make(&request, paper_report, &design, &paper_error));
    print_copies_of(design, 2, 77, server, &pdf, &layout);
    struct survey_arena *arena = survey_arena_new();
    struct survey_json *json = NULL;
    NEED(survey_json_read(arena, "layout", layout.at, layout.length, &json, &paper_error));
    for (size_t i = 0; i < 2; i++) {
        const struct survey_json *page = survey_json_at(survey_json_get(survey_json_at(survey_json_get(json, "forms"), i), "pages"), 0);
        const char *token = survey_json_text(page, "token", "");
        struct paper_token parts;
        int width, height;
        uint8_t *gray = render_gray(&pdf, (int)survey_json_number(page, "pdf_page", 0) - 1, 300, &width, &height);
        CHECK(paper_token_read(token, strlen(token), paper_key, &parts) == PAPER_TOKEN_GOOD);
        CHECK(parts.sheet == 77 + i && parts.page == 1 && parts.form == 0xabcd);
        CHECK(!server || strncmp(token, "HTTPS://EXAMPLE.ORG/F/", 22) == 0);
        CHECK(codes_on(gray, width, height / 2, token) == 1); // the upper half of the page, and the lower one
        CHECK(codes_on(gray + (size_t)(height / 2) * (size_t)width, width, height - height / 2, token) == 1);
        free(gray);
    }
    survey_buffer_clear(&pdf);
    survey_buffer_clear(&layout);
    survey_arena_free(arena);
    paper_design_free(design);
    survey_form_free(form);
}

static void both_codes_say_the_token(void)
{
    check_codes(NULL);
    check_codes("HTTPS://EXAMPLE.ORG");
}

// Ink by cells of about 3 mm, as cairo draws a page and as poppler reads it out of the PDF: a glyph that
// was embedded badly shows as a cell without ink.
static void poppler_shows_what_was_drawn(void)
{
    struct survey_form *form = file_form(EXAMPLE);
    struct survey_buffer pdf = SURVEY_BUFFER(1 << 26);
    struct paper_design *design = need_design(form, "zh", "en");
    print_copies_of(design, 1, 5, NULL, &pdf, NULL);
    for (size_t page = 0; page < paper_design_layout(design)->page_count; page++) {
        int width, height, cell = 12;
        uint8_t *gray = render_gray(&pdf, (int)page, 100, &width, &height);
        cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
        cairo_t *cairo = cairo_create(surface);
        cairo_set_source_rgb(cairo, 1, 1, 1);
        cairo_paint(cairo);
        cairo_scale(cairo, 100.0 / 72, 100.0 / 72);
        paper_design_draw(design, page, cairo);
        cairo_surface_flush(surface);
        const uint8_t *drawn = cairo_image_surface_get_data(surface);
        size_t inked = 0;
        for (int y = 0; y + cell < height; y += cell)
            for (int x = 0; x + cell < width; x += cell) {
                long ours = 0, theirs = 0;
                for (int k = 0; k < cell * cell; k++) {
                    int row = y + k / cell, column = x + k % cell;
                    ours += 255 - drawn[row * cairo_image_surface_get_stride(surface) + column * 4];
                    theirs += 255 - gray[row * width + column];
                }
                inked += ours >= 2000;
                if (ours >= 2000 && theirs <= ours / 3)
                    fprintf(stderr, "page %zu at %.1f %.1f mm: %ld drawn, %ld in the PDF\n", page + 1, x * 0.254, y * 0.254, ours, theirs);
                CHECK(ours < 2000 || theirs > ours / 3);
            }
        CHECK(inked > 500);
        cairo_destroy(cairo);
        cairo_surface_destroy(surface);
        free(gray);
    }
    survey_buffer_clear(&pdf);
    paper_design_free(design);
    survey_form_free(form);
}

static void skips_stand_in_words(void)
{
    struct survey_form *form = table_form(small);
    struct survey_buffer pdf = SURVEY_BUFFER(1 << 26);
    struct paper_design *design = need_design(form, NULL, NULL);
    print_copies_of(design, 1, 5, NULL, &pdf, NULL);
    char *text = pdf_text(&pdf);
    CHECK(strstr(text, "Only if A1 is “Yes”"));
    CHECK(strstr(text, "Only if A2 is more than 9 and A1 is not “No”"));
    CHECK(strstr(text, "Why, as [A2]?"));
    CHECK(strstr(text, "Photograph: take it with the phone"));
    CHECK(strstr(text, "1306241010001") && strstr(text, "Wells") && strstr(text, "page 1 of 1"));
    free(text);
    survey_buffer_clear(&pdf);
    paper_design_free(design);
    survey_form_free(form);
}

// --- proof-reading -------------------------------------------------------------------------------

static bool proof_pages(struct paper_design *design, const char *pdf, size_t length)
{
    struct paper_proof proofs[8];
    size_t pages = paper_design_layout(design)->page_count;
    NEED(pages <= 8);
    for (size_t i = 0; i < pages; i++)
        proofs[i] = (struct paper_proof){design, i, NULL};
    return paper_proof_read(pdf, length, 0, proofs, pages, paper_report, &paper_error);
}

static const struct survey_problem *only_fault(void)
{
    const struct survey_problem *found = NULL;
    for (size_t i = 0; i < survey_report_count(paper_report); i++)
        if (survey_report_at(paper_report, i)->severity == SURVEY_FAULT) {
            CHECK(!found);
            found = survey_report_at(paper_report, i);
        }
    return found;
}

// What a PDF shows instead of each label; the one fault names the text and its row.
static void a_wrong_character_is_named(void)
{
    static const struct { const char *drawn, *shown; } cases[] = {
        {"如果", "如 "}, {"如果", "如 果"}, {"Bread", "Brexd"}, {"Bread", "Brea"}, {"如果", "如口"}, {"a. b", "a  b"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2][400];
        struct survey_form *forms[2];
        struct paper_design *designs[2];
        struct survey_buffer pdf = SURVEY_BUFFER(1 << 26);
        for (int k = 0; k < 2; k++) {
            snprintf(text[k], sizeof text[k], "| survey | | | |\n| | type | name | label |\n| | text | a | One |\n| | text | b | %s |\n",
                     k ? cases[i].drawn : cases[i].shown);
            forms[k] = table_form(text[k]);
            designs[k] = need_design(forms[k], NULL, NULL);
            if (k == 0)
                print_copies_of(designs[k], 1, 5, NULL, &pdf, NULL);
        }
        CHECK(!proof_pages(designs[1], pdf.at, pdf.length));
        const struct survey_problem *fault = only_fault();
        NEED(fault);
        NEED(fault);
        CHECK_TEXT("E414", fault->code);
        CHECK_TEXT("survey", fault->sheet);
        CHECK(fault->row == 3 && strstr(fault->message, cases[i].drawn));
        survey_buffer_clear(&pdf);
        for (int k = 0; k < 2; k++) {
            paper_design_free(designs[k]);
            survey_form_free(forms[k]);
        }
    }
}

// The second half of the outlines of every TrueType font in the PDF made empty; returns how many fonts.
static int damage_fonts(qpdf_data qpdf)
{
    int fonts = 0;
    for (int number = 1; number < 200; number++) {
        qpdf_oh object = qpdf_get_object_by_id(qpdf, number, 0);
        unsigned char *data = NULL;
        QPDF_BOOL filtered = 0;
        size_t length = 0;
        if (!qpdf_oh_is_stream(qpdf, object) || !qpdf_oh_has_key(qpdf, qpdf_oh_get_dict(qpdf, object), "/Length1") ||
            qpdf_oh_get_stream_data(qpdf, object, qpdf_dl_all, &filtered, &data, &length) != QPDF_SUCCESS)
            continue;
        unsigned char *entry = memmem(data, length < 400 ? length : 400, "glyf", 4);
        if (entry) {
            size_t offset = (size_t)entry[8] << 24 | (size_t)entry[9] << 16 | (size_t)entry[10] << 8 | entry[11];
            size_t size = (size_t)entry[12] << 24 | (size_t)entry[13] << 16 | (size_t)entry[14] << 8 | entry[15];
            NEED(offset + size <= length);
            memset(data + offset + size / 2, 0, size - size / 2);
            qpdf_oh_replace_stream_data(qpdf, object, data, length, qpdf_oh_new_null(qpdf), qpdf_oh_new_null(qpdf));
            fonts++;
        }
        free(data);
    }
    return fonts;
}

static void a_damaged_font_is_found(void)
{
    struct survey_form *form = file_form(EXAMPLE);
    struct survey_buffer pdf = SURVEY_BUFFER(1 << 26);
    struct paper_design *design = need_design(form, "zh", NULL);
    print_copies_of(design, 1, 5, NULL, &pdf, NULL);
    CHECK(proof_pages(design, pdf.at, pdf.length));
    CHECK(!only_fault());
    qpdf_data qpdf = qpdf_init();
    NEED(qpdf_read_memory(qpdf, "forms.pdf", pdf.at, pdf.length, NULL) == QPDF_SUCCESS);
    CHECK(damage_fonts(qpdf) >= 2);
    NEED(qpdf_init_write_memory(qpdf) == QPDF_SUCCESS && qpdf_write(qpdf) == QPDF_SUCCESS);
    CHECK(!proof_pages(design, (const char *)qpdf_get_buffer(qpdf), qpdf_get_buffer_length(qpdf)));
    CHECK(survey_report_count_of(paper_report, SURVEY_FAULT) > 10);
    CHECK(!proof_pages(design, pdf.at, pdf.length / 2)); // no PDF at all
    qpdf_cleanup(&qpdf);
    survey_buffer_clear(&pdf);
    paper_design_free(design);
    survey_form_free(form);
}

TESTS(CASE(a_wrong_character_is_named), CASE(a_damaged_font_is_found), CASE(the_same_run_gives_the_same_bytes), CASE(qpdf_finds_no_fault), CASE(both_codes_say_the_token),
      CASE(poppler_shows_what_was_drawn), CASE(skips_stand_in_words))
