// SPDX-License-Identifier: GPL-3.0-or-later
// The head of submissions, and what is refused before any form is looked at.
#include "survey/base/format.h"
#include "survey/store/response.h"
#include "tests/tap.h"

static struct survey_submission_head head;
static struct survey_error error;

static bool read_text(const char *xml, size_t length)
{
    error = (struct survey_error){0};
    return survey_submission_head("post", xml, length, &head, &error);
}

static bool read_head(const char *xml)
{
    return read_text(xml, strlen(xml));
}

static void reads_the_head(void)
{
    NEED(read_head("<?xml version='1.0'?><data xmlns='http://opendatakit.org/submissions' id='hh' version=\"3\" "
                   "xmlns:orx='http://openrosa.org/xforms'><a>1</a><orx:meta><orx:instanceID> uuid:1 </orx:instanceID>"
                   "<orx:deprecatedID>uuid:0</orx:deprecatedID></orx:meta></data>"));
    CHECK_TEXT("hh", head.form);
    CHECK_TEXT("3", head.version);
    CHECK_TEXT("uuid:1", head.id);
    CHECK_TEXT("uuid:0", head.deprecated);
    NEED(read_head("<hh id='hh'><g><meta><instanceID>no</instanceID></meta></g></hh>"));
    CHECK_TEXT("", head.version);
    CHECK_TEXT("", head.id);
}

static void refuses(void)
{
    static const char *const texts[] = {
        "", "<", "<data", "<data/>", "no xml", "<data id='a'><b></data>", "<data id='a'>&b;</data>",
        "<data id='a'/><data/>", "<a:data id='a'/>", "<data id='a'><meta><instanceID>a b</instanceID></meta></data>",
        "<data id='a'><meta><instanceID>0123456789012345678901234567890123456789012345678901234567890123</instanceID></meta></data>",
        "<data id='a'>\xff</data>",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CHECK(!read_head(texts[i]));
        CHECK(error.code == SURVEY_ERROR_INPUT);
        CHECK(strncmp(error.where, "post", 4) == 0);
    }
}

static void refuses_entities(void)
{
    CHECK(!read_head("<!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>"
                     "<data id='a'>&c;</data>"));
    CHECK(strstr(error.message, "document type") != NULL);
    CHECK(!read_head("<!DOCTYPE d SYSTEM 'file:///etc/passwd'><data id='a'/>"));
}

static void bounds(void)
{
    struct survey_buffer xml = SURVEY_BUFFER(64 << 20);
    survey_buffer_text(&xml, "<data id='a'>");
    for (int i = 0; i < 100000; i++)
        survey_buffer_text(&xml, "<a>");
    CHECK(!read_text(xml.at, xml.length));
    CHECK(strstr(error.message, "deep") != NULL);
    xml.length = 13;
    for (int i = 0; i < 300000; i++)
        survey_buffer_text(&xml, "<a/>");
    CHECK(!read_text(xml.at, xml.length));
    CHECK(strstr(error.message, "many") != NULL);
    while (!xml.overflow && xml.length < (40u << 20))
        survey_buffer_text(&xml, "                                                                ");
    CHECK(!read_text(xml.at, xml.length));
    CHECK(strstr(error.message, "larger") != NULL);
    survey_buffer_clear(&xml);
}

TESTS(CASE(reads_the_head), CASE(refuses), CASE(refuses_entities), CASE(bounds))
