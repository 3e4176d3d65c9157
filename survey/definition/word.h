// SPDX-License-Identifier: GPL-3.0-or-later
// The words of a cell as XLSForm tools split it: what a default, a label or a trigger is decided
// by. Coarser than the expression lexer, and never a failure: any text is split. Free of any
// library.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum survey_word {
    SURVEY_WORD_END,
    SURVEY_WORD_DATE, // a date, a time, or both
    SURVEY_WORD_NUMBER,
    SURVEY_WORD_ARITHMETIC, // * + - mod div
    SURVEY_WORD_COMPARE,
    SURVEY_WORD_LOGIC, // and, or
    SURVEY_WORD_UNION,
    SURVEY_WORD_OPEN,
    SURVEY_WORD_CLOSE,
    SURVEY_WORD_BRACKET,
    SURVEY_WORD_DOTS,
    SURVEY_WORD_DOT,
    SURVEY_WORD_SLASH,
    SURVEY_WORD_TEXT, // quoted
    SURVEY_WORD_COMMA,
    SURVEY_WORD_SPACE,
    SURVEY_WORD_REFERENCE, // ${name}
    SURVEY_WORD_CALL,      // name(
    SURVEY_WORD_PREDICATE, // name[
    SURVEY_WORD_PREDICATE_END,
    SURVEY_WORD_SCHEME, // name://
    SURVEY_WORD_NAME,
    SURVEY_WORD_OTHER,
};

// The kind of the word at text and its length in bytes (0 at the end).
enum survey_word survey_word_at(const char *text, size_t *length);

// A text with references may be so long; longer ones are a fault, as expressions are.
enum { SURVEY_REFERRING_MAX = 32 * 1024 };

// Bytes of the XML name without a colon at text; 0 where there is none.
size_t survey_name_length(const char *text);
// True where the whole text is a name, with at most one colon in it.
bool survey_is_xml_name(const char *text);

struct survey_reference {
    size_t at, end;   // of "${...}" in the text
    const char *name; // not terminated
    size_t length;
    bool last_saved; // ${last-saved#name}
};
// The next well-formed ${name} at or after from; false where there is none.
bool survey_reference_next(const char *text, size_t from, struct survey_reference *reference);
// The text is one ${name} and nothing else.
bool survey_is_reference(const char *text);
// The first "${" of the text, if any, begins a well-formed ${name}.
bool survey_has_reference(const char *text);

// A default that is to be computed when an interview begins, not a text. dashed: '-' belongs to the
// type's own values (dates, places).
bool survey_default_is_dynamic(const char *text, bool dashed);
