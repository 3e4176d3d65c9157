// SPDX-License-Identifier: GPL-3.0-or-later
// The ledger: each image ends in exactly one state, with its image kept once by hash.
#include "forms/scan/keep.h"

#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/map.h"
#include "survey/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { PAGES_A_COMMIT = 32 }; // so few that the workers' ring hardly fills while they are written

// A question that waits for a person, until its response is there.
struct waiting {
    const struct scan_sheet *sheet;
    char page[48];
    const char *question, *kind, *why, *read, *scores;
    struct paper_box area;
    struct survey_buffer crop;
    struct waiting *next;
};

struct scan_keeper {
    struct survey_store *store;
    const struct scan_context *context;
    const struct survey_actor *actor;
    struct survey_arena *arena;  // of the run
    struct survey_arena *chunk;  // of what is not committed yet
    struct scan_outcome outcome;
    struct scan_unread *unread;
    size_t unread_capacity;
    const struct scan_sheet **sheets;
    size_t sheet_capacity;
    struct survey_map seen;      // sheets of the run, by name
    const struct scan_sheet *touched[PAGES_A_COMMIT]; // since the last commit
    size_t touched_count;
    size_t pages;                // kept since the last commit
    size_t states[SCAN_STATES];  // the same by state
    struct waiting *first, **last;
    const char *file;            // of the first of them, for the log
    bool open;                   // a transaction
};

struct scan_keeper *scan_keeper_new(struct survey_store *store, const struct scan_context *context,
                                    const struct survey_actor *actor)
{
    struct survey_arena *arena = survey_arena_new();
    struct scan_keeper *keeper = survey_arena_alloc(arena, sizeof *keeper);
    keeper->store = store;
    keeper->context = context;
    keeper->actor = actor;
    keeper->arena = arena;
    keeper->chunk = survey_arena_new();
    keeper->last = &keeper->first;
    // Images are written and not looked at again: SQLite's large cache would only hold them back, and all be
    // written at once.
    survey_store_run(store, NULL, "PRAGMA cache_size = -8192", "");
    return keeper;
}

static void forget_waiting(struct scan_keeper *keeper)
{
    for (struct waiting *one = keeper->first; one; one = one->next)
        survey_buffer_clear(&one->crop);
    keeper->first = NULL;
    keeper->last = &keeper->first;
    survey_arena_free(keeper->chunk);
    keeper->chunk = survey_arena_new();
}

void scan_keeper_free(struct scan_keeper *keeper)
{
    if (!keeper)
        return;
    if (keeper->open)
        survey_store_rollback(keeper->store);
    forget_waiting(keeper);
    survey_map_clear(&keeper->seen);
    free(keeper->unread);
    free(keeper->sheets);
    survey_arena_free(keeper->chunk);
    survey_arena_free(keeper->arena);
}

const struct scan_outcome *scan_keep_outcome(const struct scan_keeper *keeper)
{
    return &keeper->outcome;
}

static void note_unread(struct scan_keeper *keeper, const char *file, int file_page, const struct scan_page *page)
{
    struct scan_outcome *o = &keeper->outcome;
    if (o->unread_count == keeper->unread_capacity) {
        keeper->unread_capacity = keeper->unread_capacity ? keeper->unread_capacity * 2 : 64;
        keeper->unread = survey_realloc(keeper->unread, keeper->unread_capacity, sizeof *keeper->unread);
    }
    keeper->unread[o->unread_count++] = (struct scan_unread){survey_arena_strdup(keeper->arena, file), file_page, page->state,
                                                             survey_arena_strdup(keeper->arena, page->reason)};
    o->unread = keeper->unread;
}

// Its response is to be brought up to date with the next commit.
static void touch(struct scan_keeper *keeper, const struct scan_sheet *sheet)
{
    for (size_t i = 0; i < keeper->touched_count; i++)
        if (keeper->touched[i] == sheet)
            return;
    keeper->touched[keeper->touched_count++] = sheet;
}

