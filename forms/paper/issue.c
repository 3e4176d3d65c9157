// SPDX-License-Identifier: GPL-3.0-or-later
// From the sample to sheets, in one transaction.
#include "forms/paper/issue.h"

#include "forms/paper/qr.h"
#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/map.h"
#include "survey/base/text.h"
#include "survey/expr/expr.h"
#include "survey/sample/frame.h"
#include "survey/workbook/workbook.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PDF_LIMIT = 0x7fffffff, COPIES_MOST = 1 << 20, PLACES_MOST = 400, DESIGNS_MOST = 32 };

struct issuer {
    struct survey_store *store;
    const struct paper_issue_request *request;
    struct survey_arena *arena;
    struct survey_report *report;
    const char *round;
    struct survey_frame frame;
    struct survey_map rows; // unit -> number: row of the frame + 1
    struct paper_design *designs[DESIGNS_MOST];
    int64_t forms[DESIGNS_MOST], layouts[DESIGNS_MOST];
    uint16_t tags[DESIGNS_MOST];
    size_t design_count;
    struct paper_copy *copies;
    size_t copy_count, copy_capacity;
};

bool paper_server_text(const char *given, char text[static 128], struct survey_error *error)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:";
    size_t length = strlen(given);
    while (length && given[length - 1] == '/')
        length--;
    if (length < 10 || length >= 100)
        return survey_fail(error, SURVEY_ERROR_USAGE, "--server", _("'%s' is not an address like https://host"), given);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)(given[i] >= 'a' && given[i] <= 'z' ? given[i] - 32 : given[i]);
    text[length] = '\0';
    if (strncmp(text, "HTTPS://", 8) != 0 || strspn(text + 8, allowed) != length - 8)
        return survey_fail(error, SURVEY_ERROR_USAGE, "--server", _("'%s' is not an address like https://host"), given);
    return true;
}

// --- designs ------------------------------------------------------------------------------------

static bool pick_languages(const struct survey_form *form, const char *names, struct paper_request *design, struct survey_error *error)
{
    if (!names || !*names) {
        design->languages[design->language_count++] = form->default_language;
        return true;
    }
    for (const char *at = names; *at;) {
        char name[128];
        size_t length = strcspn(at, ",");
        survey_format_into(name, sizeof name, "%.*s", (int)(length < 127 ? length : 127), at);
        int language = survey_form_language(form, name);
        // A form whose language has no name is printed in it, whatever is asked for.
        if (language < 0 && form->language_count == 1 && strcmp(form->languages[0], "default") == 0)
            language = 0;
        if (language < 0)
            return survey_fail(error, SURVEY_ERROR_USAGE, form->path, _("the form has no language '%s'"), name);
        bool twice = design->language_count == 1 && design->languages[0] == (size_t)language;
        if (!twice && design->language_count == 2)
            return survey_fail(error, SURVEY_ERROR_USAGE, "--language", "%s", _("a form is printed in one or two languages"));
        if (!twice)
            design->languages[design->language_count++] = (size_t)language;
        at += length + (at[length] == ',');
    }
    return true;
}

static bool make_design(const struct survey_form *form, const struct paper_issue_request *request, struct survey_report *report,
                        struct paper_design **made, struct survey_error *error)
{
    struct paper_request design = {.form = form, .large_codes = request->server != NULL};
    design.qr_modules = paper_qr_side(paper_says_length(request->server));
    return pick_languages(form, request->languages, &design, error) && paper_design_make(&design, report, made, error);
}

// The design of a form by its form_id ("": the main form), made once.
static bool design_of(struct issuer *issuer, const char *name, size_t *index, struct survey_error *error)
{
    int64_t id = 0;
    size_t length = 0;
    const struct survey_form *form = survey_store_current_form(issuer->store, *name ? name : NULL, &id, error);
    if (!form)
        return false;
    for (*index = 0; *index < issuer->design_count; (*index)++)
        if (issuer->forms[*index] == id)
            return true;
    if (*index == DESIGNS_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, form->path, _("at most %d forms are printed at once; use --where"), (int)DESIGNS_MOST);
    if (!make_design(form, issuer->request, issuer->report, &issuer->designs[*index], error))
        return false;
    issuer->design_count++;
    issuer->forms[*index] = id;
    struct survey_query *query = survey_query(issuer->store, error, "SELECT substr(sha256, 1, 2) FROM form WHERE id = ?", "i", id);
    if (!query)
        return false;
    const uint8_t *tag = survey_query_next(query) ? survey_query_blob(query, 0, &length) : NULL;
    issuer->tags[*index] = tag && length == 2 ? (uint16_t)(tag[0] << 8 | tag[1]) : 0;
    return survey_query_end(query, error);
}

