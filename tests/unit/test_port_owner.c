#include "port_owner.h"

#include "suite.h"
#include "wire.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct port_past no_past;

/* A process that listens (its child, with deep) until it is killed. Everybody is a child of ours.
 */
static pid_t listener(int family, bool deep, const char *name, uint16_t *out_port)
{
    int told[2];
    ck_assert_int_eq(pipe(told), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (deep && fork() != 0) {
            for (;;)
                pause();
        }
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (name)
            prctl(PR_SET_NAME, name);
        uint16_t port;
        wire_listen(family, &port);
        ssize_t sent = write(told[1], &port, sizeof port);
        (void)sent;
        for (;;)
            pause();
    }
    close(told[1]);
    ck_assert_int_eq(read(told[0], out_port, sizeof *out_port), sizeof *out_port);
    close(told[0]);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static enum port_owner ask(pid_t root, uint16_t port, bool second, const struct port_past *past,
                           const char *expected)
{
    struct strbuf text = {0};
    enum port_owner owner = port_owner(root, port, second, past, &text);
    ck_assert_msg(strstr(strbuf_text(&text), expected), "%s", strbuf_text(&text));
    strbuf_finish(&text);
    return owner;
}

START_TEST(its_own)
{
    uint16_t port;
    pid_t pid = listener(AF_INET, _i, NULL, &port);
    ck_assert_int_eq(ask(pid, port, false, &no_past, ""), PORT_OWN);
    /* It is the parent's, too: all that descends from the root is the service. */
    ck_assert_int_eq(ask(getpid(), port, false, &no_past, ""), PORT_OWN);
    end(pid);
}
END_TEST

START_TEST(a_strangers)
{
    uint16_t port, other;
    char expected[32];
    pid_t stranger = listener(AF_INET, false, NULL, &port);
    pid_t service = listener(AF_INET, false, NULL, &other);
    snprintf(expected, sizeof expected, "pid %d (", (int)stranger);
    ck_assert_int_eq(ask(service, port, false, &no_past, expected), PORT_STRANGER);
    end(stranger);
    end(service);
}
END_TEST

START_TEST(of_the_address_that_answers)
{
    uint16_t port;
    pid_t service = listener(AF_INET, false, NULL, &port);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    address.sin6_port = htons(port);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        ck_assert_int_eq(listen(fd, 1), 0);
        ck_assert_int_eq(ask(service, port, false, &no_past, ""), PORT_OWN);
        ck_assert_int_eq(ask(service, port, true, &no_past, "pid "), PORT_STRANGER);
    }
    if (fd >= 0)
        close(fd);
    end(service);
}
END_TEST

START_TEST(of_one_that_listens_for_others)
{
    uint16_t port, other;
    struct port_past past;
    pid_t stranger = listener(AF_INET, false, "docker-proxy", &port);
    pid_t service = listener(AF_INET, false, NULL, &other);
    ck_assert_int_eq(ask(service, port, false, &no_past, "which listens for others"), PORT_UNKNOWN);
    /* But not if it did so before the service was started. */
    port_past_look(&past, port);
    ck_assert_uint_eq(past.count, 1);
    ck_assert_int_eq(ask(service, port, false, &past, "pid "), PORT_STRANGER);
    end(stranger);
    end(service);
}
END_TEST

START_TEST(nobodys)
{
    struct port_past past;
    uint16_t port = wire_free_port();
    ck_assert_int_eq(ask(getpid(), port, false, &no_past, "no socket listens there"), PORT_UNKNOWN);
    port_past_look(&past, port);
    ck_assert_uint_eq(past.count, 0);
}
END_TEST

START_TEST(elsewhere)
{
    struct strbuf text = {0};
    char expected[16];
    uint16_t port;
    pid_t service = listener(AF_INET, true, NULL, &port);
    snprintf(expected, sizeof expected, "%u", port);
    ck_assert(!port_elsewhere(service, port, &text));
    ck_assert(port_elsewhere(service, wire_free_port(), &text));
    ck_assert_str_eq(strbuf_text(&text), expected);
    end(service);
    strbuf_clear(&text);
    ck_assert(!port_elsewhere(service, port, &text));
    ck_assert_uint_eq(text.len, 0);
    strbuf_finish(&text);
}
END_TEST

START_TEST(elsewhere_on_several)
{
    struct strbuf text = {0};
    char expected[32];
    uint16_t first, second, declared = wire_free_port();
    int a = wire_listen(AF_INET, &first), b = wire_listen(AF_INET, &second);
    ck_assert(port_elsewhere(getpid(), declared, &text));
    snprintf(expected, sizeof expected, "%u and %u", first, second);
    ck_assert_str_eq(strbuf_text(&text), expected);
    strbuf_finish(&text);
    close(a);
    close(b);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("port_owner");
    SUITE_LOOP(s, its_own, 0, 2);
    SUITE_CASE(s, a_strangers);
    SUITE_CASE(s, of_the_address_that_answers);
    SUITE_CASE(s, of_one_that_listens_for_others);
    SUITE_CASE(s, nobodys);
    SUITE_CASE(s, elsewhere);
    SUITE_CASE(s, elsewhere_on_several);
    return suite_run(s);
}
