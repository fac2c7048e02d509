/* A long way on one machine: usage: delay_line MILLISECONDS
 *
 * Makes a second network namespace and joins it to the first by two tunnel
 * devices, both called "line": this process carries every IP packet from one to
 * the other and holds each for MILLISECONDS, in both directions. All of a
 * connection is held: its SYN, each segment, DNS queries, too; a round trip
 * takes twice the time. No packet is lost but when 65,536 wait. Prints "ready",
 * then holds until standard input ends; `nsenter -n -t PID` enters the second
 * namespace. Must be root, of a user namespace at least.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_PACKET 2048 /* the devices' MTU is 1500 */
#define MAX_WAITING 65536U
#define NS_PER_MS INT64_C(1000000)

#define MUST(claim) ((claim) ? (void)0 : (perror(#claim), exit(1)))

struct packet {
    int64_t due_ns;
    int to;
    uint16_t len;
    uint8_t bytes[MAX_PACKET];
};

/* All are held equally long, so they leave in the order in which they came. */
struct line {
    int ends[2];
    int64_t hold_ns;
    struct packet *ring; /* owned */
    uint32_t first;
    uint32_t after_last;
};

static int64_t now_ns(void)
{
    struct timespec t;

    MUST(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    return (int64_t)t.tv_sec * 1000 * NS_PER_MS + t.tv_nsec;
}

/* In the namespace that this process is in just now. */
static int open_end(void)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    (void)snprintf(request.ifr_name, sizeof(request.ifr_name), "line");
    MUST(fd >= 0 && control >= 0);
    MUST(ioctl(fd, TUNSETIFF, &request) == 0);
    request.ifr_qlen = 10000; /* a burst of new connections is no overload */
    MUST(ioctl(control, SIOCSIFTXQLEN, &request) == 0);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    MUST(ioctl(control, SIOCSIFFLAGS, &request) == 0);
    (void)close(control);
    return fd;
}

static void take(struct line *line, int end)
{
    while (line->after_last - line->first < MAX_WAITING) {
        struct packet *packet = &line->ring[line->after_last % MAX_WAITING];
        ssize_t got = read(line->ends[end], packet->bytes, MAX_PACKET);

        if (got <= 0) {
            return;
        }
        packet->len = (uint16_t)got;
        packet->to = line->ends[1 - end];
        packet->due_ns = now_ns() + line->hold_ns;
        line->after_last++;
    }
}

static void deliver(struct line *line)
{
    while (line->first != line->after_last) {
        const struct packet *packet = &line->ring[line->first % MAX_WAITING];

        if (packet->due_ns > now_ns()) {
            return;
        }
        (void)!write(packet->to, packet->bytes, packet->len);
        line->first++;
    }
}

static void carry(struct line *line)
{
    struct pollfd fds[3] = {{.fd = line->ends[0], .events = POLLIN},
                            {.fd = line->ends[1], .events = POLLIN},
                            {.fd = STDIN_FILENO, .events = POLLIN}};

    while (fds[2].revents == 0) {
        struct timespec wait = {.tv_sec = 1};

        if (line->first != line->after_last) {
            int64_t left =
                line->ring[line->first % MAX_WAITING].due_ns - now_ns();

            wait.tv_sec = 0;
            wait.tv_nsec = left > 0 ? (long)left : 0;
        }
        MUST(ppoll(fds, 3, &wait, NULL) >= 0 || errno == EINTR);
        take(line, 0);
        take(line, 1);
        deliver(line);
    }
}

int main(int argc, char **argv)
{
    struct line line = {.hold_ns = 0};
    unsigned long ms = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

    if (ms == 0 || ms > 900) {
        (void)fprintf(stderr, "usage: delay_line MILLISECONDS (1 to 900)\n");
        return 2;
    }
    line.ring = calloc(MAX_WAITING, sizeof(*line.ring));
    MUST(line.ring != NULL);
    line.hold_ns = (int64_t)ms * NS_PER_MS;
    line.ends[0] = open_end();
    MUST(unshare(CLONE_NEWNET) == 0);
    line.ends[1] = open_end();
    (void)printf("ready\n");
    (void)fflush(stdout);
    carry(&line);
    free(line.ring);
    return 0;
}
