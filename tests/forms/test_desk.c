// SPDX-License-Identifier: GPL-3.0-or-later
// The review desk over loopback: who gets in, what they see, what becomes of what they decide.
#include "survey/command/command.h"
#include "tests/forms/desk.h"

#include <signal.h>
#include <sys/wait.h>

static void lets_in_reviewers_only(void)
{
    struct person ann, eve, none = {"zz", "zz"};
    start();
    CHECK(get(NULL, "/review") == 200 && shows("name=\"token\"") && !shows("wait"));
    CHECK(has_header("Cache-Control: private, no-store") && has_header("frame-ancestors 'none'") && !has_header("OpenRosa"));
    static const char *const closed[] = {"/review/next", "/review/item/" MARK_SAT, "/review/picture/" MARK_SAT "/place.png",
                                         "/review/picture/" MARK_SAT "/page.png", "/review/nothing"};
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        CHECK(get(NULL, closed[i]) == 403 && shows("name=\"token\"") && !shows("Satisfied"));
        CHECK(get(&none, closed[i]) == 403);
    }
    CHECK(post(&none, "/review/item/" MARK_SAT, "value=5") == 403);
    CHECK(sign_in("nobody", &none) == 403 && shows("no longer, a team member"));
    CHECK(sign_in("Evetoken", &eve) == 403 && shows("for supervisors and evaluators") && !has_header("Set-Cookie"));
    CHECK(sign_in("", &none) == 403);
    CHECK(sign_in("Anntoken", &ann) == 303);
    CHECK(strlen(ann.cookie) == 64 && strlen(ann.guard) == 64 && strcmp(ann.cookie, ann.guard) != 0);
    CHECK(get(&ann, "/review") == 200 && shows("5 wait: 3 doubtful, 2 to key"));
    struct person almost = ann;
    almost.cookie[63] = almost.cookie[63] == '0' ? '1' : '0';
    CHECK(get(&almost, "/review/next") == 403);
    CHECK_TEXT("0", stored("SELECT count(*) FROM edit"));
    stop();
}

static void guards_its_cookie(void)
{
    struct person who;
    start();
    static const char text[] = "token=Anntoken";
    CHECK(ask("POST", NULL, "/review/sign-in", "application/x-www-form-urlencoded", text, sizeof text - 1) == 303);
    CHECK(has_header("Path=/review; Max-Age=43200; HttpOnly; SameSite=Strict"));
    // Ten wrong ones hold off whoever comes from there, the right one too, for ten minutes.
    for (int i = 0; i < 10; i++)
        CHECK(sign_in("wrong", &who) == 403);
    CHECK(sign_in("wrong", &who) == 429);
    CHECK(sign_in("Anntoken", &who) == 429 && shows("Try again in ten minutes"));
    desk_clock.seconds += 601;
    CHECK(sign_in("Anntoken", &who) == 303);
    stop();
}

static void ends_sessions(void)
{
    struct person ann, again, bob;
    start();
    CHECK(sign_in("Anntoken", &ann) == 303 && sign_in("Anntoken", &again) == 303 && sign_in("Bobtoken", &bob) == 303);
    CHECK(post(&again, "/review/sign-out", "") == 303 && has_header("Max-Age=0"));
    CHECK(get(&again, "/review/next") == 403 && get(&ann, "/review/next") == 303);
    desk_clock.seconds += 3599;
    CHECK(get(&ann, "/review/next") == 303); // and so it goes on
    desk_clock.seconds += 3599;
    CHECK(get(&ann, "/review/next") == 303 && get(&bob, "/review/next") == 403);
    for (int i = 0; i < 11; i++) {
        desk_clock.seconds += 3599;
        get(&ann, "/review");
    }
    CHECK(get(&ann, "/review/next") == 403); // twelve hours at most
    CHECK(sign_in("Bobtoken", &bob) == 303);
    struct survey_store *store = NULL;
    NEED(survey_store_open(evaluation_path(), SURVEY_STORE_WRITE, &store, &error));
    NEED(survey_store_run(store, &error, "UPDATE team SET active = 0 WHERE name = 'Bob'", ""));
    CHECK(get(&bob, "/review/next") == 403); // who is removed is out at once
    survey_store_close(store);
    stop();
}

