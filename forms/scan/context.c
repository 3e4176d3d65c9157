// SPDX-License-Identifier: GPL-3.0-or-later
// What reading pages needs of the evaluation file: the key, the sheets, their layouts, and the images
// that were taken before.
#include "forms/scan/keep.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <string.h>

struct loading {
    struct survey_store *store;
    struct survey_arena *arena;
    struct scan_context *context;
    int64_t *layout_ids;
    const struct paper_layout **layouts;
    size_t layout_count;
};

static bool same_design(const struct paper_layout *a, const struct paper_layout *b)
{
    const struct paper_page *p = &a->pages[0], *q = &b->pages[0];
    return a->width == b->width && a->height == b->height && p->qr_modules == q->qr_modules &&
           memcmp(p->qr, q->qr, sizeof p->qr) == 0 && memcmp(a->fiducials, b->fiducials, sizeof a->fiducials) == 0;
}

static void add_design(struct loading *l, const struct paper_layout *layout)
{
    struct scan_context *c = l->context;
    for (size_t i = 0; i < c->design_count; i++)
        if (same_design(c->designs[i], layout))
            return;
    c->designs[c->design_count++] = layout;
}

static bool load_layouts(struct loading *l, struct survey_error *error)
{
    size_t most = (size_t)survey_store_count(l->store, 0, "SELECT count(*) FROM layout", ""), length;
    l->layout_ids = survey_arena_array(l->arena, most + 1, sizeof *l->layout_ids);
    l->layouts = survey_arena_array(l->arena, most + 1, sizeof *l->layouts);
    l->context->designs = survey_arena_array(l->arena, most + 1, sizeof *l->context->designs);
    struct survey_query *query = survey_query(l->store, error, "SELECT id, geometry FROM layout ORDER BY id", "");
    if (!query)
        return false;
    bool good = true;
    while (good && l->layout_count < most && survey_query_next(query)) {
        struct paper_layout *layout = NULL;
        const char *geometry = survey_query_blob(query, 1, &length);
        l->layout_ids[l->layout_count] = survey_query_integer(query, 0);
        good = paper_layout_read(l->arena, geometry ? geometry : "", length, &layout, error);
        if (good) {
            l->layouts[l->layout_count++] = layout;
            add_design(l, layout);
        }
    }
    return survey_query_end(query, good ? error : NULL) && good;
}

static const struct paper_layout *layout_of(const struct loading *l, int64_t id)
{
    for (size_t i = 0; i < l->layout_count; i++)
        if (l->layout_ids[i] == id)
            return l->layouts[i];
    return NULL;
}

static bool load_sheets(struct loading *l, struct survey_error *error)
{
    size_t most = (size_t)survey_store_count(l->store, 0, "SELECT count(*) FROM sheet", ""), size;
    struct scan_sheet *sheets = survey_arena_array(l->arena, most + 1, sizeof *sheets);
    struct survey_query *query =
        survey_query(l->store, error,
                     "SELECT sheet.number, sheet.form, substr(form.sha256, 1, 2), sheet.pages, sheet.unit, sheet.round, "
                     "sheet.layout FROM sheet JOIN form ON form.id = sheet.form ORDER BY sheet.number",
                     "");
    if (!query)
        return false;
    while (l->context->sheet_count < most && survey_query_next(query)) {
        const uint8_t *tag = survey_query_blob(query, 2, &size);
        struct scan_sheet *sheet = &sheets[l->context->sheet_count++];
        *sheet = (struct scan_sheet){.number = (uint64_t)survey_query_integer(query, 0),
                                     .form = survey_query_integer(query, 1),
                                     .tag = tag && size == 2 ? (uint16_t)(tag[0] << 8 | tag[1]) : 0,
                                     .pages = (int)survey_query_integer(query, 3),
                                     .layout = layout_of(l, survey_query_integer(query, 6))};
        if (!survey_query_null(query, 4))
            sheet->unit = survey_arena_strdup(l->arena, survey_query_text(query, 4));
        sheet->round = survey_arena_strdup(l->arena, survey_query_text(query, 5));
        if (!sheet->layout)
            l->context->sheet_count--; // cannot be: the layout is a foreign key
    }
    l->context->sheets = sheets;
    return survey_query_end(query, error);
}

static bool load_known(struct loading *l, struct survey_error *error)
{
    size_t most = (size_t)survey_store_count(l->store, 0, "SELECT count(*) FROM image", ""), size;
    uint8_t *known = survey_arena_array(l->arena, most + 1, 32);
    struct survey_query *query = survey_query(l->store, error, "SELECT sha256 FROM image ORDER BY sha256", "");
    if (!query)
        return false;
    while (l->context->known_count < most && survey_query_next(query)) {
        const void *hash = survey_query_blob(query, 0, &size);
        if (hash && size == 32)
            memcpy(known + 32 * l->context->known_count++, hash, 32);
    }
    l->context->known = known;
    return survey_query_end(query, error);
}

bool scan_context_load(struct survey_store *store, struct survey_arena *arena, const struct scan_rules *rules,
                       struct scan_context *context, struct survey_error *error)
{
    const uint8_t *key;
    size_t length;
    *context = (struct scan_context){.rules = *rules};
    struct loading l = {.store = store, .arena = arena, .context = context};
    if (!survey_store_key(store, "token", &key, &length, error))
        return false;
    if (length != sizeof context->key)
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(store), "%s", _("the key of the tokens is damaged"));
    memcpy(context->key, key, length);
    return load_layouts(&l, error) && load_sheets(&l, error) && load_known(&l, error);
}
