// SPDX-License-Identifier: GPL-3.0-or-later
// The collection server over loopback, as ODK Collect uses it, and as nobody should.
#include "forms/phone/client.h"
#include "forms/phone/phone.h"
#include "forms/phone/phone_private.h"
#include "tests/survey/evaluation.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/wait.h>

static struct phone_server *server;
static struct survey_arena *arena;
static struct phone_client_reply reply;

static const char more_rows[] =
    "| | calculate | stratum | | | | pulldata('sample', 'stratum', 'household_id', ${household_id}) | | | |\n";

static bool sheet_token(void *user, struct survey_store *store, int64_t sheet, int64_t form, char token[static 64])
{
    (void)user, (void)store, (void)form;
    survey_format_into(token, 64, "TOKEN%lld", (long long)sheet);
    return true;
}

static bool hello(void *user, const struct phone_request *request, struct phone_reply *answer, struct survey_error *e)
{
    (void)user, (void)e;
    const char *name = request->parameter(request, "d");
    survey_format(&answer->body, "%s %s %s", request->path, request->who, name ? name : "-");
    answer->type = "text/plain";
    return true;
}

static const struct phone_page extra_pages[] = {{"GET", "page/", hello, NULL}};

static void start(void)
{
    struct survey_store *store = make_evaluation_with(more_rows);
    uint8_t hash[32];
    arena = survey_arena_new();
    crypto_generichash(hash, sizeof hash, (const uint8_t *)"annstoken", 9, NULL, 0);
    NEED(survey_store_begin(store, &error));
    NEED(survey_store_run(store, &error, "INSERT INTO team (id, name, role, token_hash) VALUES ('t', 'Ann', 'enumerator', ?)",
                          "b", (const void *)hash, sizeof hash));
    NEED(survey_store_commit(store, &error));
    survey_store_close(store);
    struct phone_options options = {.listen = "127.0.0.1:0", .once = "oncetoken", .once_name = "Bob", .round = "",
                                    .most_bytes = 200000, .sheet_token = sheet_token, .pages = extra_pages, .page_count = 1};
    error = (struct survey_error){0};
    bool started = phone_server_start(evaluation_path(), &options, &server, &error);
    if (!started)
        fprintf(stderr, "%s: %s\n", error.where, error.message);
    NEED(started);
}

static void stop(void)
{
    phone_server_stop(server);
    server = NULL;
    phone_client_reply_clear(&reply);
    survey_arena_free(arena);
    drop_evaluation(NULL);
}

static const char *at(const char *path)
{
    return survey_arena_format(arena, "%s%s", phone_server_url(server), path);
}

static int ask(const char *method, const char *path, const char *type, const char *body, size_t length)
{
    phone_client_reply_clear(&reply);
    if (!phone_client_request(method, at(path), type, body, length, &reply, &error)) {
        fprintf(stderr, "%s: %s\n", error.where, error.message);
        return 0;
    }
    return reply.status;
}

static int get(const char *path)
{
    return ask("GET", path, NULL, NULL, 0);
}

static int post(const char *xml)
{
    int status = 0;
    phone_client_post_submission(at("/key/annstoken"), xml, strlen(xml), NULL, 0, &status, &error);
    return status;
}

static bool has_header(const char *text)
{
    return strcasestr(survey_buffer_string(&reply.headers), text) != NULL;
}

static const char *body(void)
{
    return survey_buffer_string(&reply.body);
}

// The text between two marks of the last body.
static const char *between(const char *before, const char *after)
{
    const char *from = strstr(body(), before), *to = from ? strstr(from + strlen(before), after) : NULL;
    return to ? survey_arena_strndup(arena, from + strlen(before), (size_t)(to - from) - strlen(before)) : "";
}

static const char *stored(const char *sql)
{
    struct survey_store *store = NULL;
    NEED(survey_store_open(evaluation_path(), SURVEY_STORE_READ, &store, &error));
    const char *text = value(store, arena, sql);
    survey_store_close(store);
    return text;
}

static void checks_the_hash(const char *url, const char *hash)
{
    char md5[33];
    CHECK(get(url + strlen(phone_server_url(server))) == 200);
    phone_md5(body(), reply.body.length, md5);
    CHECK_TEXT(hash, survey_arena_format(arena, "md5:%s", md5));
}

