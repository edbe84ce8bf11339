/* spawn_child BOARD: its first action is to say that it has begun; then it waits for its end. */
#include "spawn_board.h"

int main(int argc, char **argv)
{
    struct board *board = argc == 2 ? board_open(argv[1], 0) : NULL;
    if (!board)
        return 2;
    long now = board_now(), last = atomic_load(&board->last);
    while (last < now && !atomic_compare_exchange_weak(&board->last, &last, now)) {
    }
    atomic_fetch_add(&board->count, 1);
    for (;;)
        pause();
}
