/* Tables of the sections.
 * SPDX-License-Identifier: Apache-2.0 */
#include "html_cells.h"

#include <inttypes.h>
#include <string.h>

#include "html_parts.h"

void cm_html_table_begin(struct cm_buf *out, const char *caption,
                         const char *columns)
{
    (void)cm_buf_printf(out,
                        "<div class=\"card scroll\" tabindex=\"0\"><table>"
                        "<caption>%s</caption><thead><tr>",
                        caption);
    for (;;) {
        size_t len = strcspn(columns, "|");
        bool number = columns[0] == '#';

        if (len == 0) {
            (void)cm_buf_puts(out, "<td></td>"); /* a head names something */
        } else {
            (void)cm_buf_printf(out, "<th scope=\"col\"%s>%.*s</th>",
                                number ? " class=\"num\"" : "",
                                (int)len - (number ? 1 : 0),
                                columns + (number ? 1 : 0));
        }
        columns += len;
        if (*columns == '\0') {
            break;
        }
        columns++;
    }
    (void)cm_buf_puts(out, "</tr></thead><tbody>\n");
}

void cm_html_table_end(struct cm_buf *out)
{
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
}

void cm_html_row(struct cm_buf *out, const char *name)
{
    (void)cm_buf_puts(out, "<tr><th scope=\"row\">");
    cm_html_text(out, name);
    (void)cm_buf_puts(out, "</th>");
}

void cm_html_row_end(struct cm_buf *out)
{
    (void)cm_buf_puts(out, "</tr>\n");
}

void cm_html_cell(struct cm_buf *out, const char *text)
{
    (void)cm_buf_puts(out, "<td>");
    cm_html_text(out, text);
    (void)cm_buf_puts(out, "</td>");
}

void cm_html_cell_number(struct cm_buf *out, int64_t number)
{
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_number(out, number);
    (void)cm_buf_puts(out, "</td>");
}

void cm_html_cell_share(struct cm_buf *out, int64_t part, int64_t most)
{
    (void)cm_buf_puts(out, "<td class=\"part\">");
    cm_html_share_bar(out, part, most);
    (void)cm_buf_puts(out, "</td>");
}

void cm_html_cell_pick(struct cm_buf *out, int64_t rows, const char *pick)
{
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_pick(out, rows, pick);
    (void)cm_buf_puts(out, "</td>");
}

void cm_html_percent(struct cm_buf *out, int64_t part, int64_t all)
{
    double share = all > 0 ? 100.0 * (double)part / (double)all : 0;
    int percent = (int)(share + 0.5);

    percent = percent > 99 && part < all ? 99 : percent;
    if (percent == 0 && part > 0) {
        (void)cm_buf_puts(out, "under 1 %");
    } else {
        (void)cm_buf_printf(out, "%d %%", percent);
    }
}
