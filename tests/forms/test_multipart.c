// SPDX-License-Identifier: GPL-3.0-or-later
// Posts as phones send them, and as they should not.
#include "forms/phone/multipart.h"
#include "survey/base/arena.h"
#include "tests/tap.h"

static struct survey_arena *arena;
static struct phone_part *parts;
static size_t count;
static struct survey_error error;

static bool read_as(const char *type, const char *body, size_t length)
{
    survey_arena_free(arena);
    arena = survey_arena_new();
    error = (struct survey_error){0};
    return phone_multipart_read(arena, type, body, length, &parts, &count, &error);
}

static bool read_body(const char *body)
{
    return read_as("multipart/form-data; boundary=xx", body, strlen(body));
}

static void takes_parts(void)
{
    NEED(read_body("preamble\r\n--xx\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"a b.xml\"\r\n"
                   "Content-Type: text/xml\r\n\r\n<data/>\r\n--xx\r\ncontent-disposition:form-data;name=p;"
                   "filename=\"..\\\\dir/pic.jpg\"\r\n\r\n\r\n--xx\r\nX: y\r\n\r\n\r\n\r\n--xx--\r\ntrailer"));
    NEED(count == 3);
    CHECK_TEXT("xml_submission_file", parts[0].name);
    CHECK_TEXT("a b.xml", parts[0].file);
    CHECK(parts[0].length == 7 && memcmp(parts[0].bytes, "<data/>", 7) == 0);
    CHECK_TEXT("p", parts[1].name);
    CHECK_TEXT("pic.jpg", parts[1].file);
    CHECK(parts[1].length == 0);
    CHECK_TEXT("", parts[2].name);
    CHECK(parts[2].length == 2);
}

static void takes_binary(void)
{
    static const char body[] = "--q'q\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\0\r\n--q\0\r\n--q'q--";
    NEED(read_as("Multipart/Form-Data; charset=x; boundary=\"q'q\"", body, sizeof body - 1));
    NEED(count == 1);
    CHECK(parts[0].length == 7);
}

static void refuses(void)
{
    static const char *const bodies[] = {
        "",
        "--x",
        "--xx",
        "--xxjunk\r\n",
        "--xx\r\n",
        "--xx\r\nContent-Disposition: form-data; name=\"a\"",
        "--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nopen",
        "--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nopen\r\n--xx",
        "--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nopen\r\n--xx\r\n",
        "--xx\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\n"
        "a\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\n\r\n\r\n--xx--",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        CHECK(!read_body(bodies[i]));
        CHECK(error.code == SURVEY_ERROR_INPUT && strncmp(error.where, "body: byte ", 11) == 0);
    }
    CHECK(!read_as("text/xml", "--xx--", 6));
    CHECK(!read_as("multipart/form-data", "--xx--", 6));
    CHECK(!read_as("multipart/form-data; boundary=", "--xx--", 6));
    CHECK(!read_as("multipart/form-data; boundary", NULL, 0));
}

static void bounds_parts(void)
{
    static char body[PHONE_MOST_PARTS * 16 + 64];
    size_t length = 0;
    for (int i = 0; i <= PHONE_MOST_PARTS; i++) {
        memcpy(body + length, "\r\n--xx\r\n\r\n", 10);
        length += 10;
    }
    memcpy(body + length, "\r\n--xx--", 8);
    CHECK(!read_as("multipart/form-data; boundary=xx", body, length + 8));
    CHECK(strstr(error.message, "too many") != NULL);
}

TESTS(CASE(takes_parts), CASE(takes_binary), CASE(refuses), CASE(bounds_parts))
