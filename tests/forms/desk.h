// SPDX-License-Identifier: GPL-3.0-or-later
// A review desk on loopback for tests: an evaluation with a scanned sheet of which some things wait, three members of
// the team, and a clock that the test turns.
#pragma once

#include "forms/desk/desk.h"
#include "forms/phone/client.h"
#include "forms/scan/image.h"
#include "tests/survey/evaluation.h"

#include <sodium.h>

#define MARK_SAT "uuid:11111111-1000-4000-8000-000000000000"
#define MARK_TRAITS "uuid:22222222-2000-4000-8000-000000000000"
#define MARK_AGE "uuid:33333333-3000-4000-8000-000000000000"
#define MARK_NOTE "uuid:44444444-4000-4000-8000-000000000000"
#define MARK_ODD "uuid:55555555-5000-4000-8000-000000000000"
#define SHEET_RESPONSE "uuid:aaaa0000-0000-4000-8000-000000000001"

static const char desk_rows[] = "| | text | odd | <script>alert(1)</script> & \"quoted\" | | | | | | |\n";

static struct phone_server *server;
static struct desk *desk;
static struct survey_arena *arena;
static struct phone_client_reply reply;
static struct survey_time desk_clock;

struct person {
    char cookie[80], guard[80];
};

// A gray page of 840 x 1188 pixels, four a millimetre, with a dark block at 30 to 50 mm, 60 to 64 mm.
static void add_page(struct survey_store *store)
{
    struct scan_image image = {0};
    struct survey_buffer png = SURVEY_BUFFER(1 << 22);
    NEED(scan_image_new(&image, 840, 1188, "page", &error));
    for (int y = 0; y < image.height; y++)
        for (int x = 0; x < image.width; x++)
            image.pixels[(size_t)y * image.stride + (size_t)x] = x >= 120 && x < 200 && y >= 240 && y < 256 ? 20 : 240;
    NEED(scan_png_write(&image, 0, 0, image.width, image.height, 1, &png, &error));
    NEED(survey_store_run(store, &error,
                          "INSERT INTO image VALUES ('i1', ?, 'a.pdf', 1, 'png', 840, 1188, 101.6, ?, '2016-12-02')", "bb",
                          (const void *)"01234567890123456789012345678901", (size_t)32, (const void *)png.at, png.length));
    survey_buffer_clear(&png);
    scan_image_clear(&image);
}

static void add_member(struct survey_store *store, const char *name, const char *role)
{
    uint8_t hash[32];
    char token[64];
    survey_format_into(token, sizeof token, "%stoken", name);
    crypto_generichash(hash, sizeof hash, (const uint8_t *)token, strlen(token), NULL, 0);
    NEED(survey_store_run(store, &error, "INSERT INTO team (id, name, role, token_hash) VALUES (?1, ?1, ?2, ?3)", "ttb", name,
                          role, (const void *)hash, sizeof hash));
}

static void fill_desk(struct survey_store *store)
{
    static const char *const rows[] = {
        "INSERT INTO layout (id, form, language, sha256, geometry) VALUES (1, 1, 'en', randomblob(32), '{}')",
        "INSERT INTO sheet (number, unit, round, form, layout, pages, printed_at, who) VALUES (101, 'A1', '1', 1, 1, 1, '2016-12-01', 'p')",
        "INSERT INTO response (id, form, unit, round, channel, who, received_at, state, raw, raw_kind, raw_sha256) VALUES "
        "('" SHEET_RESPONSE "', 1, 'A1', '1', 'paper', 'scan', '2016-12-02', 'waiting', CAST('{\"answers\": {}}' AS BLOB), 'scan', randomblob(32))",
        "INSERT INTO answers_hh (response) SELECT id FROM response",
        "INSERT INTO page (id, image, file, file_page, state, sheet, number, response, transform, scanned_at, who) VALUES "
        "('p1', 'i1', '/far/away/a.pdf', 1, 'ok', 101, 1, '" SHEET_RESPONSE "', '[4,0,0,0,4,0,0,0,1]', '2016-12-02', 'scan')",
        "INSERT INTO mark (id, page, response, question, kind, why, read, scores, x, y, w, h, crop) VALUES "
        "('" MARK_SAT "', 'p1', '" SHEET_RESPONSE "', 'sat', 'doubtful', 'faint', '5', '', 30, 60, 20, 4, NULL),"
        "('" MARK_TRAITS "', 'p1', '" SHEET_RESPONSE "', 'traits', 'doubtful', 'filled', 'a', '', 30, 70, 20, 4, NULL),"
        "('" MARK_AGE "', 'p1', '" SHEET_RESPONSE "', 'age', 'doubtful', 'partial', '7', '', 30, 80, 20, 4, NULL),"
        "('" MARK_NOTE "', 'p1', '" SHEET_RESPONSE "', 'note1', 'writing', 'writing', NULL, '', 30, 90, 100, 12, NULL),"
        "('" MARK_ODD "', 'p1', '" SHEET_RESPONSE "', 'odd', 'writing', 'writing', NULL, '', 30, 285, 100, 12, x'89504e47')",
    };
    NEED(survey_store_begin(store, &error));
    add_page(store);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!survey_store_run(store, &error, rows[i], "")) {
            fprintf(stderr, "%s\n", error.message);
            NEED(false);
        }
    add_member(store, "Ann", "supervisor");
    add_member(store, "Bob", "evaluator");
    add_member(store, "Cyn", "supervisor");
    add_member(store, "Eve", "enumerator");
    NEED(survey_store_commit(store, &error));
}