// --- units --------------------------------------------------------------------------------------

static void add_copy(struct issuer *issuer, const struct paper_copy *copy)
{
    if (issuer->copy_count == issuer->copy_capacity) {
        size_t capacity = issuer->copy_capacity ? issuer->copy_capacity * 2 : 256;
        struct paper_copy *grown = survey_arena_array(issuer->arena, capacity, sizeof *grown);
        if (issuer->copy_count)
            memcpy(grown, issuer->copies, issuer->copy_count * sizeof *grown);
        issuer->copies = grown;
        issuer->copy_capacity = capacity;
    }
    issuer->copies[issuer->copy_count++] = *copy;
}

static bool read_frame(struct issuer *issuer, struct survey_error *error)
{
    if (!survey_frame_read(issuer->store, issuer->arena, &issuer->frame, error))
        return false;
    for (size_t row = 0; row < issuer->frame.rows; row++)
        survey_map_put(&issuer->rows, issuer->arena, survey_frame_cell(&issuer->frame, row, issuer->frame.unit), NULL)->number = (int64_t)row + 1;
    return true;
}

static void add_part(struct survey_buffer *text, const char *part)
{
    if (*part && text->length + strlen(part) < PLACES_MOST)
        survey_format(text, "%s%s", text->length ? " · " : "", part);
}

// Columns X_code are places; X or X_name is what they are called.
static const char *place_name(const struct issuer *issuer, size_t row, const char *column, size_t length)
{
    char name[160];
    static const char *const tails[] = {"_name", ""};
    for (int i = 0; i < 2; i++) {
        survey_format_into(name, sizeof name, "%.*s%s", (int)length, column, tails[i]);
        int found = survey_frame_column(&issuer->frame, name);
        if (found >= 0)
            return survey_frame_cell(&issuer->frame, row, (size_t)found);
    }
    return "";
}

// The places from the top down.
static void add_places(const struct issuer *issuer, size_t row, struct survey_buffer *text)
{
    const struct survey_frame *frame = &issuer->frame;
    for (size_t i = 0; i < frame->column_count; i++) {
        size_t length = strlen(frame->columns[i]);
        if (i != frame->unit && length > 5 && length < 120 && strcmp(frame->columns[i] + length - 5, "_code") == 0)
            add_part(text, place_name(issuer, row, frame->columns[i], length - 5));
    }
}

static const char *keep(const struct issuer *issuer, struct survey_buffer *text)
{
    const char *kept = survey_arena_strdup(issuer->arena, survey_buffer_string(text));
    survey_buffer_clear(text);
    return kept;
}

// A village by its places and its code, for a cover sheet.
static const char *group_of(const struct issuer *issuer, const struct survey_map_entry *entry, const char *parent)
{
    struct survey_buffer text = SURVEY_BUFFER(PLACES_MOST * 4);
    if (entry)
        add_places(issuer, (size_t)entry->number - 1, &text);
    add_part(&text, parent);
    return keep(issuer, &text);
}

// What the frame knows of the unit that the form asks too (its stratum).
static const char *facts_of(const struct issuer *issuer, size_t row, size_t design)
{
    struct survey_buffer text = SURVEY_BUFFER(PLACES_MOST * 4);
    const struct survey_frame *frame = &issuer->frame;
    for (size_t i = 0; i < frame->column_count; i++) {
        const char *cell = survey_frame_cell(frame, row, i);
        const char *label = *cell ? paper_design_choice(issuer->designs[design], frame->columns[i], cell) : cell;
        if (label != cell)
            add_part(&text, label);
    }
    return keep(issuer, &text);
}

// The places, then the facts.
static const char *places_of(const struct issuer *issuer, const struct survey_map_entry *entry, const char *facts)
{
    struct survey_buffer text = SURVEY_BUFFER(PLACES_MOST * 4);
    if (entry)
        add_places(issuer, (size_t)entry->number - 1, &text);
    add_part(&text, facts);
    return keep(issuer, &text);
}