static void shows_an_item(void)
{
    struct person ann;
    start();
    NEED(sign_in("Anntoken", &ann) == 303);
    CHECK(get(&ann, "/review/next") == 303);
    CHECK_TEXT(item(MARK_SAT), leads_to());
    CHECK(get(&ann, leads_to()) == 200);
    CHECK(shows("<h1>Satisfied</h1>") && shows("too little ink to say") && shows("a.pdf, page 1") && !shows("/far/away"));
    CHECK(shows("name=\"value\" value=\"5\" data-key=\"1\"") && shows("class=\"choice read\""));
    CHECK(shows("value=\"read\" data-key=\"Enter\"") && shows("value=\"blank\" data-key=\"0 b\""));
    CHECK(!shows("A1") && !shows("style=") && !shows("onclick"));
    CHECK(get(&ann, item(MARK_TRAITS)) == 200 && shows("type=\"checkbox\" name=\"value\" value=\"a\" checked"));
    CHECK(get(&ann, item(MARK_AGE)) == 200 && shows("inputmode=\"decimal\"") && !shows("autofocus"));
    CHECK(get(&ann, item(MARK_NOTE)) == 200 && shows("<textarea id=\"value\"") && shows("autofocus"));
    CHECK(get(&ann, item(MARK_ODD)) == 200 && !shows("<script>alert") && shows("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;"));
    CHECK(get(&ann, "/review/next?question=note1") == 303);
    CHECK_TEXT("/review/item/" MARK_NOTE "?question=note1", leads_to());
    CHECK(get(&ann, "/review/next?question=nothing") == 303);
    CHECK_TEXT("/review?question=nothing", leads_to());
    CHECK(get(&ann, "/review/desk.js") == 200 && has_header("text/javascript") && shows("data-key"));
    stop();
}

static void speaks_both_languages(void)
{
    struct person ann;
    survey_language_use("en");
    bindtextdomain("assay", PO);
    bind_textdomain_codeset("assay", "UTF-8");
    start();
    CHECK(ask("GET", NULL, "/review", "text/plain\r\nAccept-Language: zh-CN,zh;q=0.9,en;q=0.8", NULL, 0) == 200 && shows("您的令牌"));
    CHECK(ask("GET", NULL, "/review", "text/plain\r\nAccept-Language: fr,en;q=0.5", NULL, 0) == 200 && shows("Your token"));
    CHECK(get(NULL, "/review?language=zh") == 200 && shows("lang=\"zh\"") && shows("登录"));
    NEED(sign_in("Anntoken", &ann) == 303);
    CHECK(get(&ann, "/review?language=zh") == 200 && shows("待判定5项"));
    CHECK(get(&ann, item(MARK_SAT)) == 200 && shows("识读无误") && shows("墨迹过少")); // it is remembered
    CHECK(get(&ann, "/review?language=en") == 200 && shows("5 wait"));
    CHECK_TEXT("Sign in", _("Sign in")); // and the server's own language is what it was
    stop();
}

static void keeps_a_decision(void)
{
    struct person ann;
    start();
    NEED(sign_in("Anntoken", &ann) == 303);
    CHECK(post(&ann, item(MARK_SAT), "value=1") == 303);
    CHECK_TEXT(item(MARK_TRAITS), leads_to()); // the next one at once
    CHECK_TEXT("decided 5 1 Ann 2016-11-24T23:06:40.000+08:00",
               stored("SELECT state || ' ' || read || ' ' || value || ' ' || who || ' ' || decided_at FROM mark WHERE id = '" MARK_SAT "'"));
    CHECK_TEXT("1", stored("SELECT sat FROM answers_hh"));
    CHECK_TEXT("1 Ann faint review", stored("SELECT after || ' ' || who || ' ' || why || ' ' || source FROM edit"));
    CHECK_TEXT("review Ann", stored("SELECT action || ' ' || who FROM log ORDER BY seq DESC LIMIT 1"));
    CHECK(get(&ann, leads_to()) == 200 && shows("Decided: Satisfied = Not"));
    CHECK(get(&ann, "/review") == 200 && shows("4 wait") && !shows("Decided: Satisfied") && shows("You decided 1"));
    CHECK(post(&ann, item(MARK_TRAITS), "do=value&value=b&value=a") == 303);
    CHECK_TEXT("a b", stored("SELECT traits FROM answers_hh")); // in the order of the list
    CHECK(post(&ann, item(MARK_AGE), "do=read") == 303);
    CHECK_TEXT("7", stored("SELECT age FROM answers_hh"));
    CHECK(post(&ann, item(MARK_NOTE), "do=value&value=+%E6%B2%A1%E4%BA%BA%0D%0Anobody++") == 303);
    CHECK_TEXT("没人 nobody", stored("SELECT note1 FROM answers_hh"));
    CHECK_TEXT("waiting", stored("SELECT state FROM response"));
    CHECK(post(&ann, item(MARK_ODD), "do=untold&why=water") == 303);
    CHECK_TEXT("writing: water", stored("SELECT why FROM edit WHERE question = 'odd'"));
    CHECK_TEXT("complete", stored("SELECT state FROM response"));
    CHECK_TEXT("/review", leads_to());
    CHECK(get(&ann, "/review") == 200 && shows("Nothing waits"));
    stop();
}

