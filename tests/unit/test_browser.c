#include "browser.h"
#include "suite.h"

#include <string.h>

static const struct {
    const char *command, *words; /* joined by "|" */
} commands[] = {
    {"firefox", "firefox|http://x/"},
    {"chromium --app=%s --new", "chromium|--app=http://x/|--new"},
    {"w3m  %s", "w3m|http://x/"},
    {"sh -c '%s'", "sh|-c|'http://x/'"}, /* no shell: quotation marks mean nothing */
    {"", ""},
    {"  ", ""},
};
#define COMMANDS (int)(sizeof commands / sizeof *commands)

START_TEST(commands_get_the_address)
{
    struct arena arena = {0};
    char joined[200] = "";
    const char *command = commands[_i].command;
    const char *const *words = browser_words(&arena, command, strlen(command), "http://x/");
    for (size_t i = 0; words[i]; i++) {
        size_t length = strlen(joined);
        snprintf(joined + length, sizeof joined - length, "%s%s", i ? "|" : "", words[i]);
    }
    ck_assert_str_eq(joined, commands[_i].words);
    arena_finish(&arena);
}
END_TEST

START_TEST(one_that_is_not_there_is_no_browser)
{
    struct arena arena = {0};
    setenv("BROWSER", "/nonexistent/browser:/bin/false", 1);
    ck_assert(!browser_open(&arena, "http://x/"));
    setenv("BROWSER", "/nonexistent/browser:/bin/true", 1);
    ck_assert(browser_open(&arena, "http://x/"));
    arena_finish(&arena);
}
END_TEST

START_TEST(without_a_display_there_is_none)
{
    unsetenv("BROWSER");
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    ck_assert(!browser_is_known());
    setenv("WAYLAND_DISPLAY", "wayland-0", 1);
    ck_assert(browser_is_known());
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("browser");
    SUITE_LOOP(s, commands_get_the_address, 0, COMMANDS);
    SUITE_CASE(s, one_that_is_not_there_is_no_browser);
    SUITE_CASE(s, without_a_display_there_is_none);
    return suite_run(s);
}