static void note_sheet(struct scan_keeper *keeper, const struct scan_sheet *sheet)
{
    struct scan_outcome *o = &keeper->outcome;
    char name[PAPER_SHEET_LENGTH + 1];
    bool added;
    paper_sheet_text(sheet->number, name);
    survey_map_put(&keeper->seen, keeper->arena, name, &added);
    if (added && o->sheet_count == keeper->sheet_capacity) {
        keeper->sheet_capacity = keeper->sheet_capacity ? keeper->sheet_capacity * 2 : 64;
        keeper->sheets = survey_realloc(keeper->sheets, keeper->sheet_capacity, sizeof *keeper->sheets);
    }
    if (added)
        keeper->sheets[o->sheet_count++] = sheet;
    o->sheets = keeper->sheets;
}

// --- One page ---

// Whether this page of the sheet was read before, from another image.
static bool read_before(struct scan_keeper *keeper, const struct scan_page *page)
{
    return survey_store_count(keeper->store, 0, "SELECT count(*) FROM page WHERE sheet = ? AND number = ? AND state = 'ok'", "ii",
                              (int64_t)page->token.sheet, (int64_t)page->token.page) > 0;
}

static bool keep_image(struct scan_keeper *keeper, const char *file, int file_page, const struct scan_page *page,
                       const char *now, char id[static 48], struct survey_error *error)
{
    survey_store_new_id(id);
    return survey_store_run(keeper->store, error,
                            "INSERT INTO image (id, sha256, file, page, kind, width, height, dpi, bytes, received_at) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            "tbtitiidbt", id, (const void *)page->hash, sizeof page->hash, file, (int64_t)file_page,
                            page->raw.rendered ? "gray" : scan_kind_name(page->raw.kind), (int64_t)page->width,
                            (int64_t)page->height, page->dpi, (const void *)page->raw.bytes, page->raw.length, now);
}

static bool keep_entry(struct scan_keeper *keeper, const char *file, int file_page, const struct scan_page *page,
                       const char *image, const char *now, const char *id, struct survey_error *error)
{
    struct survey_buffer transform = SURVEY_BUFFER(4096), reading = SURVEY_BUFFER(16 << 20);
    if (page->registered)
        scan_transform_json(&page->registration.transform, &transform);
    if (page->state == SCAN_OK || page->state == SCAN_DUPLICATE)
        scan_page_json(page, &reading);
    bool done;
    if (page->sheet) // it is named only where the file knows it
        done = survey_store_run(keeper->store, error,
                                "INSERT INTO page (id, image, file, file_page, state, reason, sheet, number, turned, transform, "
                                "scanned_at, who, reading) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                "tttittiiitttt", id, image, file, (int64_t)file_page, scan_state_name(page->state), page->reason,
                                (int64_t)page->sheet->number, (int64_t)page->token.page, (int64_t)page->registration.turned,
                                survey_buffer_string(&transform), now, keeper->actor->who, survey_buffer_string(&reading));
    else
        done = survey_store_run(keeper->store, error,
                                "INSERT INTO page (id, image, file, file_page, state, reason, turned, transform, scanned_at, who) "
                                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                "tttittittt", id, image, file, (int64_t)file_page, scan_state_name(page->state), page->reason,
                                (int64_t)page->registration.turned, survey_buffer_string(&transform), now, keeper->actor->who);
    survey_buffer_clear(&transform);
    survey_buffer_clear(&reading);
    return done;
}

static const char *scores_of(struct scan_keeper *keeper, const struct scan_page *page, const struct scan_answer *answer)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 20);
    struct survey_json_writer json = survey_json_writer(&text, false);
    scan_scores_json(page, answer, &json);
    const char *scores = survey_arena_strdup(keeper->chunk, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return scores;
}

