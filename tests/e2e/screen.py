"""A terminal in the memory: what programs write on it becomes rows of cells, as on xterm or vt100.

It understands what ncurses sends for TERM=xterm, xterm-256color and vt100 (ECMA-48, the terminfo
entries of these names), and refuses anything else, so that a case notices.
"""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata

from harness import DEADLINE, Failure, check

SEQUENCE = re.compile(r"\x1b(?:\[([?>=]?)([0-9;:]*)([@-~])|([()])(.)|([78=>DEHM]))")
BEGINNING = re.compile(r"\x1b(?:\[[?>=]?[0-9;:]*|[()])?$")
PLAIN = (None, None, frozenset())
FLAGS = {1: "bold", 2: "dim", 4: "underline", 7: "reverse"}


def width_of(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    def __init__(self, rows, columns):
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.rest = ""
        self.alternate = False
        self.cursor_shown = True
        self.unknown = []
        self.style = PLAIN
        self.resize(rows, columns)

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.top, self.bottom = 0, rows - 1
        self.row = self.column = 0
        self.saved = (0, 0)
        self.graphic = False
        self.last = " "
        self.cells = [self.blank() for _ in range(rows)]

    def blank(self):
        return [(" ", PLAIN)] * self.columns

    def line(self, row):
        return "".join(c for c, _ in self.cells[row]).rstrip()

    def text(self):
        return "\n".join(self.line(row) for row in range(self.rows))

    # -- input

    def feed(self, data):
        text = self.rest + self.decoder.decode(data)
        self.rest = ""
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self.character(text[at])
                at += 1
                continue
            match = SEQUENCE.match(text, at)
            if match:
                self.sequence(*match.groups())
                at = match.end()
            elif BEGINNING.match(text, at):
                self.rest = text[at:]
                return
            else:
                self.unknown.append(text[at:at + 12])
                at += 1

    def character(self, c):
        if c == "\n":
            self.line_feed()
        elif c == "\r":
            self.column = 0
        elif c == "\b":
            self.column = max(0, self.column - 1)
        elif c == "\t":
            self.column = min(self.columns - 1, (self.column | 7) + 1)
        elif c in "\x0e\x0f":
            self.graphic = c == "\x0e"
        elif c in "\0\a":
            pass
        elif ord(c) < 32 or 0x7f <= ord(c) < 0xa0:
            self.unknown.append(c)
        else:
            self.put("-" if self.graphic and c == "q" else c)

    def put(self, c):
        width = width_of(c)
        if width == 0:
            before = self.cells[self.row][max(0, self.column - 1)]
            self.cells[self.row][max(0, self.column - 1)] = (before[0] + c, before[1])
            return
        if self.column + width > self.columns:
            self.column = 0
            self.line_feed()
        self.cells[self.row][self.column] = (c, self.style)
        if width == 2:
            self.cells[self.row][self.column + 1] = ("", self.style)
        self.column += width
        self.last = c

    def line_feed(self):
        if self.row == self.bottom:
            self.scroll(1)
        else:
            self.row = min(self.rows - 1, self.row + 1)

    def scroll(self, count):
        for _ in range(abs(count)):
            del self.cells[self.top if count > 0 else self.bottom]
            self.cells.insert(self.bottom if count > 0 else self.top, self.blank())

    # -- sequences

    def sequence(self, mark, parameters, final, charset, which, single):
        if charset:
            self.graphic = which == "0"
        elif single:
            self.single(single)
        elif mark:
            self.mode(mark, parameters, final)
        else:
            numbers = [int(p) if p else None for p in re.split("[;:]", parameters)]
            first = numbers[0] if numbers[0] is not None else 1
            handler = getattr(self, "do_" + (final if final.isalpha() else f"{ord(final):x}"), None)
            if handler:
                handler(first, [n or 0 for n in numbers])
                self.row = max(0, min(self.rows - 1, self.row))
                if final not in "m":
                    self.column = max(0, min(self.columns - 1, self.column))
            else:
                self.unknown.append(f"ESC [ {parameters} {final}")

    def single(self, c):
        if c == "7":
            self.saved = (self.row, self.column)
        elif c == "8":
            self.row, self.column = self.saved
        elif c == "D":
            self.line_feed()
        elif c == "M":
            if self.row == self.top:
                self.scroll(-1)
            else:
                self.row = max(0, self.row - 1)

    def mode(self, mark, parameters, final):
        for number in parameters.split(";"):
            if mark == "?" and number in ("1049", "47"):
                self.alternate = final == "h"
                self.cells = [self.blank() for _ in range(self.rows)]
            elif mark == "?" and number == "25":
                self.cursor_shown = final == "h"

    def do_H(self, first, numbers):
        self.row = (numbers[0] or 1) - 1
        self.column = (numbers[1] if len(numbers) > 1 and numbers[1] else 1) - 1

    do_f = do_H

    def do_A(self, n, _): self.row -= n
    def do_B(self, n, _): self.row += n
    def do_C(self, n, _): self.column += n
    def do_D(self, n, _): self.column -= n
    def do_G(self, n, _): self.column = n - 1
    def do_d(self, n, _): self.row = n - 1
    def do_S(self, n, _): self.scroll(n)
    def do_T(self, n, _): self.scroll(-n)
    def do_Z(self, n, _): self.column = (self.column - 1) // 8 * 8
    def do_h(self, n, _): pass
    def do_l(self, n, _): pass
    def do_t(self, n, _): pass

    def do_b(self, n, _):
        for _ in range(n):
            self.put(self.last)

    def do_J(self, _, numbers):
        if numbers[0] in (0, 2):
            for row in range(self.row + 1 if numbers[0] == 0 else 0, self.rows):
                self.cells[row] = self.blank()
        if numbers[0] == 1:
            for row in range(self.row):
                self.cells[row] = self.blank()
        self.do_K(0, numbers)

    def do_K(self, _, numbers):
        first = self.column if numbers[0] == 0 else 0
        end = self.column + 1 if numbers[0] == 1 else self.columns
        for column in range(first, min(end, self.columns)):
            self.cells[self.row][column] = (" ", (None, self.style[1], frozenset()))

    def do_X(self, n, _):
        for column in range(self.column, min(self.columns, self.column + n)):
            self.cells[self.row][column] = (" ", PLAIN)

    def do_40(self, n, _):
        line = self.cells[self.row]
        line[self.column:self.column] = [(" ", PLAIN)] * n
        del line[self.columns:]

    def do_P(self, n, _):
        line = self.cells[self.row]
        del line[self.column:self.column + n]
        line.extend([(" ", PLAIN)] * (self.columns - len(line)))

    def do_L(self, n, _):
        for _ in range(min(n, self.bottom - self.row + 1)):
            del self.cells[self.bottom]
            self.cells.insert(self.row, self.blank())

    def do_M(self, n, _):
        for _ in range(min(n, self.bottom - self.row + 1)):
            del self.cells[self.row]
            self.cells.insert(self.bottom, self.blank())

    def do_r(self, first, numbers):
        self.top = (numbers[0] or 1) - 1
        self.bottom = (numbers[1] if len(numbers) > 1 and numbers[1] else self.rows) - 1
        self.row = self.column = 0

    def do_m(self, _, numbers):
        front, back, flags = self.style
        for number in numbers:
            if number == 0:
                front, back, flags = PLAIN
            elif number in FLAGS:
                flags = flags | {FLAGS[number]}
            elif number in (22, 24, 27):
                flags = flags - ({"bold", "dim"} if number == 22 else {FLAGS[number - 20]})
            elif 30 <= number <= 37:
                front = number - 30
            elif number == 39:
                front = None
            elif 40 <= number <= 47:
                back = number - 40
            elif number == 49:
                back = None
        self.style = (front, back, flags)


class Terminal:
    """A program on a pseudo terminal, and the screen that it sees."""

    def __init__(self, words, cwd, env, rows=24, columns=80, prepare=None):
        self.ours, self.theirs = pty.openpty()
        self.screen = Screen(rows, columns)
        self.raw = b""
        self.set_size(rows, columns)
        self.modes = termios.tcgetattr(self.theirs)
        self.process = subprocess.Popen(
            words, cwd=cwd, env=env, stdin=self.theirs, stdout=self.theirs, stderr=self.theirs,
            start_new_session=True, preexec_fn=prepare or self.take_terminal)
        self.pid = self.process.pid

    @staticmethod
    def take_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def set_size(self, rows, columns):
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.read(0)
        self.screen.resize(rows, columns)
        self.set_size(rows, columns)

    def read(self, timeout):
        """Takes what has been written; False: nothing came."""
        if not select.select([self.ours], [], [], timeout)[0]:
            return False
        try:
            data = os.read(self.ours, 65536)
        except OSError:
            return False
        self.raw += data
        self.screen.feed(data)
        return bool(data)

    def until(self, question, what, deadline=None):
        """Reads on until the answer is true; question is a pattern, or a function."""
        end = time.monotonic() + (deadline or DEADLINE)
        ask = question if callable(question) else lambda: re.search(question, self.screen.text(), re.M)
        while True:
            answer = ask()
            if answer:
                return answer
            if time.monotonic() > end or (self.process.poll() is not None and not self.read(0)):
                raise Failure(f"in vain until {what}; the screen:\n{self.screen.text()}")
            self.read(0.05)

    def sees(self, pattern, deadline=None):
        return self.until(pattern, f"the screen has {pattern!r}", deadline)

    def type(self, text):
        os.write(self.ours, text.encode())

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self, deadline=None):
        """Its exit code, when all that it wrote has been read."""
        end = time.monotonic() + (deadline or DEADLINE)
        while self.process.poll() is None:
            check(time.monotonic() < end, lambda: f"it does not end; the screen:\n{self.screen.text()}")
            self.read(0.05)
        while self.read(0):
            pass
        return self.process.returncode

    def is_as_before(self):
        """The modes of the terminal, and the screen that was there before."""
        return termios.tcgetattr(self.theirs) == self.modes and not self.screen.alternate

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)
