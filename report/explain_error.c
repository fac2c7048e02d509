/* A client's message, explained: what it can mean, what it does not tell, and
 * the command that decides.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "certmuster/report.h"
#include "certmuster/text.h"
#include "recognise.h"
#include "screen.h"

#define MAX_TEXT ((size_t)256 * 1024)
#define MAX_QUOTE 300U
#define ID_WIDTH 28U
#define HTTPS_PORT 443

/* Foreign words on one line, harmless. */
static void put_quote(struct cm_buf *out, struct cm_span text,
                      const struct cm_recognised *found)
{
    struct cm_buf line;
    size_t end = found->quote_end;

    if (end - found->quote_at > MAX_QUOTE) {
        end = found->quote_at + MAX_QUOTE;
    }
    cm_buf_init(&line, MAX_QUOTE + 1);
    for (size_t at = found->quote_at; at < end; at++) {
        char c = (char)text.data[at];

        if (strchr(" \t\r\n", c) == NULL) {
            (void)cm_buf_putc(&line, c);
        } else if (line.len > 0 && line.data[line.len - 1] != ' ') {
            (void)cm_buf_putc(&line, ' ');
        }
    }
    (void)cm_buf_puts(out, "  \"");
    cm_text_terminal(out, cm_buf_cstr(&line), line.len);
    (void)cm_buf_puts(out, end < found->quote_end ? " ...\"\n" : "\"\n");
    out->failed = out->failed || line.failed;
    cm_buf_cleanup(&line);
}

static void put_causes(struct cm_buf *out, const struct cm_recognised *found)
{
    if (found->num_causes == 1) {
        (void)cm_buf_puts(out, "\nThis means\n");
    } else {
        (void)cm_buf_printf(out, "\nThis can mean %zu things%s\n",
                            found->num_causes,
                            found->num_causes > 5 ? ", in the order in which "
                                                    "they are worth a look"
                                                  : "");
    }
    for (size_t i = 0; i < found->num_causes; i++) {
        const struct cm_cause_info *info = cm_cause_info(found->causes[i]);

        (void)cm_buf_printf(out, "  %-*s  %s\n", (int)ID_WIDTH, info->id,
                            info->title);
    }
    (void)cm_buf_printf(out, "  `certmuster explain %s` says more.\n",
                        cm_cause_info(found->causes[0])->id);
}

static void put_notes(struct cm_buf *out, const struct cm_recognised *found,
                      size_t width)
{
    if (found->num_notes == 0 && found->num_causes < 2) {
        return;
    }
    (void)cm_buf_puts(out, "\nWhat the message does not tell\n");
    for (size_t i = 0; i < found->num_notes; i++) {
        cm_screen_wrap(out, found->notes[i], 2, width);
    }
    if (found->num_notes == 0) {
        cm_screen_wrap(out,
                       "Which of these it is: the client has the same words "
                       "for all of them.",
                       2, width);
    }
}

/* Is the likeliest about the client's own certificate? Then the scan needs it.
 */
static bool is_about_client(const struct cm_recognised *found)
{
    enum cm_resolution fix = found->num_causes == 0
                                 ? CM_RESOLUTION_NOTHING
                                 : cm_cause_info(found->causes[0])->resolution;

    return fix == CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE ||
           fix == CM_RESOLUTION_GRANT_KEY_ACCESS;
}

/* Also for who got no cause: the scan finds it without the message. */
static void put_commands(struct cm_buf *out, const struct cm_recognised *found)
{
    const char *host = found->host[0] != '\0' ? found->host : "HOST";
    unsigned port = found->port != 0 ? found->port : HTTPS_PORT;
    bool is_ip = strspn(host, "0123456789.") == strlen(host);

    (void)cm_buf_printf(
        out,
        "\nWhat decides%s\n"
        "  echo %s:%u | certmuster scan -%s\n"
        "  openssl s_client -connect %s:%u%s%s -showcerts "
        "</dev/null\n",
        found->host[0] != '\0' ? "" : ", with the server's name", host, port,
        is_about_client(found)
            ? " --client-cert client.pem --client-key client.key"
            : "",
        host, port, is_ip ? "" : " -servername ", is_ip ? "" : host);
}

static void put_nothing(struct cm_buf *out, size_t width)
{
    (void)cm_buf_puts(out, "No message of a TLS client was recognised.\n\n");
    cm_screen_wrap(
        out,
        "Give the whole text: the innermost exception, the code (0x800B0109, "
        "SEC_E_..., net::ERR_..., curl's number) and the lines around it. `-` "
        "reads from standard input: certmuster explain --error - <client.log",
        2, width);
}

static void put_all(struct cm_buf *out, struct cm_span text,
                    const struct cm_recognised *found, size_t width)
{
    if (found->num_causes == 0) {
        put_nothing(out, width);
    } else {
        (void)cm_buf_printf(out, "Recognised: %s\n",
                            found->client != NULL
                                ? found->client
                                : "a message that several clients have");
        put_quote(out, text, found);
        put_causes(out, found);
        put_notes(out, found, width);
    }
    put_commands(out, found);
}

enum cm_status cm_explain_error(struct cm_span text, int width, FILE *out,
                                bool *recognised, struct cm_error *err)
{
    struct cm_recognised *found = cm_recognise(text);
    enum cm_status status;
    struct cm_buf screen;

    *recognised = false;
    if (found == NULL) {
        return cm_error_nomem(err, "the message");
    }
    *recognised = found->num_causes > 0;
    cm_buf_init(&screen, MAX_TEXT);
    put_all(&screen, text, found, cm_screen_width(width));
    free(found);
    status = cm_screen_show(&screen, out, err);
    cm_buf_cleanup(&screen);
    return status;
}