static bool names_of(const struct issuer *issuer, const char *unit, const char **facts, struct survey_error *error)
{
    struct survey_buffer text = SURVEY_BUFFER(PLACES_MOST * 4);
    struct survey_query *query = survey_query(issuer->store, error, "SELECT value FROM private.identity WHERE unit = ? ORDER BY name", "t", unit);
    if (!query)
        return false;
    add_part(&text, *facts);
    while (survey_query_next(query))
        add_part(&text, survey_query_text(query, 0));
    *facts = keep(issuer, &text);
    return survey_query_end(query, error);
}

struct drawn {
    const char *unit, *form, *parent;
};

static bool add_unit(struct issuer *issuer, const struct drawn *drawn, const struct survey_expr *condition, struct survey_error *error)
{
    const struct survey_map_entry *entry = survey_map_find(&issuer->rows, drawn->unit);
    size_t design;
    bool meets = true;
    const char *facts = "";
    if (condition && entry && !survey_frame_meets(&issuer->frame, (size_t)entry->number - 1, condition, &meets, error))
        return false;
    if (!meets || (condition && !entry))
        return true;
    if (issuer->copy_count == COPIES_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("too many forms at once; use --where"));
    if (!design_of(issuer, drawn->form, &design, error))
        return false;
    if (entry)
        facts = facts_of(issuer, (size_t)entry->number - 1, design);
    if (issuer->request->names && !names_of(issuer, drawn->unit, &facts, error))
        return false;
    add_copy(issuer, &(struct paper_copy){.design = design, .unit = drawn->unit, .places = places_of(issuer, entry, facts),
                                          .group = group_of(issuer, entry, drawn->parent), .facts = facts});
    return true;
}

static bool parse_where(struct issuer *issuer, const struct survey_expr **condition, struct survey_error *error)
{
    struct survey_error inner = {0};
    const char *where = issuer->request->where;
    *condition = NULL;
    if (!where || survey_expr_parse(issuer->arena, where, condition, NULL, &inner))
        return true;
    return survey_fail(error, SURVEY_ERROR_USAGE, "--where", "%s", inner.message);
}

// The sampled units of the last stage, by village, in the order of selection. They are read before designs
// are made, since those ask the store too.
static bool read_units(struct issuer *issuer, struct drawn **units, size_t *count, struct survey_error *error)
{
    static const char sql[] = "SELECT s.unit, s.form, s.parent FROM sample s JOIN draw d ON d.id = s.draw WHERE d.current AND d.round = ?1 AND s.status = 'selected' "
                              "AND s.stage = (SELECT max(stage) FROM sample WHERE draw = d.id) ORDER BY s.parent, s.position, s.unit";
    int64_t most = survey_store_count(issuer->store, 0, "SELECT count(*) FROM sample WHERE round = ?", "t", issuer->round);
    struct survey_query *query = survey_query(issuer->store, error, sql, "t", issuer->round);
    if (!query)
        return false;
    *units = survey_arena_array(issuer->arena, (size_t)most + 1, sizeof **units);
    *count = 0;
    while (survey_query_next(query) && *count < (size_t)most)
        (*units)[(*count)++] = (struct drawn){survey_arena_strdup(issuer->arena, survey_query_text(query, 0)),
                                              survey_arena_strdup(issuer->arena, survey_query_text(query, 1)),
                                              survey_arena_strdup(issuer->arena, survey_query_text(query, 2))};
    return survey_query_end(query, error);
}

static bool choose_units(struct issuer *issuer, struct survey_error *error)
{
    const struct survey_expr *condition;
    struct drawn *units;
    size_t count;
    if (!parse_where(issuer, &condition, error) || !read_units(issuer, &units, &count, error))
        return false;
    if (!count)
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(issuer->store),
                           _("nothing is sampled in round '%s'; draw with 'assay sample', or print --blank N"), issuer->round);
    if (!read_frame(issuer, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_unit(issuer, &units[i], condition, error))
            return false;
    return issuer->copy_count || survey_fail(error, SURVEY_ERROR_INPUT, "--where", _("none of the %zu sampled units meets the condition"), count);
}

static bool choose_blanks(struct issuer *issuer, struct survey_error *error)
{
    size_t design;
    if (!design_of(issuer, "", &design, error))
        return false;
    for (int64_t i = 0; i < issuer->request->blank; i++)
        add_copy(issuer, &(struct paper_copy){.design = design, .places = ""});
    return true;
}

// --- what is kept -------------------------------------------------------------------------------