static void refuses_what_is_no_answer(void)
{
    struct person ann;
    start();
    NEED(sign_in("Anntoken", &ann) == 303);
    CHECK(post(&ann, item(MARK_AGE), "do=value&value=many") == 303);
    CHECK_TEXT(item(MARK_AGE), leads_to());
    CHECK(get(&ann, leads_to()) == 200 && shows("'many' cannot be an answer") && shows("class=\"notice wrong\" role=\"alert\""));
    CHECK(post(&ann, item(MARK_SAT), "value=6") == 303 && get(&ann, leads_to()) == 200 && shows("'6' cannot be an answer"));
    CHECK(post(&ann, item(MARK_NOTE), "do=value&value=+%0A") == 303 && get(&ann, leads_to()) == 200 && shows("Nothing was given"));
    CHECK(post(&ann, item(MARK_NOTE), "do=untold&why=") == 303 && get(&ann, leads_to()) == 200 && shows("Say why"));
    CHECK(post(&ann, item(MARK_NOTE), "do=read") == 303 && get(&ann, leads_to()) == 200 && shows("cannot be an answer"));
    CHECK_TEXT("0", stored("SELECT count(*) FROM edit"));
    CHECK_TEXT("5", stored("SELECT count(*) FROM mark WHERE state = 'waiting'"));
    CHECK(post(&ann, item(MARK_AGE), "do=blank") == 303);
    CHECK_TEXT("decided ''", stored("SELECT state || ' ' || quote(value) FROM mark WHERE id = '" MARK_AGE "'"));
    stop();
}

static void takes_posts_of_its_own_pages_only(void)
{
    struct person ann, bob;
    static const char *const broken[] = {"value", "guard=%zz", "%00=1", "a=%C3", "value=5&&", "=%"};
    start();
    NEED(sign_in("Anntoken", &ann) == 303 && sign_in("Bobtoken", &bob) == 303);
    struct person forged = ann;
    survey_format_into(forged.guard, sizeof forged.guard, "%s", bob.guard);
    CHECK(post(&forged, item(MARK_SAT), "value=5") == 403 && shows("nothing was changed"));
    forged.guard[0] = '\0';
    CHECK(post(&forged, item(MARK_SAT), "value=5") == 403);
    CHECK(ask("POST", &ann, item(MARK_SAT), "application/x-www-form-urlencoded", "value=5", 7) == 403);
    CHECK(post(&forged, "/review/sign-out", "") == 403 && get(&ann, "/review/next") == 303);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        CHECK(ask("POST", &ann, item(MARK_SAT), "application/x-www-form-urlencoded", broken[i], strlen(broken[i])) == 400);
    CHECK(ask("POST", &ann, item(MARK_SAT), "text/plain", "value=5", 7) == 400);
    char *large = survey_arena_alloc(arena, 100000);
    memset(large, 'a', 99999);
    CHECK(post(&ann, item(MARK_SAT), large) == 413);
    CHECK_TEXT("0", stored("SELECT count(*) FROM edit"));
    CHECK(post(&ann, item(MARK_SAT), "value=5") == 303); // and it still works
    stop();
}

