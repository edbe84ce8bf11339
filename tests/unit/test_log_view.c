#include "log_view.h"
#include "suite.h"

static void draw(const struct log_view *view, const char *json, const char *wanted)
{
    struct strbuf out = {0};
    log_view_draw(view, str_from(json), &out);
    ck_assert_str_eq(strbuf_text(&out), wanted);
    strbuf_finish(&out);
}

#define LINE(service, stream, line)                                                                \
    "{\"time\":\"2026-11-24T12:03:04.123+01:00\",\"service\":\"" service "\",\"stream\":\"" stream \
    "\",\"seq\":7,\"line\":\"" line "\"}"

START_TEST(line_is_as_up_shows_it)
{
    struct log_view view = {.width = 7};
    draw(&view, LINE("web", "stdout", "h\\u00e9llo \\t x"), "12:03:04.123 web     │ héllo \t x\n");
    draw(&view, LINE("gateway", "stderr", "bad"), "12:03:04.123 gateway ┃ bad\n");
    draw(&view, LINE("longer-name", "stdout", ""), "12:03:04.123 longer-name │ \n");
    draw(&view, LINE("web", "a3s", "ready"), "12:03:04.123 a3s     │ web: ready\n");
}
END_TEST

START_TEST(names_have_colors)
{
    struct log_view view = {.names = json_pack("[s, s]", "api", "web"), .color = true};
    draw(&view, LINE("web", "stdout", "x"), "\033[2m12:03:04.123\033[0m \033[33mweb\033[0m │ x\n");
    draw(&view, LINE("api", "stderr", "x"),
         "\033[2m12:03:04.123\033[0m \033[36mapi\033[0m \033[31m┃\033[0m x\n");
    draw(&view, LINE("a3s", "a3s", "x"), "\033[2m12:03:04.123\033[0m \033[1ma3s\033[0m │ x\n");
    json_decref(view.names);
}
END_TEST

START_TEST(terminal_is_protected)
{
    struct log_view view = {.escape = true};
    draw(&view, LINE("a", "stdout", "\\u001b[31mred\\u001b[0m"),
         "12:03:04.123 a │ \033[31mred\033[0m\033[0m\n");
    draw(&view, LINE("a", "stdout", "\\u001b[2J\\r\\u0007\\u0000\\u007f"),
         "12:03:04.123 a │ \\r\\x07\\x00\\x7f\n");
    draw(&view, LINE("a", "stdout", "\\u009b2J \\u00a0\\u001b"),
         "12:03:04.123 a │ \\xc2\\x9b2J \u00a0\\e\n");
}
END_TEST

#define REQUEST(path, status, bytes, ms, parked)                                             \
    "{\"time\":\"2026-11-24T12:03:04.123+01:00\",\"service\":\"web\",\"stream\":\"http\","   \
    "\"seq\":7,\"id\":\"req-1\",\"method\":\"GET\",\"path\":\"" path "\",\"status\":" status \
    ",\"bytes\":" bytes ",\"ms\":" ms ",\"parked_ms\":" parked "}"

START_TEST(requests_are_lines)
{
    struct log_view view = {0};
    draw(&view, REQUEST("/a", "200", "12", "3.25", "0.000"),
         "12:03:04.123 web │ GET /a 200 12 B 3.2 ms req-1\n");
    draw(&view, REQUEST("/a", "503", "5000", "30123.4", "30000.000"),
         "12:03:04.123 web │ GET /a 503 4.9 KiB 30.1 s (30.0 s parked) req-1\n");
    draw(&view, REQUEST("/a", "0", "0", "120", "119.5"),
         "12:03:04.123 web │ GET /a gone 0 B 120 ms (120 ms parked) req-1\n");
    /* Whoever sent it: nothing of it reaches a terminal, or a pipe to one. */
    draw(&view, REQUEST("/\\u001b[2J\\u009b\\n", "200", "0", "1", "0"),
         "12:03:04.123 web │ GET /\\xc2\\x9b\\x0a 200 0 B 1.0 ms req-1\n");
}
END_TEST

START_TEST(losses_are_said)
{
    struct log_view view = {0};
    draw(&view, "{\"lost\":1}",
         "... 1 line was lost here: they came faster than they were shown\n");
    draw(&view, "{\"unread\":3}", "... 3 lines were not looked at: the pattern takes too long\n");
    draw(&view, "{\"lost\":12}",
         "... 12 lines were lost here: they came faster than they were shown\n");
}
END_TEST

START_TEST(what_is_not_understood_passes)
{
    struct log_view view = {0};
    draw(&view, "{", "{\n");
    draw(&view, "{}", "  │ \n");
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("log_view");
    SUITE_CASE(s, line_is_as_up_shows_it);
    SUITE_CASE(s, names_have_colors);
    SUITE_CASE(s, terminal_is_protected);
    SUITE_CASE(s, requests_are_lines);
    SUITE_CASE(s, losses_are_said);
    SUITE_CASE(s, what_is_not_understood_passes);
    return suite_run(s);
}
