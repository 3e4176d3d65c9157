// SPDX-License-Identifier: GPL-3.0-or-later
// The pictures of an item: its place, the strip of the page around it, the whole page; cut out when they are asked for.
// Nothing of a request but the item and one of three words decides what is cut, so that no request is a large one.
#include "forms/desk/desk_private.h"

#include "forms/scan/scan.h"
#include "survey/base/json.h"

#include <math.h>
#include <string.h>

static const double page_width = 210, page_height = 297; // millimetres: forms are A4
static const double margin = 6, labels = 25, around = 22;

// Where the item is, and its page's image; what is not there stays empty.
struct place {
    bool found;
    struct paper_box box;
    const char *kind, *crop, *transform;
    size_t crop_length;
    struct scan_raw raw;
};

static struct paper_box clip(double left, double top, double right, double bottom)
{
    left = fmin(fmax(left, 0), page_width - 1);
    top = fmin(fmax(top, 0), page_height - 1);
    return (struct paper_box){left, top, fmax(fmin(right, page_width) - left, 1),
                              fmax(fmin(bottom, page_height) - top, 1)};
}

struct paper_box desk_picture_area(const struct paper_box *box, const char *kind, const char *view)
{
    double right = box->x + box->w, bottom = box->y + box->h;
    if (strcmp(view, "place") == 0) // with the last choice's label
        return clip(box->x - margin, box->y - margin, right + (strcmp(kind, "writing") == 0 ? margin : labels),
                    bottom + margin);
    if (strcmp(view, "strip") == 0)
        return clip(0, box->y - around, page_width, bottom + around);
    return clip(0, 0, page_width, page_height);
}

static char *copy_blob(struct survey_arena *arena, const struct survey_query *query, int column, size_t *length)
{
    const void *bytes = survey_query_blob(query, column, length);
    if (!bytes || *length == 0)
        return NULL;
    char *copy = survey_arena_alloc(arena, *length);
    return memcpy(copy, bytes, *length);
}

static bool read_place(struct desk_visit *visit, const char *id, struct place *place, struct survey_error *error)
{
    static const char sql[] =
        "SELECT m.x, m.y, m.w, m.h, m.crop, p.transform, i.bytes, m.kind FROM mark m JOIN page p ON p.id = m.page "
        "LEFT JOIN image i ON i.id = p.image WHERE m.id = ?";
    struct survey_query *query = survey_query(visit->request->store, error, sql, "t", id);
    *place = (struct place){0};
    if (!query)
        return false;
    if ((place->found = survey_query_next(query))) {
        place->box = (struct paper_box){survey_query_number(query, 0), survey_query_number(query, 1),
                                        survey_query_number(query, 2), survey_query_number(query, 3)};
        place->crop = copy_blob(visit->arena, query, 4, &place->crop_length);
        place->transform = survey_arena_strdup(visit->arena, survey_query_text(query, 5));
        place->raw.bytes = (uint8_t *)copy_blob(visit->arena, query, 6, &place->raw.length);
        place->kind = survey_arena_strdup(visit->arena, survey_query_text(query, 7));
        place->raw.kind = scan_kind_of(place->raw.bytes, place->raw.length);
    }
    return survey_query_end(query, error);
}

static bool read_transform(struct survey_arena *arena, const char *text, struct scan_transform *transform)
{
    struct survey_json *json = NULL;
    struct survey_error ignored = {0};
    if (!*text || !survey_json_read(arena, "transform", text, strlen(text), &json, &ignored) || json->count != 9)
        return false;
    for (size_t i = 0; i < 9; i++) {
        const struct survey_json *number = survey_json_at(json, i);
        if (number->kind != SURVEY_JSON_NUMBER || !isfinite(number->number))
            return false;
        transform->h[i] = number->number;
    }
    return true;
}

// The paper's gray level: the commonest of the lighter half, as the reader takes it.
static double paper_white(const struct scan_image *image, const struct scan_transform *transform,
                          const struct paper_box *box)
{
    size_t counts[256] = {0}, best = 255;
    for (int i = 0; i < 100 * 100; i++) {
        struct scan_place p =
            scan_transform_at(transform, box->x + box->w * (i % 100) / 100, box->y + box->h * (i / 100) / 100);
        counts[scan_nearest(image, p.x, p.y)]++;
    }
    for (size_t level = 128; level < 255; level++)
        if (counts[level] > counts[best])
            best = level;
    return (double)best;
}

static bool cut_out(struct desk_visit *visit, const struct place *place, const char *view, struct survey_error *error)
{
    struct scan_transform transform;
    struct scan_image image = {0};
    struct survey_error damaged = {0};
    struct paper_box box = desk_picture_area(&place->box, place->kind, view);
    if (!place->raw.bytes || !read_transform(visit->arena, place->transform, &transform) ||
        !scan_image_decode(&place->raw, "", &image, &damaged))
        return false;
    bool done = scan_crop_png(&image, &transform, &box, 0, paper_white(&image, &transform, &box), visit->out, error);
    scan_image_clear(&image);
    return done;
}

bool desk_picture(struct desk_visit *visit, const char *id, const char *view, struct survey_error *error)
{
    struct place place;
    static const char *const views[] = {"place.png", "strip.png", "page.png"};
    const char *name = NULL;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (strcmp(view, views[i]) == 0)
            name = survey_arena_strndup(visit->arena, view, strlen(view) - 4);
    if (!read_place(visit, id, &place, error))
        return false;
    bool has = false;
    if (name && place.found)
        has = cut_out(visit, &place, name, error);
    if (!has && name && strcmp(name, "place") == 0 && place.crop) { // as the reader kept it
        visit->out->length = 0;
        survey_buffer_add(visit->out, place.crop, place.crop_length);
        has = true;
    }
    if (!has) {
        desk_message(visit, 404, SAY_NO_PICTURE);
        return true;
    }
    visit->reply->type = "image/png";
    // What was scanned never changes; a shared cache is none of its places.
    desk_header(visit, "Cache-Control", "private, max-age=3600");
    return true;
}
