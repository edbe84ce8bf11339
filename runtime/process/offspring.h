/* Signals to everything that descends from this process. */
#ifndef RUNTIME_OFFSPRING_H
#define RUNTIME_OFFSPRING_H

/* Each process once: the groups of our children at one stroke, so that a fork cannot slip through;
 * then those that have left them. A process that is born or changes parents meanwhile can be
 * missed: who kills, repeats it until there is no child left. After a signal that asks for an end,
 * SIGCONT is sent too, so that a stopped process can act on it. */
void offspring_signal(int signal);

#endif
