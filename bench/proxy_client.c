/* The load of bench/proxy: one thread, one epoll.
 *
 *     proxy_client MODE HOST PORT CONNECTIONS SECONDS
 *
 *   keep       one request after the other on each connection, 1 KiB answers
 *   new        the same, each on a connection of its own
 *   big        10 MiB answers
 *   websocket  an upgrade, then a frame of 64 bytes that comes back, again and again
 *   idle       a request on each connection; then all stay open until our input ends
 *   stalled    asks for 10 MiB on each and reads nothing; then as idle
 *
 * Prints "COUNT SECONDS BYTES P50 P99 ERRORS", microseconds, bytes of bodies; idle and stalled
 * print "ready" when all is as it is to stay. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS    256
#define HEAD_MAX  2048
#define FRAME     70 /* masked: 6 bytes of head, 64 of data */
#define EXACT     64 /* buckets of the histogram for each doubling */
#define DOUBLINGS 40

enum mode { KEEP, NEW, BIG, WEBSOCKET, IDLE, STALLED, MODE_COUNT };
static const char *const mode_names[] = {"keep", "new", "big", "websocket", "idle", "stalled"};

struct connection {
    int fd;
    int upgraded;
    uint64_t began;
    size_t head, left; /* bytes of the head so far; of the body still to come */
    char text[HEAD_MAX];
};

struct load {
    enum mode mode;
    struct sockaddr_in to;
    int epoll, arrived; /* idle, stalled: how many are as they are to stay */
    char request[512];
    size_t request_size;
    uint64_t count, bytes, errors;
    uint64_t histogram[EXACT * DOUBLINGS];
    char scratch[256 << 10];
};

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Log-linear: a bucket is at most 1/32 wide. */
static unsigned bucket(uint64_t ns)
{
    unsigned doubling = 0;
    for (; ns >= EXACT && doubling < DOUBLINGS - 1; doubling++)
        ns /= 2;
    return doubling * EXACT + (unsigned)ns;
}

static double percentile(const struct load *load, double share)
{
    uint64_t seen = 0, total = 0;
    for (unsigned i = 0; i < EXACT * DOUBLINGS; i++)
        total += load->histogram[i];
    for (unsigned i = 0; i < EXACT * DOUBLINGS; i++) {
        seen += load->histogram[i];
        if (seen && (double)seen >= share * (double)total)
            return (double)((uint64_t)(i % EXACT) << (i / EXACT)) / 1e3;
    }
    return 0;
}

static void say_one(struct load *load, struct connection *connection)
{
    char frame[FRAME] = {(char)0x82, (char)0xc0, 1, 2, 3, 4};
    const char *bytes = connection->upgraded ? frame : load->request;
    size_t size = connection->upgraded ? sizeof frame : load->request_size;
    connection->began = now();
    connection->head = 0;
    connection->left = connection->upgraded ? sizeof frame : 0;
    if (send(connection->fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
        load->errors++;
    load->arrived += load->mode == STALLED;
}

static void begin(struct load *load, struct connection *connection)
{
    int on = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = connection};
    epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event);
    connection->began = now();
    connection->upgraded = 0;
    if (connect(connection->fd, (struct sockaddr *)&load->to, sizeof load->to) &&
        errno != EINPROGRESS) {
        perror("connect");
        exit(1);
    }
}

static void begin_again(struct load *load, struct connection *connection)
{
    close(connection->fd);
    begin(load, connection);
}

static void done(struct load *load, struct connection *connection)
{
    load->count++;
    load->histogram[bucket(now() - connection->began)]++;
    if (load->mode == IDLE)
        load->arrived++;
    else if (load->mode == NEW)
        begin_again(load, connection);
    else
        say_one(load, connection);
}

static void fail(struct load *load, struct connection *connection)
{
    load->errors++;
    begin_again(load, connection);
}

