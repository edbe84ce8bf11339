/* A service that costs next to nothing: waits, listens, answers every request with 200.
 *
 *     chain_service PORT DELAY_MS TIMES
 *
 * Appends "PORT NANOSECONDS" to TIMES, when it began (CLOCK_MONOTONIC). With CHAIN_FD in the
 * environment it writes a byte there once it listens: that is how chain_limit knows. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int listen_on(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 64))
        return -1;
    return fd;
}

static void answer(int listening)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    char request[2048];
    int fd = accept(listening, NULL, NULL);
    if (fd < 0)
        return;
    if (read(fd, request, sizeof request) > 0)
        (void)!write(fd, text, sizeof text - 1);
    close(fd);
}

static int number(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

static void note(const char *path, int port, long long began)
{
    char text[64];
    int size = snprintf(text, sizeof text, "%d %lld\n", port, began);
    int times = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    (void)!write(times, text, (size_t)size);
    close(times);
}

int main(int argc, char **argv)
{
    long long began = now();
    if (argc != 4)
        return 2;
    int port = number(argv[1]), delay = number(argv[2]);
    note(argv[3], port, began);
    struct timespec rest = {.tv_sec = delay / 1000, .tv_nsec = delay % 1000 * 1000000L};
    if (delay)
        nanosleep(&rest, NULL);
    int listening = listen_on(port);
    if (listening < 0)
        return 1;
    const char *ready = getenv("CHAIN_FD");
    if (ready)
        (void)!write(number(ready), "r", 1);
    for (;;)
        answer(listening);
}
