// SPDX-License-Identifier: GPL-3.0-or-later
// An interview as it stands, as JSON, and its nodes by path: what a page, a test or another engine
// looks at. Free of any library.
#pragma once

#include "survey/base/json.h"
#include "survey/record/record.h"

// Adds "/data/g/member[2]/age": every repeat with its position, from 1.
void survey_node_path(const struct survey_node *node, struct survey_buffer *path);
// The node at such a path; makes repeat instances up to the number given. NULL where it can't be.
struct survey_node *survey_record_at(struct survey_record *record, const char *path);
// Writes an array of every node: path, type, relevant; of what has an answer and is asked also its
// value and what is wrong with it ("" where nothing is).
void survey_record_write_json(struct survey_record *record, struct survey_json_writer *writer);
