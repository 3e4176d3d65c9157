// SPDX-License-Identifier: GPL-3.0-or-later
// What a question type is in an XForm: its control, its bind, and what its parameters add to them.
#include "survey/definition/xform_private.h"

#include <string.h>

static const struct {
    const char *tag, *medium;     // the control
    const char *preload, *params; // of metadata
} types[SURVEY_TYPE_COUNT] = {
    [SURVEY_TYPE_TEXT] = {.tag = "input"},
    [SURVEY_TYPE_INTEGER] = {.tag = "input"},
    [SURVEY_TYPE_DECIMAL] = {.tag = "input"},
    [SURVEY_TYPE_NOTE] = {.tag = "input"},
    [SURVEY_TYPE_SELECT_ONE] = {.tag = "select1"},
    [SURVEY_TYPE_SELECT_MULTIPLE] = {.tag = "select"},
    [SURVEY_TYPE_RANK] = {.tag = "odk:rank"},
    [SURVEY_TYPE_DATE] = {.tag = "input"},
    [SURVEY_TYPE_TIME] = {.tag = "input"},
    [SURVEY_TYPE_DATETIME] = {.tag = "input"},
    [SURVEY_TYPE_GEOPOINT] = {.tag = "input"},
    [SURVEY_TYPE_GEOTRACE] = {.tag = "input"},
    [SURVEY_TYPE_GEOSHAPE] = {.tag = "input"},
    [SURVEY_TYPE_IMAGE] = {.tag = "upload", .medium = "image/*"},
    [SURVEY_TYPE_AUDIO] = {.tag = "upload", .medium = "audio/*"},
    [SURVEY_TYPE_VIDEO] = {.tag = "upload", .medium = "video/*"},
    [SURVEY_TYPE_FILE] = {.tag = "upload", .medium = "application/*"},
    [SURVEY_TYPE_BARCODE] = {.tag = "input"},
    [SURVEY_TYPE_RANGE] = {.tag = "range"},
    [SURVEY_TYPE_ACKNOWLEDGE] = {.tag = "trigger"},
    [SURVEY_TYPE_BACKGROUND_GEOPOINT] = {.tag = "trigger"},
    [SURVEY_TYPE_START] = {.preload = "timestamp", .params = "start"},
    [SURVEY_TYPE_END] = {.preload = "timestamp", .params = "end"},
    [SURVEY_TYPE_TODAY] = {.preload = "date", .params = "today"},
    [SURVEY_TYPE_DEVICEID] = {.preload = "property", .params = "deviceid"},
    [SURVEY_TYPE_USERNAME] = {.preload = "property", .params = "username"},
    [SURVEY_TYPE_PHONENUMBER] = {.preload = "property", .params = "phonenumber"},
    [SURVEY_TYPE_EMAIL] = {.preload = "property", .params = "email"},
};

// Old names of types that bring something of their own.
static const struct {
    const char *written, *params, *constraint, *hint;
} variants[] = {
    {"simserial", "simserial", NULL, NULL},
    {"sim id", "simserial", NULL, NULL},
    {"get sim id", "simserial", NULL, NULL},
    {"subscriberid", "subscriberid", NULL, NULL},
    {"subscriber id", "subscriberid", NULL, NULL},
    {"get subscriber id", "subscriberid", NULL, NULL},
    {"uri:subscriberid", "uri:subscriberid", NULL, NULL},
    {"uri:phonenumber", "uri:phonenumber", NULL, NULL},
    {"uri:simserial", "uri:simserial", NULL, NULL},
    {"uri:deviceid", "uri:deviceid", NULL, NULL},
    {"uri:username", "uri:username", NULL, NULL},
    {"uri:email", "uri:email", NULL, NULL},
    {"percentage", NULL, "0 <= . and . <= 100", NULL},
    {"phone number", NULL, "regex(., '^\\d*$')", "Enter numbers only."},
    {"number of days in last month", NULL, "0 <= . and . <= 31", "Enter a number 0-31."},
    {"number of days in last six months", NULL, "0 <= . and . <= 183", "Enter a number 0-183."},
    {"number of days in last year", NULL, "0 <= . and . <= 365", "Enter a number 0-365."},
};

void xform_type_fill(struct xform *x, struct xform_node *node, const char *written)
{
    const char *bind = survey_type_bind(node->type), *params = types[node->type].params;
    node->tag = types[node->type].tag;
    node->bound = bind != NULL;
    if (types[node->type].medium)
        survey_pairs_set(x->arena, &node->control, "mediatype", types[node->type].medium);
    if (strcmp(written, "trigger") == 0)
        node->bound = false; // the old name has no type
    else if (bind)
        survey_pairs_set(x->arena, &node->bind, "type", bind);
    if (node->type == SURVEY_TYPE_NOTE)
        survey_pairs_set(x->arena, &node->bind, "readonly", "true()");
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        if (strcmp(variants[i].written, written) != 0)
            continue;
        if (variants[i].constraint)
            survey_pairs_set(x->arena, &node->bind, "constraint", variants[i].constraint);
        if (variants[i].hint)
            node->hint.plain = variants[i].hint;
        if (variants[i].params)
            params = variants[i].params;
    }
    if (types[node->type].preload) {
        survey_pairs_set(x->arena, &node->bind, "jr:preload", types[node->type].preload);
        survey_pairs_set(x->arena, &node->bind, "jr:preloadParams", params);
    }
}

