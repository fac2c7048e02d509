/* Small pieces of HTML.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "html_parts.h"

void cm_html_text(struct cm_buf *out, const char *text)
{
    if (text != NULL) {
        cm_text_html(out, text, strlen(text));
    }
}

void cm_html_number(struct cm_buf *out, int64_t number)
{
    if (number >= 1000) {
        cm_html_number(out, number / 1000);
        (void)cm_buf_printf(out, ",%03d", (int)(number % 1000));
    } else {
        (void)cm_buf_printf(out, "%" PRId64, number);
    }
}

void cm_html_count(struct cm_buf *out, int64_t number, const char *singular,
                   const char *plural)
{
    cm_html_number(out, number);
    (void)cm_buf_printf(out, " %s", number == 1 ? singular : plural);
}

void cm_html_pick(struct cm_buf *out, int64_t rows, const char *pick)
{
    if (rows == 0) {
        (void)cm_buf_putc(out, '0');
        return;
    }
    (void)cm_buf_puts(out, "<button class=\"pick\" data-pick=\"");
    cm_html_text(out, pick);
    (void)cm_buf_puts(out, "\" title=\"Show them in the table\">");
    cm_html_number(out, rows);
    (void)cm_buf_puts(out, "</button>");
}
