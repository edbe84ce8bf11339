#include "sock_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES (32u << 10)

struct request {
    struct nlmsghdr head;
    struct inet_diag_req_v2 body;
};

static int ask(int fd, int family, uint16_t port)
{
    struct request request = {
        .head = {.nlmsg_len = sizeof request,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .body = {.sdiag_family = (uint8_t)family,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = 1u << TCP_LISTEN,
                 .id.idiag_sport = htons(port)},
    };
    return send(fd, &request, sizeof request, 0) < 0 ? -errno : 0;
}

static int refusal(const struct nlmsghdr *head)
{
    const struct nlmsgerr *answer = NLMSG_DATA(head);
    if (head->nlmsg_len < NLMSG_LENGTH(sizeof *answer) || answer->error >= 0)
        return -EPROTO;
    return answer->error;
}

/* 0: there is more to come; 1: that was all; else a negative errno. */
static int take(const char *bytes, int size, sock_diag_fn *each, void *ctx)
{
    const struct nlmsghdr *head = (const void *)bytes;
    for (; NLMSG_OK(head, (unsigned)size); head = NLMSG_NEXT(head, size)) {
        const struct inet_diag_msg *found = NLMSG_DATA(head);
        if (head->nlmsg_type == NLMSG_DONE)
            return 1;
        if (head->nlmsg_type == NLMSG_ERROR)
            return refusal(head);
        if (head->nlmsg_len >= NLMSG_LENGTH(sizeof *found))
            each(ctx, ntohs(found->id.idiag_sport), found->id.idiag_src,
                 found->idiag_family == AF_INET ? 1 : 4, found->idiag_inode);
    }
    return 0;
}

static int receive(int fd, sock_diag_fn *each, void *ctx)
{
    char bytes[ANSWER_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
    int state = 0;
    while (state == 0) {
        ssize_t size = recv(fd, bytes, sizeof bytes, 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return size < 0 ? -errno : -EPROTO;
        state = take(bytes, (int)size, each, ctx);
    }
    return state < 0 ? state : 0;
}

int sock_diag_listening(int family, uint16_t port, sock_diag_fn *each, void *ctx)
{
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0)
        return -errno;
    int error = ask(fd, family, port);
    if (!error)
        error = receive(fd, each, ctx);
    close(fd);
    return error;
}
