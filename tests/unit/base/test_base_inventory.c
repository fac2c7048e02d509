/* Inventories: what they say, and the form in which they are stored.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <stdio.h>

#include "certmuster/inventory.h"

/* A little of everything. */
static struct cm_inventory *sample(void)
{
    struct cm_inventory *inventory = cm_inventory_new();
    struct cm_version_inventory *version;

    assert_non_null(inventory);
    version = &inventory->versions[CM_VERSION_TLS1_2];
    version->served = CM_YES;
    version->suites = calloc(2, sizeof(uint16_t));
    assert_non_null(version->suites);
    version->suites[0] = 0xc02f;
    version->suites[1] = 0x002f;
    version->num_suites = 2;
    version->complete = true;
    version->server_order = CM_NO;
    inventory->versions[CM_VERSION_TLS1_3].served = CM_NO;
    inventory->groups[0] = 29;
    inventory->num_groups = 1;
    inventory->min_dh_bits = 2048;
    inventory->secure_renegotiation = CM_YES;
    memcpy(inventory->alpn[0], "h2", 3);
    inventory->num_alpn = 1;
    inventory->connections = 7;
    return inventory;
}

static char *text_of(const struct cm_inventory *inventory)
{
    struct cm_buf out;
    char *text;

    cm_buf_init(&out, 1 << 20);
    cm_inventory_write(&out, inventory);
    text = cm_buf_take(&out);
    assert_non_null(text);
    cm_buf_cleanup(&out);
    return text;
}

static void is_written_in_one_form(void **state)
{
    struct cm_inventory *inventory = sample();
    char *text = text_of(inventory);

    (void)state;
    assert_string_equal(
        text,
        "{\"SSLv2\":{\"served\":\"unknown\",\"complete\":0,"
        "\"order\":\"unknown\",\"suites\":[]},"
        "\"SSLv3\":{\"served\":\"unknown\",\"complete\":0,"
        "\"order\":\"unknown\",\"suites\":[]},"
        "\"TLSv1\":{\"served\":\"unknown\",\"complete\":0,"
        "\"order\":\"unknown\",\"suites\":[]},"
        "\"TLSv1.1\":{\"served\":\"unknown\",\"complete\":0,"
        "\"order\":\"unknown\",\"suites\":[]},"
        "\"TLSv1.2\":{\"served\":\"yes\",\"complete\":1,"
        "\"order\":\"no\",\"suites\":[49199,47]},"
        "\"TLSv1.3\":{\"served\":\"no\",\"complete\":0,"
        "\"order\":\"unknown\",\"suites\":[]},"
        "\"groups\":[29],\"groups_complete\":0,\"schemes\":[],"
        "\"schemes_complete\":0,\"min_dh_bits\":2048,"
        "\"secure_renegotiation\":\"yes\","
        "\"extended_master_secret\":\"unknown\",\"compression\":\"unknown\","
        "\"fallback_scsv\":\"unknown\",\"stapling\":\"unknown\","
        "\"sni_needed\":\"unknown\",\"alpn\":[\"h2\"],\"connections\":7}");
    free(text);
    cm_inventory_free(inventory);
}

/* Reads it, and what it reads is written as the same text. */
static bool comes_back(const char *text)
{
    struct cm_inventory *inventory = NULL;
    enum cm_status status = cm_inventory_read(text, &inventory);
    bool same = false;

    if (status == CM_OK) {
        char *again = text_of(inventory);

        same = strcmp(again, text) == 0;
        free(again);
    } else {
        assert_int_equal(status, CM_EINPUT);
        assert_null(inventory);
    }
    cm_inventory_free(inventory);
    return same;
}

static void nothing_but_that_form_is_read(void **state)
{
    struct cm_inventory *inventory = sample();
    char *text = text_of(inventory);
    size_t len = strlen(text);

    (void)state;
    assert_true(comes_back(text));
    for (size_t i = 0; i < len; i++) { /* cut short */
        char kept = text[i];

        text[i] = '\0';
        assert_false(comes_back(text));
        text[i] = kept;
    }
    for (size_t i = 0; i < len; i++) { /* what is still read means that */
        static const char others[] = "\"0a]},\xff";
        char kept = text[i];

        for (size_t j = 0; j < sizeof(others) - 1; j++) {
            struct cm_inventory *read = NULL;

            text[i] = others[j];
            if (cm_inventory_read(text, &read) == CM_OK && others[j] != '0') {
                assert_true(comes_back(text));
            }
            cm_inventory_free(read);
        }
        text[i] = kept;
    }
    free(text);
    cm_inventory_free(inventory);
}

