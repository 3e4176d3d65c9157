// SPDX-License-Identifier: GPL-3.0-or-later
// The custom document properties of an .xlsx file, by which a report says where it is from.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/map.h"
#include "survey/base/text.h"
#include "survey/workbook/xlsx.h"

#include <string.h>

enum { MOST_PROPERTIES = 256 };

struct properties {
    struct survey_arena *arena;
    struct survey_map *map;
    struct survey_buffer text;
    const char *name; // of the property being read; NULL outside
};

static void properties_start(void *user, const char *name, const char **attributes)
{
    struct properties *properties = user;
    const char *called = survey_xlsx_attribute(attributes, "name");
    survey_buffer_clear(&properties->text);
    if (strcmp(survey_xlsx_local(name), "property") == 0)
        properties->name = called ? survey_arena_strdup(properties->arena, called) : NULL;
}

static void properties_end(void *user, const char *name)
{
    struct properties *properties = user;
    if (strcmp(survey_xlsx_local(name), "property") == 0)
        properties->name = NULL;
    else if (properties->name && properties->map->count < MOST_PROPERTIES)
        survey_map_put(properties->map, properties->arena, properties->name, NULL)->value =
            survey_arena_strdup(properties->arena, survey_buffer_string(&properties->text));
}

static void properties_text(void *user, const char *text, int length)
{
    struct properties *properties = user;
    if (properties->name)
        survey_buffer_add(&properties->text, text, (size_t)length);
}

bool survey_workbook_properties(struct survey_arena *arena, const char *path, const char *bytes, size_t length,
                                struct survey_map *map, struct survey_error *error)
{
    struct survey_xlsx xlsx = {.arena = arena, .path = path, .limits = &survey_workbook_default_limits, .error = error};
    struct properties properties = {.arena = arena, .map = map, .text = SURVEY_BUFFER(1 << 16)};
    zip_error_t trouble;
    zip_error_init(&trouble);
    zip_source_t *source = zip_source_buffer_create(bytes, length, 0, &trouble);
    xlsx.zip = source ? zip_open_from_source(source, ZIP_RDONLY, &trouble) : NULL;
    zip_error_fini(&trouble);
    if (!xlsx.zip) {
        zip_source_free(source);
        return survey_fail(error, SURVEY_ERROR_INPUT, path, "%s", _("this is not a whole .xlsx workbook: the zip file is damaged"));
    }
    struct survey_xlsx_handlers handlers = {properties_start, properties_end, properties_text, &properties, NULL};
    bool done = survey_xlsx_parse(&xlsx, "docProps/custom.xml", true, &handlers);
    survey_buffer_clear(&properties.text);
    zip_discard(xlsx.zip);
    return done;
}