// Where a parameter goes: an attribute of the bind or of the control.
static const struct {
    enum survey_type type;
    const char *name, *attribute;
    bool control;
} places[] = {
    {SURVEY_TYPE_TEXT, "rows", "rows", true},
    {SURVEY_TYPE_IMAGE, "max-pixels", "orx:max-pixels", false},
    {SURVEY_TYPE_AUDIO, "quality", "odk:quality", false},
    {SURVEY_TYPE_AUDIT, "track-changes", "odk:track-changes", false},
    {SURVEY_TYPE_AUDIT, "track-changes-reasons", "odk:track-changes-reasons", false},
    {SURVEY_TYPE_AUDIT, "identify-user", "odk:identify-user", false},
    {SURVEY_TYPE_AUDIT, "location-max-age", "odk:location-max-age", false},
    {SURVEY_TYPE_AUDIT, "location-min-interval", "odk:location-min-interval", false},
    {SURVEY_TYPE_AUDIT, "location-priority", "odk:location-priority", false},
    {SURVEY_TYPE_GEOPOINT, "capture-accuracy", "accuracyThreshold", true},
    {SURVEY_TYPE_GEOPOINT, "warning-accuracy", "unacceptableAccuracyThreshold", true},
    {SURVEY_TYPE_GEOPOINT, "allow-mock-accuracy", "odk:allow-mock-accuracy", false},
    {SURVEY_TYPE_GEOTRACE, "allow-mock-accuracy", "odk:allow-mock-accuracy", false},
    {SURVEY_TYPE_GEOSHAPE, "allow-mock-accuracy", "odk:allow-mock-accuracy", false},
    {SURVEY_TYPE_GEOTRACE, "incremental", "incremental", true},
    {SURVEY_TYPE_GEOSHAPE, "incremental", "incremental", true},
    {SURVEY_TYPE_RANGE, "start", "start", true},
    {SURVEY_TYPE_RANGE, "end", "end", true},
    {SURVEY_TYPE_RANGE, "step", "step", true},
    {SURVEY_TYPE_RANGE, "tick_interval", "odk:tick-interval", true},
    {SURVEY_TYPE_RANGE, "placeholder", "odk:placeholder", true},
};

// True for "1.50", false for "3" and "3.0".
static bool has_fraction(const char *number)
{
    const char *dot = number ? strchr(number, '.') : NULL;
    return dot && dot[1 + strspn(dot + 1, "0")];
}

static void fill_range(struct xform *x, struct xform_node *node)
{
    static const char *const numbers[] = {"start", "end", "step", "tick_interval", "placeholder"};
    static const char *const fallback[] = {"1", "10", "1"};
    for (size_t i = 0; i < 3; i++)
        if (!survey_pairs_get(&node->parameters, numbers[i]))
            survey_pairs_set(x->arena, &node->parameters, numbers[i], fallback[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (has_fraction(survey_pairs_get(&node->parameters, numbers[i])))
            survey_pairs_set(x->arena, &node->bind, "type", "decimal");
    node->itemset = survey_pairs_get(&node->parameters, "tick_labelset");
}

void xform_parameters_fill(struct xform *x, struct xform_node *node)
{
    const char *appearance = survey_pairs_get(&node->control, "appearance"), *value;
    if (node->type == SURVEY_TYPE_RANGE)
        fill_range(x, node);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        value = places[i].type == node->type ? survey_pairs_get(&node->parameters, places[i].name)
                                             : NULL;
        if (value)
            survey_pairs_set(x->arena, places[i].control ? &node->control : &node->bind,
                             places[i].attribute,
                             strcmp(places[i].name, "incremental") == 0 ? "true" : value);
    }
    if (node->type == SURVEY_TYPE_IMAGE && (value = survey_pairs_get(&node->parameters, "app")) &&
        (!appearance || strcmp(appearance, "annotate") == 0))
        survey_pairs_set(x->arena, &node->control, "intent", value);
    if (node->type == SURVEY_TYPE_GEOPOINT || node->type == SURVEY_TYPE_GEOTRACE ||
        node->type == SURVEY_TYPE_GEOSHAPE)
        node->itemset = survey_pairs_get(&node->parameters, "reference-geometry");
    value = survey_pairs_get(&node->parameters, "randomize");
    node->randomized = value && strcmp(value, "true") == 0;
}
