#include "top_screen.h"

#include "report.h"
#include "top_keys.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

/* ms that the rest of a key's sequence may take. */
#define ESCAPE_DELAY 25

static const int faults[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};

/* Not safe in a signal handler, but what is lost by trying? If it hangs, the alarm ends it. */
static void restore_and_die(int signal_number)
{
    alarm(2);
    endwin();
    raise(signal_number);
}

/* Somebody's own handler (a sanitizer's) stays. */
static void catch_faults(void (*from)(int), void (*to)(int))
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct sigaction old, action = {.sa_handler = to, .sa_flags = (int)SA_RESETHAND};
        if (sigaction(faults[i], NULL, &old) == 0 && !(old.sa_flags & SA_SIGINFO) &&
            old.sa_handler == from)
            sigaction(faults[i], &action, NULL);
    }
}

/* Where the locale that is asked for is not installed, UTF-8 still is what the terminal speaks. */
static bool choose_locale(void)
{
    setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1 && report_is_utf8())
        setlocale(LC_CTYPE, "C.UTF-8");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static bool can_move_cursor(void)
{
    const char *name = getenv("TERM");
    int error;
    if (!name || !*name || setupterm(name, STDOUT_FILENO, &error) != OK)
        return false;
    const char *move = tigetstr("cup");
    bool able = move && move != (const char *)-1;
    del_curterm(cur_term);
    return able;
}

static void choose_colors(struct top_screen *screen, bool wanted)
{
    screen->color = wanted && has_colors() && start_color() == OK && use_default_colors() == OK;
    for (short i = 0; screen->color && i < 8; i++)
        init_pair((short)(i + 1), i, -1);
}

int top_screen_open(struct top_screen *screen, bool color)
{
    *screen = (struct top_screen){0};
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return -ENOTTY;
    if (!can_move_cursor())
        return -ENOTSUP;
    screen->utf8 = choose_locale();
    screen->terminal = newterm(NULL, stdout, stdin);
    if (!screen->terminal)
        return -ENOTSUP;
    catch_faults(SIG_DFL, restore_and_die);
    set_escdelay(ESCAPE_DELAY);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    choose_colors(screen, color);
    return 0;
}

void top_screen_explain(int error)
{
    const char *name = getenv("TERM");
    if (error == -ENOTTY)
        report_error("this needs a terminal: standard input and output are none");
    else
        report_error("this terminal (TERM=%s) cannot move its cursor, or is not known here",
                     name ? name : "");
    if (error != -ENOTTY)
        report_hint("if it is like xterm: TERM=xterm-256color a3s top");
    report_hint("\"a3s status\" and \"a3s logs -f\" are plain lines");
}

void top_screen_close(struct top_screen *screen)
{
    if (!screen->terminal)
        return;
    if (!isendwin())
        endwin();
    catch_faults(restore_and_die, SIG_DFL);
    delscreen(screen->terminal);
    screen->terminal = NULL;
}

void top_screen_leave(struct top_screen *screen)
{
    if (screen->terminal && !isendwin()) {
        def_prog_mode();
        endwin();
    }
}

void top_screen_return(struct top_screen *screen)
{
    if (!screen->terminal)
        return;
    reset_prog_mode();
    clearok(curscr, TRUE);
    top_screen_resize(screen);
    refresh();
}

void top_screen_resize(struct top_screen *screen)
{
    struct winsize size;
    if (screen->terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row &&
        size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
}

static uint32_t special_key(wint_t code)
{
    switch (code) {
    case KEY_UP: return TOP_KEY_UP;
    case KEY_DOWN: return TOP_KEY_DOWN;
    case KEY_LEFT: return TOP_KEY_LEFT;
    case KEY_RIGHT: return TOP_KEY_RIGHT;
    case KEY_PPAGE: return TOP_KEY_PAGE_UP;
    case KEY_NPAGE: return TOP_KEY_PAGE_DOWN;
    case KEY_HOME: return TOP_KEY_HOME;
    case KEY_END: return TOP_KEY_END;
    case KEY_BACKSPACE: return TOP_KEY_BACKSPACE;
    case KEY_ENTER: return TOP_KEY_ENTER;
    default: return 0;
    }
}

uint32_t top_screen_key(struct top_screen *screen)
{
    wint_t code;
    uint32_t key = 0;
    while (screen->terminal && !key) {
        int kind = get_wch(&code);
        if (kind == ERR)
            return 0;
        key = kind == KEY_CODE_YES ? special_key(code) : (uint32_t)code;
    }
    return key;
}
