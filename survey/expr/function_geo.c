// SPDX-License-Identifier: GPL-3.0-or-later
// Functions on places: "lat lon alt acc; lat lon alt acc ...", on a sphere of 6,378,100 m as
// JavaRosa takes it.
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/expr/function.h"

#include <math.h>
#include <string.h>

static const double earth_radius = 6378100.0; // metres
static const double degree = 3.14159265358979323846 / 180;

struct place {
    double latitude, longitude;
};

struct places {
    struct place *at;
    size_t count;
};

static bool read_place(const char *text, size_t length, struct place *place)
{
    char copy[128];
    const char *at = copy, *word;
    double parts[2];
    size_t size;
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    for (size_t i = 0; i < 2; i++)
        if (!expr_next_word(&at, &word, &size) || !survey_number_parse(word, size, &parts[i]))
            return false;
    *place = (struct place){parts[0], parts[1]};
    return fabs(parts[0]) <= 90 && fabs(parts[1]) <= 180;
}

// The places of a trace or of several points; a fault for text that is no place.
static bool read_places(struct evaluation *evaluation, const struct survey_value *arguments,
                        size_t count, struct places *places)
{
    size_t values = expr_flat_count(arguments, count), room = 1;
    for (size_t i = 0; i < values; i++) {
        struct survey_value one = expr_flat_at(arguments, count, i);
        room++;
        for (const char *c = expr_as_text(evaluation, &one); *c; c++)
            room += *c == ';';
    }
    if (!expr_spend(evaluation, room))
        return false;
    places->at = survey_arena_array(evaluation->arena, room, sizeof *places->at);
    places->count = 0;
    for (size_t i = 0; i < values; i++) {
        struct survey_value one = expr_flat_at(arguments, count, i);
        const char *at = expr_as_text(evaluation, &one);
        while (*at) {
            size_t length = strcspn(at, ";");
            bool blank = strspn(at, " \t\n\r") >= length;
            if (!blank && !read_place(at, length, &places->at[places->count++]))
                return expr_fail(evaluation, _("'%.*s' is not a place"),
                                 (int)(length < 60 ? length : 60), at);
            at += length + (at[length] == ';');
        }
    }
    return true;
}

bool expr_call_area(EXPR_CALL_PARAMETERS)
{
    struct places places;
    if (!read_places(evaluation, arguments, count, &places))
        return false;
    if (places.count < 3)
        return expr_number(value, 0);
    // Triangles from the first place, on a plane that is shrunk by each place's own latitude.
    double sum = 0, x = 0, y = 0;
    for (size_t i = 1; i < places.count; i++) {
        double next_y = (places.at[i].latitude - places.at[0].latitude) * degree * earth_radius;
        double next_x = (places.at[i].longitude - places.at[0].longitude) * degree * earth_radius *
                        cos(places.at[i].latitude * degree);
        sum += (y * next_x - x * next_y) / 2;
        x = next_x;
        y = next_y;
    }
    return expr_number(value, fabs(sum));
}

// Haversine.
static double metres(const struct place *a, const struct place *b)
{
    double north = sin((b->latitude - a->latitude) * degree / 2);
    double east = sin((b->longitude - a->longitude) * degree / 2);
    double chord =
        north * north + cos(a->latitude * degree) * cos(b->latitude * degree) * east * east;
    return 2 * earth_radius * asin(sqrt(chord < 1 ? chord : 1));
}

bool expr_call_distance(EXPR_CALL_PARAMETERS)
{
    struct places places;
    double sum = 0;
    if (!read_places(evaluation, arguments, count, &places))
        return false;
    for (size_t i = 1; i < places.count; i++)
        sum += metres(&places.at[i - 1], &places.at[i]);
    return expr_number(value, sum);
}

// Crossings of a ray to the east.
static bool inside(const struct place *point, const struct places *shape)
{
    bool odd = false;
    for (size_t i = 0, k = shape->count - 1; i < shape->count; k = i++) {
        const struct place *a = &shape->at[i], *b = &shape->at[k];
        if ((a->latitude > point->latitude) == (b->latitude > point->latitude))
            continue;
        double cut = a->longitude + (point->latitude - a->latitude) / (b->latitude - a->latitude) *
                                        (b->longitude - a->longitude);
        odd ^= point->longitude < cut;
    }
    return odd;
}

bool expr_call_geofence(EXPR_CALL_PARAMETERS)
{
    (void)count;
    struct places point, shape;
    if (!read_places(evaluation, &arguments[0], 1, &point) ||
        !read_places(evaluation, &arguments[1], 1, &shape))
        return false;
    if (point.count != 1)
        return expr_fail(evaluation, _("geofence() takes one place first"));
    if (shape.count < 3)
        return expr_fail(evaluation, _("geofence() takes a shape of at least three places"));
    return expr_boolean(value, inside(&point.at[0], &shape));
}

static double turn(const struct place *a, const struct place *b, const struct place *c)
{
    return (b->longitude - a->longitude) * (c->latitude - a->latitude) -
           (b->latitude - a->latitude) * (c->longitude - a->longitude);
}

static bool between(double low, double x, double high)
{
    return low < high ? x >= low && x <= high : x >= high && x <= low;
}

static bool on(const struct place *a, const struct place *b, const struct place *c)
{
    return between(a->longitude, c->longitude, b->longitude) &&
           between(a->latitude, c->latitude, b->latitude);
}

static bool crosses(const struct place *a, const struct place *b, const struct place *c,
                    const struct place *d)
{
    double one = turn(a, b, c), two = turn(a, b, d), three = turn(c, d, a), four = turn(c, d, b);
    if (((one > 0 && two < 0) || (one < 0 && two > 0)) &&
        ((three > 0 && four < 0) || (three < 0 && four > 0)))
        return true;
    return (one == 0 && on(a, b, c)) || (two == 0 && on(a, b, d)) || (three == 0 && on(c, d, a)) ||
           (four == 0 && on(c, d, b));
}

// Does a trace cross itself? Neighbours share an end, as do the first and last of a closed one.
bool expr_call_intersects(EXPR_CALL_PARAMETERS)
{
    struct places places;
    if (!read_places(evaluation, arguments, count, &places))
        return false;
    if (places.count > 4096)
        return expr_fail(evaluation, _("intersects() takes at most %d places"), 4096);
    const struct place *at = places.at;
    size_t lines = places.count ? places.count - 1 : 0;
    bool closed = places.count > 2 && at[0].latitude == at[lines].latitude &&
                  at[0].longitude == at[lines].longitude;
    if (!expr_spend(evaluation, lines * lines / 16))
        return false;
    for (size_t i = 0; i < lines; i++)
        for (size_t k = i + 2; k < lines; k++)
            if (!(closed && i == 0 && k == lines - 1) &&
                crosses(&at[i], &at[i + 1], &at[k], &at[k + 1]))
                return expr_boolean(value, true);
    return expr_boolean(value, false);
}
