// SPDX-License-Identifier: GPL-3.0-or-later
// The type column: today's names, those that old forms use, and lists.
#include "survey/base/format.h"
#include "survey/definition/reader.h"

#include <string.h>

static const struct {
    const char *name;
    enum survey_type type;
} aliases[] = {
    {"string", SURVEY_TYPE_TEXT},
    {"q string", SURVEY_TYPE_TEXT},
    {"add text prompt", SURVEY_TYPE_TEXT},
    {"phone number", SURVEY_TYPE_TEXT},
    {"int", SURVEY_TYPE_INTEGER},
    {"q int", SURVEY_TYPE_INTEGER},
    {"number", SURVEY_TYPE_INTEGER},
    {"add integer prompt", SURVEY_TYPE_INTEGER},
    {"percentage", SURVEY_TYPE_INTEGER},
    {"number of days in last month", SURVEY_TYPE_INTEGER},
    {"number of days in last six months", SURVEY_TYPE_INTEGER},
    {"number of days in last year", SURVEY_TYPE_INTEGER},
    {"q decimal", SURVEY_TYPE_DECIMAL},
    {"add decimal prompt", SURVEY_TYPE_DECIMAL},
    {"add note prompt", SURVEY_TYPE_NOTE},
    {"q note", SURVEY_TYPE_NOTE},
    {"datetime", SURVEY_TYPE_DATETIME},
    {"date time", SURVEY_TYPE_DATETIME},
    {"q date time", SURVEY_TYPE_DATETIME},
    {"q datetime", SURVEY_TYPE_DATETIME},
    {"add date time prompt", SURVEY_TYPE_DATETIME},
    {"add datetime prompt", SURVEY_TYPE_DATETIME},
    {"add date prompt", SURVEY_TYPE_DATE},
    {"q date", SURVEY_TYPE_DATE},
    {"q calculate", SURVEY_TYPE_CALCULATE},
    {"calculation", SURVEY_TYPE_CALCULATE},
    {"add calculate prompt", SURVEY_TYPE_CALCULATE},
    {"hidden value", SURVEY_TYPE_HIDDEN},
    {"gps", SURVEY_TYPE_GEOPOINT},
    {"location", SURVEY_TYPE_GEOPOINT},
    {"q geopoint", SURVEY_TYPE_GEOPOINT},
    {"q location", SURVEY_TYPE_GEOPOINT},
    {"add location prompt", SURVEY_TYPE_GEOPOINT},
    {"q geotrace", SURVEY_TYPE_GEOTRACE},
    {"q geoshape", SURVEY_TYPE_GEOSHAPE},
    {"photo", SURVEY_TYPE_IMAGE},
    {"q picture", SURVEY_TYPE_IMAGE},
    {"q image", SURVEY_TYPE_IMAGE},
    {"add image prompt", SURVEY_TYPE_IMAGE},
    {"add photo prompt", SURVEY_TYPE_IMAGE},
    {"add audio prompt", SURVEY_TYPE_AUDIO},
    {"q audio", SURVEY_TYPE_AUDIO},
    {"add video prompt", SURVEY_TYPE_VIDEO},
    {"q video", SURVEY_TYPE_VIDEO},
    {"add file prompt", SURVEY_TYPE_FILE},
    {"add barcode prompt", SURVEY_TYPE_BARCODE},
    {"q barcode", SURVEY_TYPE_BARCODE},
    {"trigger", SURVEY_TYPE_ACKNOWLEDGE},
    {"q acknowledge", SURVEY_TYPE_ACKNOWLEDGE},
    {"add acknowledge prompt", SURVEY_TYPE_ACKNOWLEDGE},
    {"start time", SURVEY_TYPE_START},
    {"get start time", SURVEY_TYPE_START},
    {"end time", SURVEY_TYPE_END},
    {"get end time", SURVEY_TYPE_END},
    {"get today", SURVEY_TYPE_TODAY},
    {"device id", SURVEY_TYPE_DEVICEID},
    {"get device id", SURVEY_TYPE_DEVICEID},
    {"imei", SURVEY_TYPE_DEVICEID},
    {"uri:deviceid", SURVEY_TYPE_DEVICEID},
    {"simserial", SURVEY_TYPE_DEVICEID},
    {"sim id", SURVEY_TYPE_DEVICEID},
    {"get sim id", SURVEY_TYPE_DEVICEID},
    {"uri:simserial", SURVEY_TYPE_DEVICEID},
    {"subscriberid", SURVEY_TYPE_DEVICEID},
    {"subscriber id", SURVEY_TYPE_DEVICEID},
    {"get subscriber id", SURVEY_TYPE_DEVICEID},
    {"uri:subscriberid", SURVEY_TYPE_DEVICEID},
    {"get phone number", SURVEY_TYPE_PHONENUMBER},
    {"uri:phonenumber", SURVEY_TYPE_PHONENUMBER},
    {"uri:username", SURVEY_TYPE_USERNAME},
    {"uri:email", SURVEY_TYPE_EMAIL},
};