static void remember_waiting(struct scan_keeper *keeper, struct scan_page *page, const char *id)
{
    for (size_t i = 0; i < page->crop_count; i++) {
        const struct scan_answer *answer = &page->answers[page->crops[i].answer];
        struct waiting *one = survey_arena_alloc(keeper->chunk, sizeof *one);
        bool written = answer->verdict == SCAN_WRITTEN;
        *one = (struct waiting){.sheet = page->sheet, .question = answer->question, .kind = written ? "writing" : "doubtful",
                                .why = answer->why, .read = answer->value ? survey_arena_strdup(keeper->chunk, answer->value) : NULL,
                                .scores = written ? "" : scores_of(keeper, page, answer), .area = answer->area,
                                .crop = page->crops[i].png};
        survey_format_into(one->page, sizeof one->page, "%s", id);
        page->crops[i].png = SURVEY_BUFFER(0); // it has moved
        *keeper->last = one;
        keeper->last = &one->next;
        if (written)
            keeper->outcome.writing++;
        else
            keeper->outcome.waiting++;
    }
}

// A file that cannot be read leaves no image to know it by: one entry, however often it is tried.
static bool noted_before(struct scan_keeper *keeper, const char *file, int file_page, const struct scan_page *page)
{
    return !page->raw.bytes &&
           survey_store_count(keeper->store, 0,
                              "SELECT count(*) FROM page WHERE image IS NULL AND file = ? AND file_page = ? AND state = 'damaged' AND "
                              "reason = ?",
                              "tit", file, (int64_t)file_page, page->reason) > 0;
}

// An empty page gives way to the same page filled in: a sheet that was scanned before anyone was visited.
static bool give_way(struct scan_keeper *keeper, const struct scan_page *page, struct survey_error *error)
{
    bool filled = false;
    for (size_t i = 0; i < page->answer_count; i++)
        filled |= page->answers[i].verdict != SCAN_BLANK;
    return page->state != SCAN_OK || !filled ||
           survey_store_run(keeper->store, error,
                            "UPDATE page SET state = 'duplicate', reason = ?1 WHERE sheet = ?2 AND number = ?3 AND state = 'ok' "
                            "AND response IS NULL AND NOT EXISTS (SELECT 1 FROM json_each(reading, '$.questions') "
                            "WHERE json_extract(value, '$.state') <> 'blank')",
                            "tii", _("empty; the same page came filled in"), (int64_t)page->sheet->number,
                            (int64_t)page->token.page);
}

static bool keep_page(struct scan_keeper *keeper, const char *file, int file_page, struct scan_page *page, struct survey_error *error)
{
    char image[48], id[48], now[40];
    survey_time_text(&keeper->actor->now, now);
    survey_store_new_id(id);
    bool has_image = page->raw.bytes && page->state != SCAN_DAMAGED;
    if (!give_way(keeper, page, error))
        return false;
    if (page->state == SCAN_OK && read_before(keeper, page)) {
        page->state = SCAN_DUPLICATE;
        page->reason = scan_state_words(SCAN_DUPLICATE);
    }
    if (noted_before(keeper, file, file_page, page))
        return true;
    if ((has_image && !keep_image(keeper, file, file_page, page, now, image, error)) ||
        !keep_entry(keeper, file, file_page, page, has_image ? image : NULL, now, id, error))
        return false;
    if (keeper->pages++ == 0)
        keeper->file = survey_arena_strdup(keeper->chunk, file);
    keeper->states[page->state]++;
    if (page->state == SCAN_OK || page->state == SCAN_DUPLICATE)
        touch(keeper, page->sheet);
    if (page->state == SCAN_OK) {
        note_sheet(keeper, page->sheet);
        remember_waiting(keeper, page, id);
        keeper->outcome.odd += *page->reason != '\0';
    }
    return true;
}

// --- Commits ---

static bool keep_waiting(struct scan_keeper *keeper, const struct waiting *one, struct survey_error *error)
{
    char id[48], response[64];
    survey_store_new_id(id);
    scan_response_id(one->sheet, response);
    return survey_store_run(keeper->store, error,
                            "INSERT INTO mark (id, page, response, question, kind, why, read, scores, x, y, w, h, crop) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            "ttttttttddddb", id, one->page, response, one->question, one->kind, one->why, one->read, one->scores,
                            one->area.x, one->area.y, one->area.w, one->area.h, (const void *)one->crop.at, one->crop.length);
}