static void lists_forms(void)
{
    start();
    CHECK(get("/key/annstoken/formList?deviceID=collect%3Aabc") == 200);
    CHECK(has_header("Content-Type: text/xml") && has_header("X-OpenRosa-Version: 1.0"));
    CHECK(strstr(body(), "<xforms xmlns=\"http://openrosa.org/xforms/xformsList\">") != NULL);
    CHECK_TEXT("hh", between("<formID>", "</formID>"));
    CHECK_TEXT("Households", between("<name>", "</name>"));
    CHECK_TEXT("1", between("<version>", "</version>"));
    const char *url = between("<downloadUrl>", "</downloadUrl>"), *hash = between("<hash>", "</hash>");
    const char *manifest = between("<manifestUrl>", "</manifestUrl>");
    NEED(*url && *hash && *manifest);
    checks_the_hash(url, hash);
    CHECK(strstr(body(), "jr://file-csv/sample.csv") != NULL);
    CHECK(get(manifest + strlen(phone_server_url(server))) == 200);
    CHECK(has_header("Content-Type: text/xml"));
    CHECK_TEXT("sample.csv", between("<filename>", "</filename>"));
    const char *list = between("<downloadUrl>", "</downloadUrl>"), *list_hash = between("<hash>", "</hash>");
    checks_the_hash(list, list_hash);
    CHECK(strncmp(body(), "token,household_id,stratum,pick", 31) == 0);
    CHECK(strstr(body(), ",A1,s") != NULL && strstr(body(), "A4") == NULL); // no reserves before they are called up
    stop();
}

static void asks_for_the_token(void)
{
    start();
    CHECK(get("/") == 404 && get("/formList") == 404 && get("/key/annstoken") == 404);
    CHECK(get("/key/wrong/formList") == 403 && get("/key//formList") == 403 && get("/key/Annstoken/formList") == 403);
    CHECK(get("/key/oncetoken/formList") == 200);
    CHECK(get("/key/annstoken/forms/999/form.xml") == 404 && get("/key/annstoken/forms/1/../form.xml") == 404);
    CHECK(get("/key/annstoken/forms/1/other") == 404 && get("/key/annstoken/forms/") == 404);
    CHECK(ask("PUT", "/key/annstoken/formList", NULL, NULL, 0) == 405);
    CHECK(ask("POST", "/key/wrong/submission", "text/plain", "x", 1) == 403);
    CHECK(get("/key/oncetoken/page/one?d=A%20B") == 200);
    CHECK_TEXT("page/one Bob A B", body());
    stop();
}

static void tells_before_a_post(void)
{
    start();
    CHECK(ask("HEAD", "/key/annstoken/submission?deviceID=x", NULL, NULL, 0) == 204);
    CHECK(has_header("X-OpenRosa-Version: 1.0") && has_header("X-OpenRosa-Accept-Content-Length: 200000"));
    CHECK(ask("HEAD", "/key/wrong/submission", NULL, NULL, 0) == 403);
    CHECK(get("/key/annstoken/submission") == 405);
    stop();
}

static void takes_each_once(void)
{
    start();
    const char *xml = submission(arena, "uuid:1", "A1", "<g><age>30</age></g><stratum>s</stratum>");
    CHECK(post(xml) == 201);
    CHECK_TEXT("A1|Ann|phone|complete", stored("SELECT unit || '|' || who || '|' || channel || '|' || state FROM response"));
    CHECK_TEXT("30 s", stored("SELECT age || ' ' || stratum FROM answers_hh"));
    CHECK(post(xml) == 201);
    CHECK(post(submission(arena, "uuid:1", "A2", "")) == 409);
    CHECK(phone_server_received(server) == 1);
    CHECK_TEXT("1", stored("SELECT count(*) FROM response"));
    CHECK_TEXT("1", stored("SELECT count(*) FROM log WHERE action = 'submission'"));
    CHECK(post(submission(arena, "uuid:2", "A1", "")) == 201);
    CHECK_TEXT("duplicate", stored("SELECT state FROM response WHERE id = 'uuid:2'"));
    stop();
}

