#include "request_id.h"
#include "suite.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>

static const struct {
    const char *id;
    bool valid;
} ids[] = {
    {"a", true},
    {"0af7651916cd43dd8448eb211c80319c", true},
    {"Root=1-67891233-abcdef012345678912345678", true},
    {"req_1.2:3+4/5=@", true},
    {"", false},
    {"a b", false},
    {"a\tb", false},
    {"a\"b", false},
    {"a,b", false},
    {"<b>", false},
    {"\x1b[31m", false},
    {"\xc3\xa4", false},
};

START_TEST(a_client_may_choose_some)
{
    ck_assert_msg(request_id_is_valid(str_from(ids[_i].id)) == ids[_i].valid, "%s", ids[_i].id);
}
END_TEST

START_TEST(a_long_one_is_refused)
{
    char id[REQUEST_ID_MAX + 1];
    memset(id, 'a', sizeof id);
    ck_assert(request_id_is_valid((struct str){id, REQUEST_ID_MAX}));
    ck_assert(!request_id_is_valid((struct str){id, REQUEST_ID_MAX + 1}));
    ck_assert(!request_id_is_valid((struct str){"a\0b", 3}));
}
END_TEST

/* Beyond one stock. */
static void assert_different(void)
{
    enum { COUNT = 200 };
    static char made[COUNT][REQUEST_ID_MADE];
    struct request_ids source = {0};
    for (int i = 0; i < COUNT; i++) {
        request_id_make(&source, made[i]);
        ck_assert(request_id_is_valid((struct str){made[i], REQUEST_ID_MADE}));
        for (int k = 0; k < i; k++)
            ck_assert_int_ne(memcmp(made[i], made[k], REQUEST_ID_MADE), 0);
    }
}

START_TEST(those_that_are_made_are_valid_and_different)
{
    assert_different();
}
END_TEST

/* As a sandbox does. */
static bool forbid_random(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

START_TEST(without_randomness_they_are_different_all_the_same)
{
    char byte;
    if (!forbid_random())
        return; /* a kernel that cannot: nothing is forbidden here */
    ck_assert_int_eq(getrandom(&byte, 1, GRND_NONBLOCK), -1);
    assert_different();
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("request_id");
    SUITE_LOOP(s, a_client_may_choose_some, 0, sizeof ids / sizeof *ids);
    SUITE_CASE(s, a_long_one_is_refused);
    SUITE_CASE(s, those_that_are_made_are_valid_and_different);
    SUITE_CASE(s, without_randomness_they_are_different_all_the_same);
    return suite_run(s);
}