static bool store_layout(struct issuer *issuer, size_t design, struct survey_error *error)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct survey_buffer json = SURVEY_BUFFER(1 << 28);
    paper_layout_write(paper_design_layout(issuer->designs[design]), &json);
    crypto_hash_sha256(hash, (const unsigned char *)survey_buffer_string(&json), json.length);
    const char *languages = issuer->request->languages ? issuer->request->languages : "";
    bool done = !json.overflow &&
                survey_store_run(issuer->store, error, "INSERT OR IGNORE INTO layout (form, language, sha256, geometry) VALUES (?, ?, ?, ?)", "itbt",
                                 issuer->forms[design], languages, (const void *)hash, sizeof hash, survey_buffer_string(&json));
    issuer->layouts[design] = survey_store_count(issuer->store, 0, "SELECT id FROM layout WHERE sha256 = ?", "b", (const void *)hash, sizeof hash);
    survey_buffer_clear(&json);
    return done && (issuer->layouts[design] || survey_fail(error, SURVEY_ERROR_RESOURCE, survey_store_path(issuer->store), "%s", _("the layout was not kept")));
}

static bool store_sheet(struct issuer *issuer, struct paper_copy *copy, int64_t first_page, const char *at, const char *who,
                        struct survey_error *error)
{
    do {
        copy->number = ((uint64_t)randombytes_random() << 8 | (randombytes_random() & 255)) & 0xffffffffffu;
    } while (survey_store_count(issuer->store, 0, "SELECT count(*) FROM sheet WHERE number = ?", "i", (int64_t)copy->number) > 0);
    return survey_store_run(issuer->store, error, "INSERT INTO sheet (number, unit, round, form, layout, pages, printed_at, who, first_page) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            "ittiiitti", (int64_t)copy->number, copy->unit, issuer->round, issuer->forms[copy->design], issuer->layouts[copy->design],
                            (int64_t)paper_design_layout(issuer->designs[copy->design])->page_count, at, who, first_page);
}

// Pages are counted through all files, cover sheets too.
static bool store_all(struct issuer *issuer, const struct paper_run *run, const struct survey_actor *actor, struct survey_error *error)
{
    char at[40];
    survey_time_text(&actor->now, at);
    for (size_t i = 0; i < issuer->design_count; i++)
        if (!store_layout(issuer, i, error))
            return false;
    int64_t page = 1;
    for (size_t i = 0, from = 0, end = 0; i < issuer->copy_count; i++) {
        if (i == end) {
            from = i;
            end = paper_file_end(run, i, (size_t)issuer->request->per_file);
        }
        if (run->covers)
            page += (int64_t)paper_covers_before(issuer->copies + from, end - from, i - from);
        if (!store_sheet(issuer, &issuer->copies[i], page, at, actor->who, error))
            return false;
        page += (int64_t)paper_design_layout(issuer->designs[issuer->copies[i].design])->page_count;
    }
    return true;
}

static bool log_issue(struct issuer *issuer, const struct survey_actor *actor, const struct paper_issue *issue, struct survey_error *error)
{
    struct survey_buffer after = SURVEY_BUFFER(4096);
    struct survey_json_writer json = survey_json_writer(&after, false);
    struct survey_actor here = *actor;
    here.round = issuer->round;
    survey_json_open(&json, '{');
    survey_json_member_integer(&json, "sheets", (int64_t)issue->sheets);
    survey_json_member_integer(&json, "pages", (int64_t)issue->pages);
    survey_json_member(&json, "language", issuer->request->languages);
    survey_json_member(&json, "where", issuer->request->where);
    survey_json_member_bool(&json, "blank", issuer->request->blank > 0);
    survey_json_member_bool(&json, "names", issuer->request->names);
    survey_json_close(&json, '}');
    bool done = survey_store_log(issuer->store, &here, "print", issuer->round, "", survey_buffer_string(&after), error);
    survey_buffer_clear(&after);
    return done;
}

// --- together -----------------------------------------------------------------------------------

static void start_issue(struct paper_issue *issue)
{
    *issue = (struct paper_issue){.left_out = SURVEY_BUFFER(1 << 16)};
}

static bool print_files(const struct paper_run *all, const struct paper_issue_request *request, struct paper_issue *issue,
                        struct survey_error *error)
{
    for (size_t from = 0, end; from < all->copy_count; from = end) {
        struct paper_run run = *all;
        end = paper_file_end(all, from, (size_t)request->per_file);
        run.copies = all->copies + from;
        run.copy_count = end - from;
        issue->pages += paper_pages(all, from, end);
        issue->files = survey_realloc(issue->files, issue->file_count + 1, sizeof *issue->files);
        struct paper_file *file = &issue->files[issue->file_count++];
        *file = (struct paper_file){.pdf = SURVEY_BUFFER(PDF_LIMIT), .layout = SURVEY_BUFFER(PDF_LIMIT)};
        if (!paper_print(&run, &file->pdf, request->with_layout ? &file->layout : NULL, error))
            return false;
    }
    return true;
}