// Prefixes of types that name a list, longest first where one leads another.
static const struct {
    const char *prefix;
    enum survey_type type;
    bool from_file;
} selects[] = {
    {"select_one_external", SURVEY_TYPE_SELECT_ONE, false},
    {"select_one_from_file", SURVEY_TYPE_SELECT_ONE, true},
    {"select one from file", SURVEY_TYPE_SELECT_ONE, true},
    {"select_multiple_from_file", SURVEY_TYPE_SELECT_MULTIPLE, true},
    {"select multiple from file", SURVEY_TYPE_SELECT_MULTIPLE, true},
    {"select all that apply from", SURVEY_TYPE_SELECT_MULTIPLE, false},
    {"select all that apply", SURVEY_TYPE_SELECT_MULTIPLE, false},
    {"select_multiple", SURVEY_TYPE_SELECT_MULTIPLE, false},
    {"select multiple", SURVEY_TYPE_SELECT_MULTIPLE, false},
    {"add select multiple prompt using", SURVEY_TYPE_SELECT_MULTIPLE, false},
    {"select_one from", SURVEY_TYPE_SELECT_ONE, false},
    {"select one from", SURVEY_TYPE_SELECT_ONE, false},
    {"select_one", SURVEY_TYPE_SELECT_ONE, false},
    {"select one", SURVEY_TYPE_SELECT_ONE, false},
    {"select1", SURVEY_TYPE_SELECT_ONE, false},
    {"add select one prompt using", SURVEY_TYPE_SELECT_ONE, false},
    {"rank", SURVEY_TYPE_RANK, false},
};

static bool starts(const char *text, const char *prefix, const char **rest)
{
    size_t length = strlen(prefix);
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        c = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        if (c != prefix[i])
            return false;
    }
    if (text[length] && text[length] != ' ')
        return false;
    for (text += length; *text == ' ';)
        text++;
    *rest = text;
    return true;
}

static bool read_bracket(const char *text, struct survey_row_type *type)
{
    static const struct {
        const char *text;
        enum survey_row_kind kind;
        enum survey_type type;
    } brackets[] = {
        {"begin_group", SURVEY_ROW_BEGIN, SURVEY_TYPE_GROUP},   {"begin group", SURVEY_ROW_BEGIN, SURVEY_TYPE_GROUP},
        {"begin_repeat", SURVEY_ROW_BEGIN, SURVEY_TYPE_REPEAT}, {"begin repeat", SURVEY_ROW_BEGIN, SURVEY_TYPE_REPEAT},
        {"begin_lgroup", SURVEY_ROW_BEGIN, SURVEY_TYPE_REPEAT}, {"begin lgroup", SURVEY_ROW_BEGIN, SURVEY_TYPE_REPEAT},
        {"begin looped group", SURVEY_ROW_BEGIN, SURVEY_TYPE_REPEAT},
        {"end_group", SURVEY_ROW_END, SURVEY_TYPE_GROUP},       {"end group", SURVEY_ROW_END, SURVEY_TYPE_GROUP},
        {"end_repeat", SURVEY_ROW_END, SURVEY_TYPE_REPEAT},     {"end repeat", SURVEY_ROW_END, SURVEY_TYPE_REPEAT},
        {"end_lgroup", SURVEY_ROW_END, SURVEY_TYPE_REPEAT},     {"end lgroup", SURVEY_ROW_END, SURVEY_TYPE_REPEAT},
        {"end looped group", SURVEY_ROW_END, SURVEY_TYPE_REPEAT},
    };
    const char *rest;
    for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++)
        if (starts(text, brackets[i].text, &rest)) {
            type->kind = brackets[i].kind;
            type->type = brackets[i].type;
            return true;
        }
    return false;
}

static bool read_select(const char *text, struct survey_row_type *type)
{
    const char *rest;
    for (size_t i = 0; i < sizeof selects / sizeof *selects; i++) {
        if (!starts(text, selects[i].prefix, &rest))
            continue;
        size_t length = strcspn(rest, " ");
        const char *after = rest + length;
        while (*after == ' ')
            after++;
        type->kind = SURVEY_ROW_QUESTION;
        type->type = selects[i].type;
        type->from_file = selects[i].from_file;
        type->external = strcmp(selects[i].prefix, "select_one_external") == 0;
        type->or_other = strcmp(after, "or_other") == 0 || strcmp(after, "or other") == 0 ||
                         strcmp(after, "or specify other") == 0;
        survey_format_into(type->list, sizeof type->list, "%.*s", (int)(length < 255 ? length : 255), rest);
        size_t dot = strcspn(type->list, ".");
        const char *tail = type->list + dot; // a file may be named without "_from_file"
        if (strcmp(tail, ".csv") == 0 || strcmp(tail, ".xml") == 0 || strcmp(tail, ".geojson") == 0)
            type->from_file = true;
        return true;
    }
    return false;
}

// What other tools know and we refuse by name.
static void read_refused(const char *text, struct survey_row_type *type)
{
    static const struct {
        const char *name;
        bool loop;
    } refused[] = {
        {"osm", false}, {"begin loop", true}, {"begin_loop", true},
        {"end loop", true}, {"end_loop", true},
    };
    const char *rest;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (starts(text, refused[i].name, &rest)) {
            type->refused = true;
            type->loop = refused[i].loop;
        }
}

void survey_row_type_parse(const char *text, struct survey_row_type *type)
{
    const char *rest;
    *type = (struct survey_row_type){.kind = SURVEY_ROW_UNKNOWN, .type = SURVEY_TYPE_HIDDEN};
    if (read_bracket(text, type) || read_select(text, type))
        return;
    for (int i = 0; i < SURVEY_TYPE_GROUP; i++) {
        char name[32];
        survey_format_into(name, sizeof name, "%s", survey_type_name((enum survey_type)i));
        for (char *at = name; *at; at++)
            *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
        if (starts(text, name, &rest) && !*rest) {
            type->kind = SURVEY_ROW_QUESTION;
            type->type = (enum survey_type)i;
            return;
        }
    }
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (starts(text, aliases[i].name, &rest) && !*rest) {
            type->kind = SURVEY_ROW_QUESTION;
            type->type = aliases[i].type;
            return;
        }
    read_refused(text, type);
}
