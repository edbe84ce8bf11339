#include "request_id.h"
#include "suite.h"

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
START_TEST(those_that_are_made_are_valid_and_different)
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
END_TEST

int main(void)
{
    struct suite s = suite_begin("request_id");
    SUITE_LOOP(s, a_client_may_choose_some, 0, sizeof ids / sizeof *ids);
    SUITE_CASE(s, a_long_one_is_refused);
    SUITE_CASE(s, those_that_are_made_are_valid_and_different);
    return suite_run(s);
}
