// SPDX-License-Identifier: GPL-3.0-or-later
// One page: found, identified, checked against its layout, read. It ends in exactly one state.
#include "forms/scan/scan.h"

#include "forms/scan/qr.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <gnutls/crypto.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

// The paper's grain says nothing and would be most of a crop's file; ink begins a sixth below the white.
static const double clean = 0.88;
static const double crop_margin = 3, crop_label = 25; // millimetres around a question, and of labels beside it
static const double roomy = 1.5;   // times a page's size: from there on a picture may hold two,
static const double page_rim = 4;  // of which one is painted over with as many millimetres around

static const struct {
    const char *name, *words;
} states[SCAN_STATES] = {
    [SCAN_OK] = {"ok", N_("read")},
    [SCAN_EMPTY] = {"blank", N_("nothing on the page")},
    [SCAN_FOREIGN] = {"foreign", N_("not a page of our forms")},
    [SCAN_FORGED] = {"forged", N_("the code was not made by this evaluation")},
    [SCAN_DUPLICATE] = {"duplicate", N_("the same page was read before from another scan")},
    [SCAN_NOT_ISSUED] = {"not_issued", N_("no sheet with this number was printed")},
    [SCAN_VERSION] = {"version", N_("the page is of another version of the form")},
    [SCAN_LOW_CONTRAST] = {"low_contrast", N_("too faint or too dark to read")},
    [SCAN_UNREADABLE] = {"unreadable", N_("the marks or the code of the page cannot be read")},
    [SCAN_MISFIT] = {"misfit", N_("the boxes are not where they should be")},
    [SCAN_DAMAGED] = {"damaged", N_("the image cannot be decoded")},
    [SCAN_AGAIN] = {"again", N_("this very image was taken before")},
};

const char *scan_state_name(enum scan_state state)
{
    return states[state].name;
}

const char *scan_state_words(enum scan_state state)
{
    return _(states[state].words);
}

