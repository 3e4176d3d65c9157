// SPDX-License-Identifier: GPL-3.0-or-later
// The tree between a definition and its XForm, and what the files that write it share; nobody else
// includes this. A node is an item of the form or one that the XForm needs besides (meta, the count
// of a repeat, the heading of a table). Everything lives in one arena.
#pragma once

#include "survey/base/arena.h"
#include "survey/definition/form.h"
#include "survey/definition/parameter.h"
#include "survey/definition/word.h"
#include "survey/definition/xform.h"

// Text in one language that is nobody's, or in several.
struct xform_text {
    const char *plain;
    struct survey_pairs each; // language -> text; plain is then NULL
};

struct xform_medium {
    const char *kind; // image, big-image, audio, video
    struct xform_text text;
};

enum { XFORM_MEDIA = 4 };

struct xform_media {
    struct xform_medium at[XFORM_MEDIA];
    size_t count;
};

enum xform_kind {
    XFORM_GROUP, // the root too
    XFORM_REPEAT,
    XFORM_QUESTION,
    XFORM_EXTERNAL,  // an instance and nothing else
    XFORM_ENTITY,    // holds attributes and a label
    XFORM_ATTRIBUTE, // of an entity
    XFORM_LABEL,     // of an entity
};

struct xform_node {
    enum xform_kind kind;
    enum survey_type type;
    const struct survey_item *item; // NULL where the XForm alone needs it
    const char *name, *path;
    struct xform_node *parent, *first, *last, *next; // next: the sibling
    struct xform_node *same, *same_last; // the next node of that name; the last, in the first
    const char *tag;                     // of the control; NULL where there is none
    bool bound, hidden;                  // has a bind; is left out of the body
    struct survey_pairs bind, control, instance, parameters;
    struct xform_text label, hint, guidance, constraint_message, required_message, no_app;
    struct xform_media media;
    const char *initial; // text as written, or of an attribute; NULL where none
    bool dynamic;
    const char *first_load; // expression set when the instance is made, for entities
    const char *choice_filter;
    const char *itemset; // list, file or ${name}; "" where choices stand in the control
    const struct survey_choice_list *list;
    bool randomized;
    bool search;            // choices come from a search(): they stand in the control
    struct xform_set *sets; // what a change of its answer sets
};

// A question whose value is set when another's changes.
struct xform_set {
    const struct xform_node *target;
    const char *value; // expression; "" where none
    bool geopoint;
    struct xform_set *next;
};

// Choices as the XForm needs them.
struct xform_list {
    const struct survey_choice_list *list;
    struct xform_text *labels;
    struct xform_media *media;
    bool itext;  // its choices are translated, illustrated, or refer to answers
    bool search; // used by a search()
};

struct xform_writer {
    struct survey_buffer *out;
    unsigned depth;
    bool open;    // a start tag waits for more attributes
    bool inlined; // the element that is open holds text
};

struct xform {
    struct survey_arena *arena;
    const struct survey_form *form;
    const char *default_language;
    struct xform_node *root;
    struct xform_list *lists;
    struct survey_map list_names; // -> struct xform_list
    struct survey_map names;      // name -> first node of that name
    struct xform_node *table;     // the group being read as a table of selects
    const char *table_list;       // its list, once known
    const char *entity_version;
    struct xform_writer writer;
    struct survey_error *error;
    bool failed;
};

// Pretty-printed XML, in the order of calls.
void xform_open(struct xform *x, const char *tag);
void xform_attribute(struct xform *x, const char *name, const char *value);
void xform_close(struct xform *x, const char *tag);
void xform_text(struct xform *x, const char *text);      // content that is escaped
void xform_markup(struct xform *x, const char *content); // content that is XML already
void xform_empty(struct xform *x, const char *tag);
void xform_leaf(struct xform *x, const char *tag, const char *text);
// Escaped for content, or for an attribute.
const char *xform_escaped(struct xform *x, const char *text, bool attribute);

bool xform_text_given(const struct xform_text *text);
void xform_text_add(struct xform *x, struct xform_text *text, const char *language,
                    const char *value);

// The tree.
bool xform_build(struct xform *x);
void xform_read_item(struct xform *x, struct xform_node *node);
struct xform_node *xform_add(struct xform *x, struct xform_node *parent, enum xform_kind kind,
                             enum survey_type type, const char *name);
void xform_type_fill(struct xform *x, struct xform_node *node, const char *written);
void xform_parameters_fill(struct xform *x, struct xform_node *node);
void xform_lists_read(struct xform *x);
struct xform_list *xform_list_of(const struct xform *x, const char *name);
void xform_write_list(struct xform *x, const struct xform_list *list);
const char *xform_file_ending(const char *name);
const char *xform_straight(struct xform *x, const char *text); // typographic quotes as ASCII ones
const char *xform_setting(const struct xform *x, const char *key, const char *fallback);
bool xform_entities_add(struct xform *x);

// References. Text with each ${name} replaced by its path as seen from context (NULL: absolute).
const char *xform_paths(struct xform *x, const char *text, const struct xform_node *context,
                        bool current, bool of_parent);
// A label as content: *markup says whether it is XML (has output elements) or still to be escaped.
const char *xform_label(struct xform *x, const char *text, const struct xform_node *context,
                        bool *markup);

// Parts of the document.
void xform_write_itext(struct xform *x);
bool xform_has_itext(const struct xform_node *node);
void xform_write_instance(struct xform *x);
void xform_write_secondary(struct xform *x);
void xform_write_binds(struct xform *x);
void xform_write_actions(struct xform *x, const struct xform_node *node, bool in_repeat);
void xform_write_body(struct xform *x);
void xform_write_itemset(struct xform *x, const struct xform_node *node);