static void bears_hostile_addresses(void)
{
    struct person ann;
    static const char *const missing[] = {"/review/item/", "/review/item/uuid:", "/review/item/%27%20OR%201=1", "/review/item/9999",
                                          "/review/picture/" MARK_SAT "/all.png", "/review/picture/" MARK_SAT "/../../page.png",
                                          "/review/picture//place.png", "/review/picture/9999/place.png", "/review/..%2f..%2fetc/passwd"};
    start();
    NEED(sign_in("Anntoken", &ann) == 303);
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        CHECK(get(&ann, missing[i]) == 404);
    CHECK(get(&ann, "/review/next?question=%27%3b+DROP+TABLE+mark&form=%22%3E%3Cb%3E&language=%3Cb%3E") == 303);
    CHECK(get(&ann, leads_to()) == 200 && !shows("<b>"));
    CHECK(post(&ann, "/review/item/9999", "value=5") == 404 && post(&ann, "/review/picture/x", "value=5") == 404);
    CHECK(ask("PUT", &ann, "/review", "text/plain", "x", 1) >= 400);
    CHECK_TEXT("5", stored("SELECT count(*) FROM mark WHERE state = 'waiting'"));
    stop();
}

static void png_size(int *width, int *height)
{
    const uint8_t *at = (const uint8_t *)body();
    *width = *height = 0;
    if (reply.body.length > 24 && memcmp(at, "\x89PNG", 4) == 0) {
        *width = at[16] << 24 | at[17] << 16 | at[18] << 8 | at[19];
        *height = at[20] << 24 | at[21] << 16 | at[22] << 8 | at[23];
    }
}

static void cuts_out_pictures(void)
{
    struct person ann;
    int width, height;
    start();
    NEED(sign_in("Anntoken", &ann) == 303);
    CHECK(get(&ann, "/review/picture/" MARK_SAT "/place.png") == 200 && has_header("Content-Type: image/png"));
    CHECK(has_header("Cache-Control: private, max-age="));
    png_size(&width, &height);
    CHECK(width == 5 * (20 + 6 + 25) && height == 5 * (4 + 12)); // five pixels a millimetre, with margins and labels
    struct scan_image image = {0};
    struct scan_raw raw = {.kind = SCAN_PNG, .bytes = (uint8_t *)reply.body.at, .length = reply.body.length};
    NEED(scan_image_decode(&raw, "place", &image, &error));
    CHECK(image.pixels[40 * image.stride + 60] < 30);  // the ink, 12 mm in, 8 mm down
    CHECK(image.pixels[5 * image.stride + 5] > 250);   // the paper is white
    scan_image_clear(&image);
    CHECK(get(&ann, "/review/picture/" MARK_SAT "/strip.png") == 200);
    png_size(&width, &height);
    CHECK(width == 1050 && height == 5 * (4 + 44));
    CHECK(get(&ann, "/review/picture/" MARK_SAT "/page.png") == 200);
    png_size(&width, &height);
    CHECK(width == 1050 && height == 1485);
    CHECK(get(&ann, "/review/picture/" MARK_ODD "/strip.png") == 200); // at the foot: cut off where the paper ends
    png_size(&width, &height);
    CHECK(width == 1050 && height == 5 * (297 - 285 + 22));
    struct survey_store *store = NULL;
    NEED(survey_store_open(evaluation_path(), SURVEY_STORE_WRITE, &store, &error));
    NEED(survey_store_run(store, &error, "UPDATE mark SET x = 1e300, y = -1e300, w = 1e308, h = 1e308 WHERE id = '" MARK_AGE "'", ""));
    CHECK(get(&ann, "/review/picture/" MARK_AGE "/place.png") == 200 && reply.body.length < 5000000);
    NEED(survey_store_run(store, &error, "UPDATE page SET transform = '[1e308,null,\"x\"]'", ""));
    survey_store_close(store);
    CHECK(get(&ann, "/review/picture/" MARK_SAT "/place.png") == 404 && shows("no picture"));
    CHECK(get(&ann, "/review/picture/" MARK_ODD "/place.png") == 200 && reply.body.length == 4); // as the reader kept it
    stop();
}