static void summarise(struct paper_issue *issue, struct paper_design *const *designs, size_t design_count, size_t copy_count)
{
    issue->sheets = copy_count;
    issue->forms = design_count;
    for (size_t i = 0; i < design_count; i++)
        for (size_t k = 0; paper_design_left_out(designs[i], k); k++)
            survey_format(&issue->left_out, "%s%s", issue->left_out.length ? ", " : "", paper_design_left_out(designs[i], k)->name);
}

static bool issue_all(struct issuer *issuer, const struct survey_actor *actor, struct paper_issue *issue, struct survey_error *error)
{
    const uint8_t *key;
    size_t length;
    const struct paper_issue_request *request = issuer->request;
    if (!survey_store_key(issuer->store, "token", &key, &length, error))
        return false;
    if (length != PAPER_TOKEN_KEY)
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(issuer->store), "%s", _("the private file's token key is damaged"));
    if (!(request->blank ? choose_blanks(issuer, error) : choose_units(issuer, error)))
        return false;
    struct paper_run run = {.designs = issuer->designs, .tags = issuer->tags, .design_count = issuer->design_count, .copies = issuer->copies,
                            .copy_count = issuer->copy_count, .key = key, .server = request->server, .now = actor->now, .covers = request->covers, .progress = request->progress};
    if (!store_all(issuer, &run, actor, error) || !print_files(&run, request, issue, error))
        return false;
    summarise(issue, issuer->designs, issuer->design_count, issuer->copy_count);
    return log_issue(issuer, actor, issue, error);
}

bool paper_issue(struct survey_store *store, const struct paper_issue_request *request, const struct survey_actor *actor,
                 struct survey_report *report, struct paper_issue *issue, struct survey_error *error)
{
    struct issuer issuer = {.store = store, .request = request, .arena = survey_arena_new(), .report = report};
    start_issue(issue);
    bool done = survey_store_begin(store, error);
    if (done) {
        issuer.round = survey_arena_strdup(issuer.arena, survey_store_round(store, actor));
        done = issue_all(&issuer, actor, issue, error);
    }
    if (!done)
        survey_store_rollback(store);
    for (size_t i = 0; i < issuer.design_count; i++)
        paper_design_free(issuer.designs[i]);
    survey_map_clear(&issuer.rows);
    survey_arena_free(issuer.arena);
    return done;
}

bool paper_issue_specimen(const struct survey_form *form, const struct paper_issue_request *request, const struct survey_time *now,
                          struct survey_report *report, struct paper_issue *issue, struct survey_error *error)
{
    struct paper_design *design;
    uint8_t key[PAPER_TOKEN_KEY];
    uint16_t tag = (uint16_t)randombytes_uniform(65536);
    start_issue(issue);
    if (!make_design(form, request, report, &design, error))
        return false;
    struct survey_arena *arena = survey_arena_new();
    struct paper_copy *copies = survey_arena_array(arena, (size_t)request->blank + 1, sizeof *copies);
    randombytes_buf(key, sizeof key);
    for (int64_t i = 0; i < request->blank; i++)
        copies[i] = (struct paper_copy){.number = ((uint64_t)randombytes_random() << 8 | (randombytes_random() & 255)) & 0xffffffffffu, .places = ""};
    struct paper_run run = {.designs = &design, .tags = &tag, .design_count = 1, .copies = copies, .copy_count = (size_t)request->blank, .key = key,
                            .server = request->server, .now = *now, .specimen = true, .progress = request->progress};
    bool done = print_files(&run, request, issue, error);
    if (done)
        summarise(issue, &design, 1, (size_t)request->blank);
    sodium_memzero(key, sizeof key);
    paper_design_free(design);
    survey_arena_free(arena);
    return done;
}

void paper_issue_clear(struct paper_issue *issue)
{
    for (size_t i = 0; i < issue->file_count; i++) {
        survey_buffer_clear(&issue->files[i].pdf);
        survey_buffer_clear(&issue->files[i].layout);
    }
    free(issue->files);
    survey_buffer_clear(&issue->left_out);
}