static void takes_corrections(void)
{
    start();
    static const char id[] = "%s</orx:instanceID><orx:deprecatedID>%s</orx:deprecatedID><orx:instanceID>%s";
    const char *unknown = survey_arena_format(arena, id, "uuid:2", "uuid:1", "uuid:2");
    CHECK(post(submission(arena, unknown, "A1", "")) == 404);
    CHECK(post(submission(arena, "uuid:1", "A1", "")) == 201);
    CHECK(post(submission(arena, unknown, "A1", "")) == 201);
    CHECK(post(submission(arena, unknown, "A1", "")) == 201); // again
    CHECK(post(submission(arena, survey_arena_format(arena, id, "uuid:3", "uuid:1", "uuid:3"), "A1", "")) == 409);
    CHECK_TEXT("superseded complete", stored("SELECT group_concat(state, ' ') FROM (SELECT state FROM response ORDER BY id)"));
    stop();
}

static void refuses_what_is_no_submission(void)
{
    start();
    CHECK(post("<data id='nothere' version='1'><meta><instanceID>uuid:9</instanceID></meta></data>") == 404);
    CHECK(post("<data id='hh' version='77'><meta><instanceID>uuid:9</instanceID></meta></data>") == 404);
    CHECK(post("<data id='hh' version='1'><a></data>") == 400);
    CHECK(strstr(error.message, "line 1") != NULL);
    CHECK(post("<data id='hh' version='1'/>") == 400);
    CHECK(post("") == 400);
    CHECK(post("<!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><data id='hh' version='1'>&b;</data>") == 400);
    CHECK(strstr(error.message, "document type") != NULL);
    struct survey_buffer deep = SURVEY_BUFFER(1 << 20);
    survey_buffer_text(&deep, "<data id='hh' version='1'>");
    for (int i = 0; i < 20000; i++)
        survey_buffer_text(&deep, "<g>");
    CHECK(post(survey_buffer_string(&deep)) == 400);
    while (deep.length < 300000)
        survey_buffer_text(&deep, "                            ");
    CHECK(post(survey_buffer_string(&deep)) == 413);
    survey_buffer_clear(&deep);
    CHECK(ask("POST", "/key/annstoken/submission", "text/xml", "<data/>", 7) == 400);
    CHECK(ask("POST", "/key/annstoken/submission", "multipart/form-data; boundary=x", "--x\r\nbroken", 11) == 400);
    CHECK(strstr(body(), "byte") != NULL && strstr(body(), "<OpenRosaResponse") != NULL);
    CHECK(ask("POST", "/key/annstoken/submission", "multipart/form-data; boundary=x",
              "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--x--", 62) == 400);
    CHECK_TEXT("0", stored("SELECT count(*) FROM response"));
    CHECK(post(submission(arena, "uuid:1", "A1", "")) == 201); // and it still works
    stop();
}

static void adds_attachments_later(void)
{
    start();
    const char *xml = submission(arena, "uuid:1", "A1", "<photo>one.jpg</photo>");
    struct phone_client_file files[] = {{"one.jpg", "\xff\xd8\0pic", 6}, {"stranger.jpg", "x", 1}, {"*isIncomplete*", "yes", 3}};
    int status = 0;
    CHECK(phone_client_post_submission(at("/key/annstoken"), xml, strlen(xml), NULL, 0, &status, &error));
    CHECK_TEXT("0", stored("SELECT count(*) FROM attachment"));
    CHECK(phone_client_post_submission(at("/key/annstoken"), xml, strlen(xml), files, 3, &status, &error));
    CHECK_TEXT("one.jpg FFD800706963", stored("SELECT group_concat(name || ' ' || hex(bytes)) FROM attachment"));
    // What the phone noted of the interview itself is named in meta alone.
    const char *audited = "<data id='hh' version='1'><meta><instanceID>uuid:2</instanceID><audit>audit.csv</audit></meta></data>";
    struct phone_client_file audit[] = {{"audit.csv", "event", 5}};
    CHECK(phone_client_post_submission(at("/key/annstoken"), audited, strlen(audited), audit, 1, &status, &error));
    CHECK_TEXT("event", stored("SELECT bytes FROM attachment WHERE response = 'uuid:2' AND name = 'audit.csv'"));
    stop();
}

