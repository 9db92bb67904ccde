// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/settings/yaml_document.h>

#include <parallax/base/error.h>

#include "cunit_runner.h"

#include <stdio.h>
#include <string.h>

static struct plx_setting_fault fault;
static struct plx_yaml_document document;

static int read_bytes(const char *bytes, size_t length)
{
	memset(&fault, 0, sizeof(fault));
	return plx_yaml_read("f.yaml", bytes, length, &fault, &document);
}

static void expect_fault(const char *text, const char *message)
{
	CU_ASSERT_EQUAL(read_bytes(text, strlen(text)), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, message);
	if (strcmp(fault.text, message) != 0) {
		fprintf(stderr, "\nexpected: %s\nfound:    %s\n", message, fault.text);
	}
}

static void expect_value(const struct plx_yaml_node *node, const char *text, uint32_t line,
			 uint32_t column)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(node);
	CU_ASSERT_EQUAL(node->kind, PLX_YAML_VALUE);
	CU_ASSERT_STRING_EQUAL(node->text, text);
	CU_ASSERT_EQUAL(node->place.line, line);
	CU_ASSERT_EQUAL(node->place.column, column);
}

TEST(the_tree_has_the_order_and_the_places_of_the_file)
{
	static const char text[] = "a: 1\n"
				   "b:\n"
				   "  - x\n"
				   "  - {c: [y, z], d: \"\"}\n"
				   "e:\n";
	CU_ASSERT_EQUAL_FATAL(read_bytes(text, strlen(text)), 0);
	const struct plx_yaml_node *root = document.root;
	CU_ASSERT_EQUAL(root->kind, PLX_YAML_MAPPING);
	CU_ASSERT_PTR_NULL(root->next);
	const struct plx_yaml_node *key = root->first;
	expect_value(key, "a", 1, 1);
	expect_value(key->next, "1", 1, 4);
	key = key->next->next;
	expect_value(key, "b", 2, 1);
	CU_ASSERT_EQUAL(key->next->kind, PLX_YAML_LIST);
	const struct plx_yaml_node *item = key->next->first;
	expect_value(item, "x", 3, 5);
	item = item->next;
	CU_ASSERT_EQUAL(item->kind, PLX_YAML_MAPPING);
	CU_ASSERT_PTR_NULL(item->next);
	expect_value(item->first, "c", 4, 6);
	expect_value(item->first->next->first->next, "z", 4, 13);
	expect_value(item->first->next->next, "d", 4, 17);
	expect_value(item->first->next->next->next, "", 4, 20);
	CU_ASSERT_FALSE(item->first->next->next->next->is_missing);
	key = key->next->next;
	expect_value(key, "e", 5, 1);
	CU_ASSERT_TRUE(key->next->is_missing);
	CU_ASSERT_PTR_NULL(key->next->next);
	plx_yaml_free(&document);
}

TEST(a_file_of_nothing_or_comments_has_no_root)
{
	static const char *const texts[] = {"", "\n\n", "# nothing\n"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		CU_ASSERT_EQUAL(read_bytes(texts[i], strlen(texts[i])), 0);
		CU_ASSERT_PTR_NULL(document.root);
		plx_yaml_free(&document);
	}
}

TEST(aliases_are_refused_where_they_stand)
{
	expect_fault("a: &x 1\nb: *x\n",
		     "f.yaml:2:4: aliases are not understood; write out what it stands for");
	// A loop, and one to nothing.
	expect_fault("a: &x [*x]\n",
		     "f.yaml:1:8: aliases are not understood; write out what it stands for");
	expect_fault("a: *x\n",
		     "f.yaml:1:4: aliases are not understood; write out what it stands for");
}

TEST(nesting_ends_at_its_limit)
{
	char text[2 * PLX_YAML_DEPTH_MAX + 3] = "";
	memset(text, '[', PLX_YAML_DEPTH_MAX);
	memset(text + PLX_YAML_DEPTH_MAX, ']', PLX_YAML_DEPTH_MAX);
	CU_ASSERT_EQUAL(read_bytes(text, strlen(text)), 0);
	plx_yaml_free(&document);
	memset(text, '[', PLX_YAML_DEPTH_MAX + 1);
	memset(text + PLX_YAML_DEPTH_MAX + 1, ']', PLX_YAML_DEPTH_MAX + 1);
	expect_fault(text, "f.yaml:1:17: lists and mappings are nested too deeply");
	// Depth, not number.
	static const char beside[] = "[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]";
	CU_ASSERT_EQUAL(read_bytes(beside, strlen(beside)), 0);
	plx_yaml_free(&document);
}

TEST(a_value_is_a_string)
{
	expect_fault("a: \"b\\0c\"\n", "f.yaml:1:4: the value holds a NUL character");
}

TEST(a_second_document_is_refused_but_bad_yaml_told_first)
{
	static const char second[] = "a second document begins; one file is one document: remove "
				     "the line \"---\" or what follows it";
	char message[256];
	snprintf(message, sizeof(message), "f.yaml:2:1: %s", second);
	expect_fault("a: 1\n---\nb: 2\n", message);
	expect_fault("a: 1\n---\nb: *nothing\n---\n", message);
	CU_ASSERT_EQUAL(read_bytes("a: 1\n---\n\tb", 11), PLX_ERR_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "f.yaml:3:1: not YAML: "));
	CU_ASSERT_EQUAL(read_bytes("---\na: 1\n...\n", 13), 0);
	plx_yaml_free(&document);
}

TEST(bad_encoding_has_a_line_and_a_column_of_characters)
{
	CU_ASSERT_EQUAL(read_bytes("a: 1\n# \xc3\xbc \xff\n", 12), PLX_ERR_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "f.yaml:2:5: not YAML: "));
}

TEST(keys_are_values_that_stand_once)
{
	static const char text[] = "{a: 1, b: 2, a: 3, [c]: 4}";
	CU_ASSERT_EQUAL_FATAL(read_bytes(text, strlen(text)), 0);
	const struct plx_yaml_node *a = document.root->first, *b = a->next->next;
	CU_ASSERT_EQUAL(plx_yaml_check_key(&document, document.root, a), 0);
	CU_ASSERT_EQUAL(plx_yaml_check_key(&document, document.root, b), 0);
	const struct plx_yaml_node *again = b->next->next;
	CU_ASSERT_EQUAL(plx_yaml_check_key(&document, document.root, again), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text,
			       "f.yaml:1:14: duplicate key \"a\", first given in line 1");
	const struct plx_yaml_node *list = again->next->next;
	CU_ASSERT_EQUAL(plx_yaml_check_key(&document, document.root, list), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, "f.yaml:1:20: expected a key, found a list");
	plx_yaml_free(&document);
}

TEST_MAIN(yaml_document, T(the_tree_has_the_order_and_the_places_of_the_file),
	  T(a_file_of_nothing_or_comments_has_no_root), T(aliases_are_refused_where_they_stand),
	  T(nesting_ends_at_its_limit), T(a_value_is_a_string),
	  T(a_second_document_is_refused_but_bad_yaml_told_first),
	  T(bad_encoding_has_a_line_and_a_column_of_characters), T(keys_are_values_that_stand_once))