const struct scan_sheet *scan_sheet_find(const struct scan_context *context, uint64_t number)
{
    size_t low = 0, high = context->sheet_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (context->sheets[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < context->sheet_count && context->sheets[low].number == number ? &context->sheets[low] : NULL;
}

static void settle(struct scan_page *page, enum scan_state state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void settle(struct scan_page *page, enum scan_state state, const char *format, ...)
{
    struct survey_buffer text = SURVEY_BUFFER(4096);
    va_list list;
    va_start(list, format);
    survey_format_list(&text, format, list);
    va_end(list);
    page->state = state;
    page->reason = survey_arena_strdup(page->arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
}

// --- Which page is it ---

// What the codes of a page say, over both copies and all attempts.
struct codes {
    const struct scan_context *context;
    struct paper_token token;
    int good;       // codes that are ours
    bool differ;    // and say different things
    bool forged;    // a code of our form under another key
    bool other;     // a code of somebody else
};

static bool judge_code(void *user, const struct scan_qr *qr)
{
    struct codes *codes = user;
    struct paper_token token;
    enum paper_token_state state = paper_token_read(qr->text, qr->length, codes->context->key, &token);
    if (state != PAPER_TOKEN_GOOD) {
        // Beyond half of what can be repaired, a wrong repair is not out of the question.
        bool sure = qr->errors * 2 <= qr->capacity;
        codes->forged |= state == PAPER_TOKEN_FORGED && sure;
        codes->other |= state == PAPER_TOKEN_MALFORMED && sure;
        return false;
    }
    codes->differ |= codes->good > 0 && (token.sheet != codes->token.sheet || token.page != codes->token.page);
    codes->token = token;
    codes->good++;
    return true;
}

static bool visit_code(void *user, const struct scan_qr *qr)
{
    judge_code(user, qr); // all codes of the page are looked at
    return false;
}

// The codes where the layout has them, in the ways in which the page may stand; the right one stays.
static bool read_codes(const struct scan_image *image, const struct paper_layout *design,
                       const struct scan_registration *registrations, int count, struct codes *codes,
                       struct scan_registration *right)
{
    const struct paper_page *page = &design->pages[0];
    for (int i = 0; i < count && codes->good == 0; i++) {
        struct scan_qr qr;
        for (int copy = 0; copy < 2; copy++)
            scan_qr_read(image, &registrations[i].transform, &page->qr[copy], page->qr_modules, judge_code, codes, &qr);
        if (codes->good)
            *right = registrations[i];
    }
    return codes->good > 0;
}

// Registers the page against each design until one has a code of ours where it should be.
static enum scan_registered find_page(const struct scan_context *context, const struct scan_image *image,
                                      struct scan_page *page, struct codes *codes)
{
    enum scan_registered best = SCAN_NO_MARKS;
    for (size_t i = 0; i < context->design_count && codes->good == 0; i++) {
        struct scan_registration registrations[SCAN_TURNS];
        int count = 0;
        enum scan_registered registered = scan_register(image, context->designs[i], registrations, &count);
        if (i == 0 || registered == SCAN_REGISTERED)
            best = registered;
        if (count == 0)
            continue;
        if (!page->registered || registered == SCAN_REGISTERED)
            page->registration = registrations[0];
        page->registered = true;
        read_codes(image, context->designs[i], registrations, count, codes, &page->registration);
    }
    if (codes->good == 0 && best != SCAN_NOTHING)
        scan_qr_find(image, visit_code, codes);
    return best;
}

// The state of a page whose code is not ours, or missing.
static void settle_unknown(struct scan_page *page, const struct codes *codes, enum scan_registered registered)
{
    if (codes->forged)
        settle(page, SCAN_FORGED, "%s", _("the code was not made with the key of this evaluation: another evaluation's form, or forged"));
    else if (codes->other && !page->registered)
        settle(page, SCAN_FOREIGN, "%s", _("the code on the page is not one of ours"));
    else if (registered == SCAN_FAINT)
        settle(page, SCAN_LOW_CONTRAST, "%s", _("print and paper differ too little; scan darker, or with more contrast"));
    else if (registered == SCAN_DARK)
        settle(page, SCAN_LOW_CONTRAST, "%s", _("more than a quarter of the image is black"));
    else if (registered == SCAN_NOTHING)
        settle(page, SCAN_EMPTY, "%s", _("the page is blank"));
    else if (registered == SCAN_REGISTERED)
        settle(page, SCAN_UNREADABLE, "%s", _("neither copy of the code can be read; find the sheet by the letters printed beside it"));
    else if (registered == SCAN_DISTORTED)
        settle(page, SCAN_UNREADABLE, "%s", _("the corner marks contradict each other; scan the page flat and whole"));
    else
        settle(page, SCAN_FOREIGN, "%s", _("no corner marks and no code of ours on the page"));
}

// Whether the code leads to a page that was printed.
static bool know_sheet(const struct scan_context *context, struct scan_page *page)
{
    page->sheet = scan_sheet_find(context, page->token.sheet);
    if (!page->sheet) {
        settle(page, SCAN_NOT_ISSUED, "%s", _("the code is good, but no such sheet was printed from this evaluation file"));
        return false;
    }
    if (page->sheet->tag != page->token.form || page->token.page > page->sheet->layout->page_count ||
        (int)page->token.page > page->sheet->pages) {
        settle(page, SCAN_VERSION, "%s", _("the code names another version of the form than the sheet was printed from"));
        return false;
    }
    page->page = &page->sheet->layout->pages[page->token.page - 1];
    return true;
}

// --- What is on it ---

static void make_crops(const struct scan_image *image, struct scan_page *page)
{
    page->crops = survey_arena_array(page->arena, page->answer_count + 1, sizeof *page->crops);
    for (size_t i = 0; i < page->answer_count; i++) {
        const struct scan_answer *answer = &page->answers[i];
        if (answer->verdict != SCAN_DOUBTFUL && answer->verdict != SCAN_WRITTEN)
            continue;
        struct paper_box box = answer->area;
        struct survey_error error;
        if (answer->verdict == SCAN_DOUBTFUL)
            box.w = fmin(box.w + crop_label, fmax(box.w, page->sheet->layout->width - box.x - crop_margin));
        struct scan_crop *crop = &page->crops[page->crop_count++];
        *crop = (struct scan_crop){.answer = i, .png = SURVEY_BUFFER(8 << 20)};
        if (!scan_crop_png(image, &page->registration.transform, &box, crop_margin, clean * page->registration.white,
                           &crop->png, &error))
            survey_buffer_clear(&crop->png);
    }
}

// What was out of the ordinary, for the ledger.
static void note_oddities(struct scan_page *page, int streaks)
{
    struct survey_buffer text = SURVEY_BUFFER(4096);
    const struct scan_registration *r = &page->registration;
    if (r->turned)
        survey_format(&text, _("turned by %d degrees; "), r->turned);
    if (fabs(r->skew) > 5)
        survey_format(&text, _("askew by %.1f degrees; "), fabs(r->skew));
    if (r->found < 4)
        survey_buffer_text(&text, _("only three corner marks seen; "));
    if (streaks)
        survey_buffer_text(&text, _("streaks: clean the scanner's glass; "));
    if (page->one_bit)
        survey_buffer_text(&text, _("black and white only: light marks may be lost, scan in gray; "));
    if (text.length >= 2)
        text.at[text.length - 2] = '\0';
    page->reason = survey_arena_strdup(page->arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
}

static void read_marks(const struct scan_context *context, const struct scan_image *image, struct scan_page *page)
{
    struct scan_streaks streaks;
    struct scan_fit fit;
    const struct paper_page *p = page->page;
    scan_streaks_find(image, page->registration.dpi, page->registration.turned % 180 != 0, &streaks);
    page->marks = survey_arena_array(page->arena, p->mark_count + 1, sizeof *page->marks);
    scan_marks_read(image, &page->registration, &streaks, p, page->marks, &fit);
    if (!scan_fit_good(&fit)) {
        settle(page, SCAN_MISFIT, _("%.0f of 100 printed boxes found, half of them off by %.2f mm or more"), fit.found * 100, fit.offset);
    } else {
        bool *written = survey_arena_array(page->arena, p->writing_count + 1, sizeof *written);
        for (size_t i = 0; i < p->writing_count; i++)
            written[i] = scan_writing_seen(image, &page->registration, &streaks, &p->writing[i].box);
        struct scan_rules rules = context->rules;
        if (page->one_bit)
            rules.stroke = 2; // in black and white a speck is as dark as the pen
        scan_decide(page->sheet->layout, p, page->marks, written, &rules, page->arena, &page->answers, &page->answer_count);
        make_crops(image, page);
        page->state = SCAN_OK;
        note_oddities(page, streaks.count);
    }
    scan_streaks_clear(&streaks);
}

static bool is_between(uint8_t level)
{
    return level > 16 && level < 239;
}

// --- Is another one beside it ---

// Whether a place lies within the page, or its rim.
static bool is_within(const struct scan_place corners[static 4], double x, double y)
{
    int left = 0;
    for (int i = 0; i < 4; i++) {
        const struct scan_place *from = &corners[i], *to = &corners[(i + 1) % 4];
        left += (to->x - from->x) * (y - from->y) - (to->y - from->y) * (x - from->x) > 0;
    }
    return left == 0 || left == 4;
}

// The picture with the page painted over.
static bool without_page(const struct scan_image *image, const struct scan_page *page, struct scan_image *rest)
{
    const struct paper_layout *layout = page->sheet->layout;
    const struct scan_transform *transform = &page->registration.transform;
    double right = layout->width + page_rim, bottom = layout->height + page_rim;
    struct scan_place corners[4] = {scan_transform_at(transform, -page_rim, -page_rim), scan_transform_at(transform, right, -page_rim),
                                    scan_transform_at(transform, right, bottom), scan_transform_at(transform, -page_rim, bottom)};
    struct survey_error error;
    if (!scan_image_new(rest, image->width, image->height, "", &error))
        return false;
    rest->dpi = image->dpi;
    for (int y = 0; y < image->height; y++) {
        uint8_t *row = rest->pixels + (size_t)y * rest->stride;
        memcpy(row, image->pixels + (size_t)y * image->stride, (size_t)image->width);
        for (int x = 0; x < image->width; x++)
            if (is_within(corners, x, y))
                row[x] = 255;
    }
    return true;
}

// A picture with room for another sheet is looked at once more without the page: what is on that one would be lost.
static bool is_alone(const struct scan_context *context, const struct scan_image *image, const struct scan_page *page)
{
    const struct paper_layout *layout = page->sheet->layout;
    double mm = page->registration.dpi / 25.4;
    if ((double)image->width * image->height < roomy * layout->width * layout->height * mm * mm)
        return true;
    struct scan_image rest = {0};
    struct codes codes = {.context = context};
    struct scan_page other = {.arena = page->arena, .reason = ""};
    bool alone = without_page(image, page, &rest) && find_page(context, &rest, &other, &codes) != SCAN_REGISTERED && codes.good == 0;
    scan_image_clear(&rest);
    return alone;
}

// Black and white only: hardly a pixel in between, of every third in every seventh row.
static bool is_one_bit(const struct scan_image *image)
{
    size_t between = 0, total = (size_t)((image->height + 6) / 7) * (size_t)((image->width + 2) / 3);
    for (int y = 0; y < image->height && between * 2000 < total; y += 7) {
        const uint8_t *row = image->pixels + (size_t)y * image->stride;
        uint8_t any = 0; // told much faster than counted
        for (int x = 0; x < image->width; x++)
            any |= is_between(row[x]);
        for (int x = 0; any && x < image->width; x += 3)
            between += is_between(row[x]);
    }
    return between * 2000 < total;
}

void scan_page_read(const struct scan_context *context, const struct scan_image *image, struct scan_page *page)
{
    struct codes codes = {.context = context};
    page->width = image->width;
    page->height = image->height;
    page->dpi = image->dpi;
    page->one_bit = is_one_bit(image);
    enum scan_registered registered = find_page(context, image, page, &codes);
    if (page->registered)
        page->dpi = page->registration.dpi;
    if (codes.good == 0) {
        settle_unknown(page, &codes, registered);
        return;
    }
    if (codes.differ) {
        settle(page, SCAN_UNREADABLE, "%s", _("the codes on the page name different sheets"));
        return;
    }
    page->token = codes.token;
    page->has_token = true;
    if (!know_sheet(context, page))
        return;
    if (!page->registered || registered == SCAN_FAINT)
        settle_unknown(page, &(struct codes){0}, registered == SCAN_NO_MARKS || registered == SCAN_NOTHING ? SCAN_DISTORTED : registered);
    else if (!is_alone(context, image, page))
        settle(page, SCAN_UNREADABLE, "%s", _("two sheets in one picture; scan them one by one"));
    else
        read_marks(context, image, page);
}

static bool is_known(const struct scan_context *context, const uint8_t hash[static 32])
{
    size_t low = 0, high = context->known_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = memcmp(context->known + middle * 32, hash, 32);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

// GnuTLS has the processor's own instructions for it, five times as fast where there are any; on a page that is
// a good part of all.
static void find_hash(struct scan_page *page)
{
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, page->raw.bytes, page->raw.length, page->hash) < 0)
        crypto_hash_sha256(page->hash, page->raw.bytes, page->raw.length);
}

void scan_page_take(const struct scan_context *context, struct scan_raw *raw, const char *where, struct scan_page *page)
{
    struct scan_image image = {0};
    struct survey_error error = {0};
    *page = (struct scan_page){.arena = survey_arena_new(), .reason = "", .raw = *raw};
    *raw = (struct scan_raw){0};
    find_hash(page);
    if (is_known(context, page->hash)) {
        settle(page, SCAN_AGAIN, "%s", scan_state_words(SCAN_AGAIN));
    } else if (!scan_image_decode(&page->raw, where, &image, &error)) {
        settle(page, SCAN_DAMAGED, "%s", error.message);
        scan_raw_clear(&page->raw);
    } else {
        if (page->raw.dpi > 0)
            image.dpi = page->raw.dpi;
        scan_page_read(context, &image, page);
    }
    scan_image_clear(&image);
}

void scan_page_clear(struct scan_page *page)
{
    for (size_t i = 0; i < page->crop_count; i++)
        survey_buffer_clear(&page->crops[i].png);
    scan_raw_clear(&page->raw);
    survey_arena_free(page->arena);
    *page = (struct scan_page){0};
}
