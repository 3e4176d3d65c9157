// SPDX-License-Identifier: GPL-3.0-or-later
// Misspelt columns of the survey, choices and settings sheets: other tools keep them and say nothing.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/definition/examine_private.h"
#include "survey/definition/reader.h"

#include <string.h>
#include <strings.h>

static const char *const survey_columns[] = {
    "type", "name", "label", "hint", "guidance_hint", "constraint", "constraint_message", "required", "required_message", "relevant",
    "appearance", "default", "read_only", "readonly", "calculation", "repeat_count", "choice_filter", "parameters", "trigger", "media",
    "image", "audio", "video", "big-image", "disabled", "paper", "role", "restricted", "back_check", "save_to", "autoplay", "intent"};
static const char *const choice_columns[] = {"list_name", "name", "label", "media", "image", "audio", "video", "missing"};
static const char *const setting_columns[] = {
    "form_title", "form_id", "version", "default_language", "instance_name", "style", "public_key", "submission_url", "auto_send",
    "auto_delete", "name", "id_string", "title", "allow_choice_duplicates", "namespaces", "clean_text_values", "omit_instanceid",
    "instance_xmlns", "client_editable", "prefix", "delimiter"};

static size_t common_length(const char *header)
{
    const char *colon = strchr(header, ':');
    return colon ? (size_t)(colon - header) : strlen(header);
}

// Short words are near to anything; a header is taken for a slip only from five letters on.
static void check_header(struct survey_examination *in, const struct survey_sheet *sheet, uint32_t column, const char *const *names, size_t count)
{
    const char *header = survey_sheet_cell(sheet, 0, column);
    size_t length = common_length(header);
    char *stem = survey_arena_strndup(in->arena, header, length);
    for (char *at = stem; *at; at++)
        *at = *at == ' ' ? '_' : (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    const char *near = length >= 5 ? survey_nearest(stem, names, count) : NULL;
    size_t difference = near ? (strlen(near) > length ? strlen(near) - length : length - strlen(near)) : 0;
    if (!near || strcmp(near, stem) == 0 || difference > 1)
        return;
    for (uint32_t i = 0; i < sheet->columns; i++) // the right one is there too: this is another
        if (common_length(survey_sheet_cell(sheet, 0, i)) == strlen(near) && strncasecmp(survey_sheet_cell(sheet, 0, i), near, strlen(near)) == 0)
            return;
    survey_examine_say(in, SURVEY_WARNING, "W322", sheet->name, survey_sheet_line(sheet, 0), column + 1,
                       survey_arena_format(in->arena, _("did you mean '%s'?"), near),
                       _("column '%s' means nothing to ODK: what stands in it is not used"), header);
}

// Aliases and keys that the reader knows are right as they are.
static bool is_known(struct survey_examination *in, const char *header, bool choices)
{
    const char *key, *language;
    survey_column_parse(in->arena, header, strstr(header, "::") != NULL, choices, &key, &language);
    return key != header;
}

static void check_sheet(struct survey_examination *in, const struct survey_sheet *sheet, const char *const *names, size_t count)
{
    for (uint32_t column = 0; sheet && column < sheet->columns; column++)
        if (!is_known(in, survey_sheet_cell(sheet, 0, column), sheet == in->choices))
            check_header(in, sheet, column, names, count);
}

void survey_examine_headers(struct survey_examination *in)
{
    check_sheet(in, in->survey, survey_columns, sizeof survey_columns / sizeof *survey_columns);
    check_sheet(in, in->choices, choice_columns, sizeof choice_columns / sizeof *choice_columns);
    check_sheet(in, survey_workbook_sheet(in->form->workbook, "settings"), setting_columns, sizeof setting_columns / sizeof *setting_columns);
}