// A post in chunks that first asks whether to go on, byte by byte at the start.
static void takes_chunks(void)
{
    start();
    const char *xml = submission(arena, "uuid:1", "A1", "");
    const char *part = survey_arena_format(arena, "--b\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; "
                                                  "filename=\"a.xml\"\r\n\r\n%s\r\n--b--\r\n", xml);
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    survey_buffer_text(&text, "POST /key/annstoken/submission HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                              "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"
                              "Date: mar., 01 d\xc3\xa9""c. 2016\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n");
    for (size_t sent = 0, length = strlen(part); sent < length; sent += 100) {
        size_t size = length - sent < 100 ? length - sent : 100;
        survey_format(&text, "%x\r\n%.*s\r\n", (unsigned)size, (int)size, part + sent);
    }
    survey_buffer_text(&text, "0\r\n\r\n");
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)phone_server_port(server))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    NEED(connect(connection, (struct sockaddr *)&to, sizeof to) == 0);
    for (size_t i = 0; i < 40; i++)
        NEED(send(connection, text.at + i, 1, MSG_NOSIGNAL) == 1);
    NEED(send(connection, text.at + 40, text.length - 40, MSG_NOSIGNAL) > 0);
    char answer[4096];
    size_t length = 0;
    ssize_t got;
    while (length < sizeof answer - 1 && (got = recv(connection, answer + length, sizeof answer - 1 - length, 0)) > 0)
        length += (size_t)got;
    answer[length] = '\0';
    close(connection);
    CHECK(strstr(answer, "HTTP/1.1 201") != NULL);
    CHECK_TEXT("1", stored("SELECT count(*) FROM response"));
    survey_buffer_clear(&text);
    stop();
}

// What was answered 201 is there, though the server is killed the next moment.
static void keeps_what_it_confirmed(void)
{
    int link[2];
    unsigned port = 0;
    struct survey_store *store = make_evaluation_with(more_rows);
    survey_store_close(store);
    arena = survey_arena_new();
    NEED(pipe(link) == 0);
    pid_t child = fork();
    if (child == 0) {
        struct phone_options options = {.listen = "127.0.0.1:0", .once = "once"};
        struct phone_server *other = NULL;
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
    int status = 0;
    for (int i = 1; i <= 3; i++) {
        const char *xml = submission(arena, survey_arena_format(arena, "uuid:%d", i), survey_arena_format(arena, "A%d", i), "");
        phone_client_post_submission(survey_arena_format(arena, "http://127.0.0.1:%u/key/once", port), xml, strlen(xml), NULL,
                                     0, &status, &error);
        CHECK(status == 201);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    CHECK_TEXT("3", stored("SELECT count(*) FROM response JOIN answers_hh ON response = id"));
    CHECK_TEXT("ok", stored("PRAGMA integrity_check"));
    survey_arena_free(arena);
    drop_evaluation(NULL);
}

static void sets_up_collect(void)
{
    struct survey_buffer text = SURVEY_BUFFER(8192), drawing = SURVEY_BUFFER(1 << 20);
    CHECK(phone_settings_text("http://192.168.1.7:8080/key/annstoken", "Households", "Ann", &text, &error));
    CHECK(strncmp(survey_buffer_string(&text), "eN", 2) == 0 && text.length % 4 == 0);
    CHECK(phone_qr_terminal(survey_buffer_string(&text), &drawing, &error));
    CHECK(strncmp(survey_buffer_string(&drawing), "\u2588\u2588\u2588\u2588\u2588", 15) == 0);
    CHECK(!phone_qr_file("x", "/tmp/x.gif", &error) && error.code == SURVEY_ERROR_USAGE);
    survey_buffer_clear(&text);
    survey_buffer_clear(&drawing);
}

TESTS(CASE(keeps_what_it_confirmed), CASE(lists_forms), CASE(asks_for_the_token), CASE(tells_before_a_post),
      CASE(takes_each_once), CASE(takes_corrections), CASE(refuses_what_is_no_submission),
      CASE(adds_attachments_later), CASE(takes_chunks), CASE(sets_up_collect))