static void gives_an_item_to_one_at_a_time(void)
{
    struct person ann, bob;
    start();
    NEED(sign_in("Anntoken", &ann) == 303 && sign_in("Bobtoken", &bob) == 303);
    CHECK(get(&ann, "/review/next") == 303 && get(&ann, leads_to()) == 200);
    CHECK(get(&bob, "/review/next") == 303);
    CHECK_TEXT(item(MARK_TRAITS), leads_to());
    CHECK(get(&bob, item(MARK_SAT)) == 200 && shows("Ann is looking at this one now") && !shows("value=\"read\""));
    CHECK(get(&bob, "/review") == 200 && shows("Others are looking at 1"));
    desk_clock.seconds += 299;
    CHECK(get(&bob, item(MARK_SAT)) == 200 && shows("Ann is looking"));
    desk_clock.seconds += 1;
    CHECK(get(&bob, "/review/next") == 303);
    CHECK_TEXT(item(MARK_SAT), leads_to());
    CHECK(get(&bob, leads_to()) == 200 && shows("value=\"read\""));
    CHECK(get(&ann, item(MARK_SAT)) == 200 && shows("Bob is looking"));
    CHECK(post(&bob, item(MARK_SAT), "do=later") == 303); // it is free again, but not for Bob before the others
    CHECK_TEXT(item(MARK_TRAITS), leads_to());
    CHECK(get(&ann, "/review/next") == 303);
    CHECK_TEXT(item(MARK_SAT), leads_to());
    for (const char *const *mark = (const char *const[]){MARK_TRAITS, MARK_AGE, MARK_NOTE, MARK_ODD, NULL}; *mark; mark++)
        CHECK(post(&bob, item(*mark), "do=later") == 303);
    CHECK_TEXT("/review", leads_to());
    CHECK(get(&bob, "/review") == 200 && shows("Take up what you left for later (5)"));
    CHECK(get(&bob, "/review/next?again=1") == 303);
    CHECK_TEXT(item(MARK_TRAITS), leads_to()); // Ann has the one before
    stop();
}

static void decides_once(void)
{
    struct person ann, bob;
    start();
    NEED(sign_in("Anntoken", &ann) == 303 && sign_in("Bobtoken", &bob) == 303);
    CHECK(post(&ann, item(MARK_SAT), "value=1") == 303);
    CHECK(post(&bob, item(MARK_SAT), "value=5") == 409);
    CHECK(shows("It was decided already, as 'Not' by Ann") && shows("kept in the log: 'Very'"));
    CHECK_TEXT("1 Ann", stored("SELECT value || ' ' || who FROM mark WHERE id = '" MARK_SAT "'"));
    CHECK_TEXT("1", stored("SELECT sat FROM answers_hh"));
    CHECK_TEXT("review Bob 5 1 Ann", stored("SELECT action || ' ' || who || ' ' || (after ->> '$.refused') || ' ' || (before ->> '$.value') || ' ' || "
                                            "(before ->> '$.who') FROM log ORDER BY seq DESC LIMIT 1"));
    CHECK(post(&bob, item(MARK_SAT), "value=5&again=1") == 409); // nobody takes back what another said
    CHECK(post(&ann, item(MARK_SAT), "value=5") == 409);         // nor a second press one's own
    CHECK_TEXT("1", stored("SELECT count(*) FROM edit"));
    CHECK(get(&bob, item(MARK_SAT)) == 200 && shows("Decided as 'Not' by Ann") && !shows("value=\"read\""));
    // One's own is taken back by a new decision beside the old one.
    CHECK(get(&ann, item(MARK_TRAITS)) == 200 && shows("data-key=\"u\" href=\"/review/item/" MARK_SAT));
    CHECK(get(&ann, item(MARK_SAT)) == 200 && shows("name=\"again\" value=\"1\"") && shows("stays on record"));
    CHECK(post(&ann, item(MARK_NOTE), "do=value&value=%3Cb%3E") == 303 && get(&ann, item(MARK_NOTE)) == 200);
    CHECK(shows("autofocus>&lt;b&gt;</textarea>"));
    CHECK(post(&ann, item(MARK_SAT), "value=5&again=1") == 303);
    CHECK_TEXT("5", stored("SELECT value FROM mark WHERE id = '" MARK_SAT "'"));
    CHECK_TEXT("1 5 faint: the reviewer took it back", stored("SELECT before || ' ' || after || ' ' || why FROM edit WHERE before = '1'"));
    CHECK_TEXT("2", stored("SELECT count(*) FROM edit WHERE question = 'sat'"));
    stop();
}

