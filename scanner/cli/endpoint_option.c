/* report --endpoint: which endpoint is meant, and its story on the terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/endpoint_option.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/streams.h"
#include "input/input.h"

/* Neither is a port that anyone gives: what follows it was not given. */
#define PORT_ONE 1
#define PORT_OTHER 2

static bool parse(const char *host, const char *protocol, uint16_t port,
                  struct cm_endpoint *out)
{
    struct cm_target_text text = {
        .host = host, .port = "", .protocol = protocol, .sni = ""};
    struct cm_input_options options = {.port = port, .header = -1};
    enum cm_cause cause;
    char reason[256];

    return cm_target_parse(&text, &options, out, &cause, reason);
}

/* The host alone, or with its port; *port is 0 where none was given. */
static bool read_target(const char *host, const char *protocol,
                        struct cm_endpoint *out, int64_t *port)
{
    struct cm_endpoint other;

    if (!parse(host, protocol, PORT_ONE, out) ||
        !parse(host, protocol, PORT_OTHER, &other)) {
        return false;
    }
    *port = out->port == other.port ? out->port : 0;
    return true;
}

/* "host:25:smtp" and "host:smtp": the last part is no number. */
static bool read_with_protocol(struct cm_endpoint_text *out, const char *text)
{
    char host[CM_HOST_SIZE];
    const char *colon = strrchr(text, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - text);

    if (len == 0 || len >= sizeof(host) || strchr(text, '/') != NULL ||
        colon[1] == '\0' ||
        colon[1 + strspn(colon + 1, "0123456789")] == '\0') {
        return false;
    }
    memcpy(host, text, len);
    host[len] = '\0';
    if (!read_target(host, colon + 1, &out->endpoint, &out->query.port)) {
        return false;
    }
    out->query.protocol = out->endpoint.protocol;
    return true;
}

void cm_endpoint_text_read(struct cm_endpoint_text *out, const char *text)
{
    memset(out, 0, sizeof(*out));
    out->query.text = text;
    out->query.host = out->endpoint.host;
    out->query.protocol = "";
    if (!read_target(text, "", &out->endpoint, &out->query.port) &&
        !read_with_protocol(out, text)) {
        memset(&out->endpoint, 0, sizeof(out->endpoint));
        out->query.port = 0;
    }
}

enum cm_status cm_endpoint_tell(const struct cm_options *options, int *code,
                                struct cm_error *err)
{
    struct cm_endpoint_text text;
    struct cm_report_options report;
    bool trusted;
    enum cm_status status;

    cm_endpoint_text_read(&text, options->text[CM_OPTION_ENDPOINT]);
    cm_report_from_options(options, &report);
    text.query.pem = options->given[CM_OPTION_PEM];
    status = cm_report_endpoint(&report, &text.query,
                                cm_terminal_width(STDOUT_FILENO), stdout,
                                &trusted, err);
    if (status == CM_OK) {
        status = cm_streams_flush("the story", err);
    }
    *code = status == CM_OK && trusted ? CM_EXIT_OK : CM_EXIT_FINDINGS;
    return status;
}