/* Gives how many of the bytes belong to the head, or 0 if more is needed. */
static size_t read_head(struct connection *connection, const char *bytes, size_t size)
{
    size_t before = connection->head, taken = size;
    if (taken > HEAD_MAX - 1 - before)
        taken = HEAD_MAX - 1 - before;
    memcpy(connection->text + before, bytes, taken);
    connection->head += taken;
    connection->text[connection->head] = '\0';
    const char *end = strstr(connection->text, "\r\n\r\n");
    if (!end)
        return 0;
    const char *length = strcasestr(connection->text, "\r\ncontent-length:");
    connection->left = length ? strtoul(length + 17, NULL, 10) : 0;
    return (size_t)(end + 4 - connection->text) - before;
}

static int is_good(const struct load *load, const struct connection *connection)
{
    return memcmp(connection->text + 9, load->mode == WEBSOCKET ? "101" : "200", 3) == 0;
}

static void on_bytes(struct load *load, struct connection *connection, size_t size)
{
    size_t used = 0;
    if (!connection->upgraded && !connection->left) {
        used = read_head(connection, load->scratch, size);
        if (used && !is_good(load, connection)) {
            fail(load, connection);
            return;
        }
        connection->upgraded = used && load->mode == WEBSOCKET;
        if (used == 0)
            return;
    }
    if (size - used > connection->left) {
        fail(load, connection);
        return;
    }
    connection->left -= size - used;
    load->bytes += size - used;
    if (!connection->left)
        done(load, connection);
}

static void on_event(struct load *load, struct connection *connection, uint32_t events)
{
    if (events & EPOLLOUT) {
        struct epoll_event event = {.events = load->mode == STALLED ? 0 : EPOLLIN,
                                    .data.ptr = connection};
        epoll_ctl(load->epoll, EPOLL_CTL_MOD, connection->fd, &event);
        say_one(load, connection);
        return;
    }
    ssize_t size = recv(connection->fd, load->scratch, sizeof load->scratch, 0);
    if (size > 0)
        on_bytes(load, connection, (size_t)size);
    else if (size == 0 || errno != EAGAIN)
        fail(load, connection);
}

static void turn(struct load *load)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(load->epoll, events, EVENTS, 100);
    for (int i = 0; i < count; i++)
        on_event(load, events[i].data.ptr, events[i].events);
}

static void stay(struct load *load, int connections)
{
    char byte;
    while (load->arrived < connections)
        turn(load);
    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
}

static void write_request(struct load *load, const char *host)
{
    int size =
        snprintf(load->request, sizeof load->request,
                 "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: proxy_client\r\n"
                 "Accept: */*\r\n%s\r\n",
                 load->mode == BIG || load->mode == STALLED ? "/big" : "/small", host,
                 load->mode == NEW         ? "Connection: close\r\n"
                 : load->mode == WEBSOCKET ? "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                             "Sec-WebSocket-Version: 13\r\n"
                                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                           : "");
    load->request_size = (size_t)size;
}

static struct load *load_create(char **arguments)
{
    struct load *load = calloc(1, sizeof *load);
    while (load && load->mode < MODE_COUNT && strcmp(mode_names[load->mode], arguments[0]) != 0)
        load->mode++;
    if (!load || load->mode == MODE_COUNT)
        exit(2);
    load->to = (struct sockaddr_in){.sin_family = AF_INET,
                                    .sin_port = htons((uint16_t)strtoul(arguments[2], NULL, 10)),
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    write_request(load, arguments[1]);
    return load;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    struct load *load = load_create(argv + 1);
    int count = (int)strtoul(argv[4], NULL, 10);
    struct connection *connections = calloc((size_t)count, sizeof *connections);
    uint64_t start = now(), end = start + (uint64_t)(strtod(argv[5], NULL) * 1e9);
    for (int i = 0; connections && i < count; i++)
        begin(load, &connections[i]);
    if (load->mode >= IDLE) {
        stay(load, count);
        return 0;
    }
    while (now() < end)
        turn(load);
    printf("%llu %.6f %llu %.1f %.1f %llu\n", (unsigned long long)load->count,
           (double)(now() - start) / 1e9, (unsigned long long)load->bytes, percentile(load, 0.5),
           percentile(load, 0.99), (unsigned long long)load->errors);
    return 0;
}