static void gives_a_share_to_a_second(void)
{
    struct person ann, bob, cyn;
    start_with(&(struct desk_options){.language = "en", .share = 1});
    NEED(sign_in("Anntoken", &ann) == 303 && sign_in("Bobtoken", &bob) == 303 && sign_in("Cyntoken", &cyn) == 303);
    CHECK(get(&bob, "/review/next?question=traits") == 303 && post(&ann, item(MARK_SAT), "value=1") == 303);
    CHECK(get(&ann, "/review/next?question=sat") == 303); // not one's own
    CHECK_TEXT("/review?question=sat", leads_to());
    // The second one sees what the first one saw, and nothing of what came of it.
    CHECK(get(&bob, "/review/next?question=sat") == 303);
    CHECK_TEXT(item(MARK_SAT "?question=sat"), leads_to());
    CHECK(get(&bob, leads_to()) == 200 && shows("value=\"read\"") && !shows("Ann") && !shows("Decided") && !shows("name=\"again\""));
    CHECK(get(&cyn, item(MARK_SAT)) == 200 && shows("Bob is looking"));
    CHECK(post(&bob, item(MARK_SAT), "value=5") == 303);
    CHECK_TEXT("waiting 1 Ann", stored("SELECT state || ' ' || value || ' ' || who FROM mark WHERE id = '" MARK_SAT "'"));
    CHECK_TEXT("first 1 Ann,second 5 Bob", stored("SELECT group_concat(turn || ' ' || value || ' ' || who) FROM (SELECT * FROM decision ORDER BY rowid)"));
    CHECK_TEXT("1", stored("SELECT count(*) FROM edit")); // it changed no answer
    CHECK_TEXT("1", stored("SELECT sat FROM answers_hh"));
    CHECK_TEXT("1", stored("SELECT count(*) FROM log WHERE action = 'review'"));
    CHECK(post(&bob, item(MARK_SAT), "value=1") == 409); // a second press
    // It waits for a third, who is neither of the two.
    CHECK(get(&ann, item(MARK_SAT)) == 200 && shows("otherwise than you") && !shows("value=\"read\""));
    CHECK(post(&ann, item(MARK_SAT), "value=5") == 409);
    CHECK(get(&ann, "/review/next?question=sat") == 303);
    CHECK_TEXT("/review?question=sat", leads_to());
    CHECK(get(&cyn, "/review") == 200 && shows("two reviewers differ") && shows("reason=differ"));
    CHECK(get(&cyn, "/review/next?reason=differ") == 303 && get(&cyn, leads_to()) == 200 && shows("Two reviewers differ: Not; Very. You settle it."));
    CHECK(shows("name=\"third\" value=\"1\""));
    CHECK(post(&cyn, item(MARK_SAT), "value=5") == 409); // from a page that did not show the two
    CHECK(post(&cyn, item(MARK_SAT), "value=5&third=1") == 303);
    CHECK_TEXT("decided 5 Cyn", stored("SELECT state || ' ' || value || ' ' || who FROM mark WHERE id = '" MARK_SAT "'"));
    CHECK_TEXT("5", stored("SELECT sat FROM answers_hh"));
    CHECK_TEXT("third", stored("SELECT turn FROM decision WHERE who = 'Cyn'"));
    stop();
}

