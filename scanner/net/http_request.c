/* The request (RFC 9112 section 3). Everything that goes in was checked: the
 * URL by http_url.c; the type is our own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/http_parts.h"

#define FIELDS_SIZE 1024 /* all but the URL and the body */

void cm_http_write_request(const struct cm_http_url *url, struct cm_span post,
                           const char *post_type, struct cm_buf *out)
{
    bool v6 = url->is_ip && url->literal.family == 6;

    cm_buf_init(out, sizeof(url->target) + FIELDS_SIZE + post.len);
    (void)cm_buf_printf(out, "%s %s HTTP/1.1\r\nHost: %s%s%s",
                        post.len > 0 ? "POST" : "GET", url->target,
                        v6 ? "[" : "", url->host, v6 ? "]" : "");
    if (url->port != 80) {
        (void)cm_buf_printf(out, ":%u", (unsigned)url->port);
    }
    (void)cm_buf_puts(out, "\r\nUser-Agent: certmuster\r\nAccept: */*\r\n"
                           "Accept-Encoding: identity\r\n"
                           "Connection: close\r\n");
    if (post.len > 0) {
        (void)cm_buf_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n",
                            post_type, post.len);
    }
    (void)cm_buf_puts(out, "\r\n");
    (void)cm_buf_append(out, post.data, post.len);
}
