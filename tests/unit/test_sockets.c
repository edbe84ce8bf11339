#include "sockets.h"
#include "suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A socket on a free loopback port; *out_port in host order. */
static int new_socket(int family, bool listens, uint16_t *out_port)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr *address = family == AF_INET ? (void *)&v4 : (void *)&v6;
    socklen_t size = family == AF_INET ? sizeof v4 : sizeof v6;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    if (bind(fd, address, size) < 0) {
        close(fd);
        return -1;
    }
    ck_assert_int_eq(getsockname(fd, address, &size), 0);
    *out_port = ntohs(family == AF_INET ? v4.sin_port : v6.sin6_port);
    if (listens)
        ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

/* Where one system call does what all of socket.h asks for, a filter cannot see the family. */
#ifdef SYS_socketcall
#define WAYS 1
#else
#define WAYS 2
#endif

/* From here on the kernel cannot be asked, only its tables be read. */
static void forbid_asking(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    ck_assert_int_lt(socket(AF_NETLINK, SOCK_DGRAM, 0), 0);
}

START_TEST(finds_its_own_on_both_families)
{
    if (_i)
        forbid_asking();
    static const int families[] = {AF_INET, AF_INET6};
    struct arena arena = {0};
    for (int i = 0; i < 2; i++) {
        uint16_t port = 0;
        struct listening_sockets sockets;
        int fd = new_socket(families[i], true, &port);
        if (fd < 0)
            continue; /* a machine without IPv6 */
        ck_assert_int_eq(sockets_listening(&arena, port, &sockets), 0);
        ck_assert_uint_eq(sockets.count, 1);
        ck_assert_uint_eq(sockets.items[0].port, port);
        ck_assert_ptr_eq(sockets_held(getpid(), &sockets), &sockets.items[0]);
        ck_assert_ptr_null(sockets_held(getppid(), &sockets));
        close(fd);
        ck_assert_ptr_null(sockets_held(getpid(), &sockets));
    }
    arena_finish(&arena);
}
END_TEST

START_TEST(only_what_listens_counts)
{
    struct arena arena = {0};
    uint16_t port = 0;
    struct listening_sockets sockets;
    int fd = new_socket(AF_INET, false, &port);
    ck_assert_int_eq(sockets_listening(&arena, port, &sockets), 0);
    ck_assert_uint_eq(sockets.count, 0);
    ck_assert_ptr_null(sockets_held(getpid(), &sockets));
    close(fd);
    arena_finish(&arena);
}
END_TEST

START_TEST(any_port_finds_which)
{
    if (_i)
        forbid_asking();
    struct arena arena = {0};
    uint16_t port = 0;
    struct listening_sockets sockets;
    int fd = new_socket(AF_INET, true, &port);
    ck_assert_int_eq(sockets_listening(&arena, 0, &sockets), 0);
    const struct listening_socket *found = sockets_held(getpid(), &sockets);
    ck_assert_ptr_nonnull(found);
    ck_assert_uint_eq(found->port, port);
    close(fd);
    arena_finish(&arena);
}
END_TEST

/* The wildcard, and beside it a nearer one. */
START_TEST(the_nearest_is_met)
{
    struct arena arena = {0};
    struct listening_socket items[] = {
        {.inode = 1, .nearness = {1, 1}}, {.inode = 2, .nearness = {3, 0}}, {.inode = 3}};
    struct listening_sockets sockets = {items, 3};
    sockets_narrow(&sockets, false);
    ck_assert_uint_eq(sockets.count, 1);
    ck_assert_uint_eq(sockets.items[0].inode, 2);
    if (_i)
        forbid_asking();
    uint16_t port = 0;
    int fd = new_socket(AF_INET, true, &port);
    ck_assert_int_eq(sockets_listening(&arena, port, &sockets), 0);
    ck_assert_uint_eq(sockets.items[0].nearness[0], 3);
    ck_assert_uint_eq(sockets.items[0].nearness[1], 0);
    close(fd);
    fd = new_socket(AF_INET6, true, &port);
    if (fd >= 0) {
        ck_assert_int_eq(sockets_listening(&arena, port, &sockets), 0);
        ck_assert_uint_eq(sockets.items[0].nearness[0], 0);
        ck_assert_uint_eq(sockets.items[0].nearness[1], 2);
        sockets_narrow(&sockets, false);
        ck_assert_uint_eq(sockets.count, 0);
        close(fd);
    }
    arena_finish(&arena);
}
END_TEST

START_TEST(a_process_that_is_not_there)
{
    struct listening_socket socket = {.inode = 1, .port = 1};
    struct listening_sockets sockets = {&socket, 1};
    ck_assert_ptr_null(sockets_held(999999999, &sockets));
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("sockets");
    SUITE_LOOP(s, finds_its_own_on_both_families, 0, WAYS);
    SUITE_CASE(s, only_what_listens_counts);
    SUITE_LOOP(s, any_port_finds_which, 0, WAYS);
    SUITE_LOOP(s, the_nearest_is_met, 0, WAYS);
    SUITE_CASE(s, a_process_that_is_not_there);
    return suite_run(s);
}