static void replace(char *out, size_t size, const char *text, const char *what,
                    const char *by)
{
    const char *at = strstr(text, what);

    assert_non_null(at);
    (void)snprintf(out, size, "%.*s%s%s", (int)(at - text), text, by,
                   at + strlen(what));
}

/* One more than there is room for, and numbers that are none of ours. */
static void limits_hold(void **state)
{
    static const char *const bad[][2] = {
        {"\"min_dh_bits\":2048", "\"min_dh_bits\":65536"},
        {"\"min_dh_bits\":2048", "\"min_dh_bits\":000002048"},
        {"\"min_dh_bits\":2048", "\"min_dh_bits\":-1"},
        {"\"complete\":1", "\"complete\":2"},
        {"[\"h2\"]", "[\"sixteen letters!\"]"},
        {"[\"h2\"]", "[\"0123456789abcdef\"]"},
        {"[\"h2\"]", "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\","
                     "\"9\"]"},
        {"[\"h2\"]", "[\"a\\\\b\"]"},
        {"\"served\":\"yes\"", "\"served\":\"maybe\""},
    };
    struct cm_inventory *inventory = sample();
    char *text = text_of(inventory);
    char changed[8192];
    struct cm_buf many;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        replace(changed, sizeof(changed), text, bad[i][0], bad[i][1]);
        assert_false(comes_back(changed));
    }
    cm_buf_init(&many, 4096);
    for (int extra = 0; extra < 2; extra++) {
        cm_buf_puts(&many, "\"groups\":[1");
        for (int i = 1; i < CM_MAX_GROUPS + extra; i++) {
            cm_buf_puts(&many, ",1");
        }
        cm_buf_putc(&many, ']');
        replace(changed, sizeof(changed), text, "\"groups\":[29]",
                cm_buf_cstr(&many));
        assert_int_equal(comes_back(changed), extra == 0);
        cm_buf_clear(&many);
    }
    cm_buf_cleanup(&many);
    free(text);
    cm_inventory_free(inventory);
}

/* A protocol's name comes from the network. */
static void foreign_names_are_made_plain(void **state)
{
    struct cm_inventory *inventory = sample();
    struct cm_inventory *back = NULL;
    char *text;

    (void)state;
    memcpy(inventory->alpn[0], "h\"\\\n\xff<2", 8);
    text = text_of(inventory);
    assert_non_null(strstr(text, "\"alpn\":[\"h?????2\"]"));
    assert_int_equal(cm_inventory_read(text, &back), CM_OK);
    assert_string_equal(back->alpn[0], "h?????2");
    cm_inventory_free(back);
    free(text);
    cm_inventory_free(inventory);
}

static void says_what_is_served(void **state)
{
    struct cm_inventory *inventory = sample();

    (void)state;
    assert_int_equal(cm_inventory_serves(inventory, 0x0303, 0xc02f), CM_YES);
    assert_int_equal(cm_inventory_serves(inventory, 0x0303, 0xc030), CM_NO);
    assert_int_equal(cm_inventory_serves(inventory, 0x0304, 0x1301), CM_NO);
    assert_int_equal(cm_inventory_serves(inventory, 0x0302, 0x002f),
                     CM_NOT_KNOWN);
    assert_int_equal(cm_inventory_serves(inventory, 0x0399, 1), CM_NOT_KNOWN);
    assert_int_equal(cm_inventory_serves(NULL, 0x0303, 1), CM_NOT_KNOWN);
    assert_int_equal(cm_inventory_group(inventory, 29), CM_YES);
    assert_int_equal(cm_inventory_group(inventory, 23), CM_NOT_KNOWN);
    inventory->groups_complete = true;
    assert_int_equal(cm_inventory_group(inventory, 23), CM_NO);
    assert_int_equal(cm_inventory_group(NULL, 29), CM_NOT_KNOWN);
    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        assert_int_equal(
            cm_version_index(cm_version_number((enum cm_version_index)i)), i);
    }
    assert_int_equal(cm_version_index(0x0305), -1);
    cm_inventory_free(inventory);
    cm_inventory_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_written_in_one_form),
        cmocka_unit_test(nothing_but_that_form_is_read),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(foreign_names_are_made_plain),
        cmocka_unit_test(says_what_is_served),
    };

    return cmocka_run_group_tests_name("inventories", tests, NULL, NULL);
}