static bool log_chunk(struct scan_keeper *keeper, size_t made, struct survey_error *error)
{
    struct survey_buffer after = SURVEY_BUFFER(1 << 16);
    struct survey_json_writer json = survey_json_writer(&after, false);
    survey_json_open(&json, '{');
    survey_json_member_integer(&json, "pages", (int64_t)keeper->pages);
    for (int state = 0; state < SCAN_STATES; state++)
        if (keeper->states[state])
            survey_json_member_integer(&json, scan_state_name((enum scan_state)state), (int64_t)keeper->states[state]);
    survey_json_member_integer(&json, "responses", (int64_t)made);
    survey_json_close(&json, '}');
    bool done = survey_store_log(keeper->store, keeper->actor, "scan", keeper->file, "", survey_buffer_string(&after), error);
    survey_buffer_clear(&after);
    return done;
}

// Responses, what waits of them, the log: then what was kept is whole and is committed.
static bool commit(struct scan_keeper *keeper, struct survey_error *error)
{
    size_t made = 0;
    for (size_t i = 0; i < keeper->touched_count; i++) {
        bool fresh = false;
        if (!scan_assemble(keeper->store, keeper->context, keeper->touched[i], keeper->actor, &fresh, error))
            return false;
        made += fresh;
    }
    for (const struct waiting *one = keeper->first; one; one = one->next)
        if (!keep_waiting(keeper, one, error))
            return false;
    for (size_t i = 0; i < keeper->touched_count; i++) {
        char id[64];
        scan_response_id(keeper->touched[i], id);
        if (!scan_response_settle(keeper->store, id, error))
            return false;
    }
    if (!log_chunk(keeper, made, error) || !survey_store_commit(keeper->store, error))
        return false;
    keeper->outcome.responses += made;
    keeper->open = false;
    keeper->pages = keeper->touched_count = 0;
    memset(keeper->states, 0, sizeof keeper->states);
    forget_waiting(keeper);
    return true;
}

static bool taken_before(struct scan_keeper *keeper, const struct scan_page *page)
{
    return page->raw.bytes && survey_store_count(keeper->store, 0, "SELECT count(*) FROM image WHERE sha256 = ?", "b",
                                                 (const void *)page->hash, sizeof page->hash) > 0;
}

bool scan_keep(struct scan_keeper *keeper, const char *file, int file_page, struct scan_page *page, struct survey_error *error)
{
    if (!keeper->open && !survey_store_begin(keeper->store, error))
        return false;
    keeper->open = true;
    if (page->state != SCAN_AGAIN && taken_before(keeper, page))
        page->state = SCAN_AGAIN;
    if (page->state != SCAN_AGAIN && !keep_page(keeper, file, file_page, page, error))
        return false;
    keeper->outcome.states[page->state]++;
    keeper->outcome.one_bit += page->state == SCAN_OK && page->one_bit;
    if (page->state != SCAN_OK && page->state != SCAN_AGAIN)
        note_unread(keeper, file, file_page, page);
    return keeper->pages < PAGES_A_COMMIT || commit(keeper, error);
}

static void count_empty(struct scan_keeper *keeper)
{
    struct scan_outcome *o = &keeper->outcome;
    for (size_t i = 0; i < o->sheet_count; i++) {
        char id[64];
        scan_response_id(o->sheets[i], id);
        o->empty += survey_store_count(keeper->store, 1, "SELECT count(*) FROM response WHERE id = ?", "t", id) == 0;
    }
}

bool scan_keep_end(struct scan_keeper *keeper, struct survey_error *error)
{
    if (keeper->open && keeper->pages > 0 && !commit(keeper, error))
        return false;
    count_empty(keeper);
    if (!keeper->open)
        return true;
    survey_store_rollback(keeper->store); // nothing new
    keeper->open = false;
    return true;
}