static void agrees_in_silence(void)
{
    struct person ann, bob;
    start_with(&(struct desk_options){.language = "en", .share = 1});
    NEED(sign_in("Anntoken", &ann) == 303 && sign_in("Bobtoken", &bob) == 303);
    CHECK(post(&ann, item(MARK_TRAITS), "do=value&value=a&value=b") == 303);
    CHECK(post(&bob, item(MARK_TRAITS), "do=value&value=b") == 303);
    CHECK_TEXT("waiting", stored("SELECT state FROM mark WHERE id = '" MARK_TRAITS "'"));
    // A slip of the second one, taken back by them: then they agree.
    CHECK(get(&bob, item(MARK_TRAITS)) == 200 && shows("value=\"b\" checked") && !shows("value=\"a\" checked") && shows("name=\"again\"") && shows("=Beta") && !shows("Ann") && !shows("Alpha; "));
    CHECK(post(&bob, item(MARK_TRAITS), "do=value&value=b&value=a&again=1") == 303);
    CHECK_TEXT("decided a b Ann", stored("SELECT state || ' ' || value || ' ' || who FROM mark WHERE id = '" MARK_TRAITS "'"));
    CHECK_TEXT("3", stored("SELECT count(*) FROM decision"));
    CHECK(post(&bob, item(MARK_AGE), "do=value&value=abc") == 303); // a first one that cannot be
    CHECK(post(&ann, item(MARK_AGE), "do=value&value=8") == 303 && post(&bob, item(MARK_AGE), "do=value&value=many") == 303);
    CHECK(get(&bob, leads_to()) == 200 && shows("'many' cannot be an answer")); // nor a second one
    CHECK_TEXT("4", stored("SELECT count(*) FROM decision"));
    CHECK(post(&bob, item(MARK_AGE), "do=value&value=008") == 303);
    CHECK_TEXT("decided", stored("SELECT state FROM mark WHERE id = '" MARK_AGE "'"));
    CHECK_TEXT("8", stored("SELECT age FROM answers_hh"));
    stop();
}

// What was answered is on the disk, though the server is killed the next moment.
static void keeps_what_it_confirmed(void)
{
    int link[2];
    unsigned port = 0;
    struct survey_store *store = make_evaluation_with(desk_rows);
    arena = survey_arena_new();
    fill_desk(store);
    survey_store_close(store);
    NEED(pipe(link) == 0);
    pid_t child = fork();
    if (child == 0) {
        struct phone_options options = {.listen = "127.0.0.1:0"};
        struct phone_server *other = NULL;
        options.pages = desk_pages(desk_new(&(struct desk_options){.language = "en"}), &options.page_count);
        if (!phone_server_start(evaluation_path(), &options, &other, NULL))
            _exit(1);
        port = phone_server_port(other);
        if (write(link[1], &port, sizeof port) != sizeof port)
            _exit(1);
        for (;;)
            pause();
    }
    close(link[1]);
    NEED(read(link[0], &port, sizeof port) == sizeof port);
    close(link[0]);
    const char *url = survey_arena_format(arena, "http://127.0.0.1:%u", port), *form = "application/x-www-form-urlencoded";
    NEED(phone_client_request("POST", survey_arena_format(arena, "%s/review/sign-in", url), form, "token=Anntoken", 14, &reply, &error));
    const char *cookie = between(survey_buffer_string(&reply.headers), "assay_review=", ";");
    const char *headers = survey_arena_format(arena, "%s\r\nCookie: assay_review=%s", form, cookie);
    phone_client_reply_clear(&reply);
    NEED(phone_client_request("GET", survey_arena_format(arena, "%s/review", url), headers, NULL, 0, &reply, &error));
    const char *fields = survey_arena_format(arena, "guard=%s&value=5", between(body(), "name=\"guard\" value=\"", "\""));
    phone_client_reply_clear(&reply);
    NEED(phone_client_request("POST", survey_arena_format(arena, "%s%s", url, item(MARK_SAT)), headers, fields, strlen(fields), &reply, &error));
    CHECK(reply.status == 303);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    CHECK_TEXT("5", stored("SELECT sat FROM answers_hh"));
    CHECK_TEXT("decided", stored("SELECT state FROM mark WHERE id = '" MARK_SAT "'"));
    CHECK_TEXT("ok", stored("PRAGMA integrity_check"));
    phone_client_reply_clear(&reply);
    survey_arena_free(arena);
    drop_evaluation(NULL);
}

TESTS(CASE(keeps_what_it_confirmed), CASE(lets_in_reviewers_only), CASE(guards_its_cookie), CASE(ends_sessions), CASE(shows_an_item),
      CASE(speaks_both_languages), CASE(keeps_a_decision), CASE(refuses_what_is_no_answer), CASE(takes_posts_of_its_own_pages_only),
      CASE(bears_hostile_addresses), CASE(cuts_out_pictures), CASE(gives_an_item_to_one_at_a_time), CASE(decides_once),
      CASE(gives_a_share_to_a_second), CASE(agrees_in_silence))