static inline void start_with(const struct desk_options *options)
{
    struct survey_store *store = make_evaluation_with(desk_rows);
    arena = survey_arena_new();
    desk_clock = (struct survey_time){1480000000, 0, 480};
    fill_desk(store);
    survey_store_close(store);
    desk = desk_new(options);
    struct phone_options o = {.listen = "127.0.0.1:0", .round = "", .now = &desk_clock, .most_bytes = 200000};
    o.pages = desk_pages(desk, &o.page_count);
    NEED(phone_server_start(evaluation_path(), &o, &server, &error));
}

static inline void start(void)
{
    start_with(&(struct desk_options){.language = "en"});
}

static inline void stop(void)
{
    phone_server_stop(server);
    desk_free(desk);
    server = NULL;
    desk = NULL;
    phone_client_reply_clear(&reply);
    survey_arena_free(arena);
    drop_evaluation(NULL);
}

static inline const char *body(void)
{
    return survey_buffer_string(&reply.body);
}

static inline bool shows(const char *text)
{
    return strstr(body(), text) != NULL;
}

static inline bool has_header(const char *text)
{
    return strcasestr(survey_buffer_string(&reply.headers), text) != NULL;
}

// The text between two marks.
static inline const char *between(const char *text, const char *before, const char *after)
{
    const char *from = strstr(text, before), *to = from ? strstr(from + strlen(before), after) : NULL;
    return to ? survey_arena_strndup(arena, from + strlen(before), (size_t)(to - from) - strlen(before)) : "";
}

// Further headers go with the type, which the client writes as it is.
static inline int ask(const char *method, const struct person *who, const char *path, const char *type, const char *text, size_t length)
{
    const char *url = survey_arena_format(arena, "%s%s", phone_server_url(server), path);
    const char *headers = survey_arena_format(arena, "%s\r\nCookie: assay_review=%s", type, who ? who->cookie : "");
    phone_client_reply_clear(&reply);
    if (!phone_client_request(method, url, headers, text, length, &reply, &error)) {
        fprintf(stderr, "%s: %s\n", error.where, error.message);
        return 0;
    }
    return reply.status;
}

static inline int get(const struct person *who, const char *path)
{
    return ask("GET", who, path, "text/plain", NULL, 0);
}

static inline int post(const struct person *who, const char *path, const char *fields)
{
    const char *text = survey_arena_format(arena, "guard=%s&%s", who ? who->guard : "", fields);
    return ask("POST", who, path, "application/x-www-form-urlencoded", text, strlen(text));
}

static inline int sign_in(const char *token, struct person *who)
{
    const char *text = survey_arena_format(arena, "token=%s", token);
    *who = (struct person){0};
    int status = ask("POST", NULL, "/review/sign-in", "application/x-www-form-urlencoded", text, strlen(text));
    if (status == 303) {
        survey_format_into(who->cookie, sizeof who->cookie, "%s", between(survey_buffer_string(&reply.headers), "assay_review=", ";"));
        NEED(get(who, "/review") == 200);
        survey_format_into(who->guard, sizeof who->guard, "%s", between(body(), "name=\"guard\" value=\"", "\""));
    }
    return status;
}

// Where the last answer leads to.
static inline const char *leads_to(void)
{
    return between(survey_buffer_string(&reply.headers), "Location: ", "\r");
}

static inline const char *item(const char *mark)
{
    return survey_arena_format(arena, "/review/item/%s", mark);
}

static inline const char *stored(const char *sql)
{
    struct survey_store *store = NULL;
    NEED(survey_store_open(evaluation_path(), SURVEY_STORE_READ, &store, &error));
    const char *text = value(store, arena, sql);
    survey_store_close(store);
    return text;
}
