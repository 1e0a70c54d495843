// SPDX-License-Identifier: Apache-2.0
/*
 * CRIU runs it at each stage of a dump, by --action-script. Before it looks at the program, at pre-dump, this says so on
 * CRIU's standard output and waits for a byte on its standard input: whoever runs CRIU stops the program meanwhile. The
 * end of that input, which comes with the end of whoever holds it, too, ends the dump before anything was done.
 *
 * CRIU closes what its scripts could inherit, so both are opened anew.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_of_criu(int fd, int flags)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getppid(), fd);
    int opened = open(path, flags);
    if (opened < 0)
        perror(path);
    return opened;
}

int main(void)
{
    static const char ready[] = "krg-standstill: ready\n";
    const char *stage = getenv("CRTOOLS_SCRIPT_ACTION");
    if (!stage || strcmp(stage, "pre-dump") != 0)
        return 0;
    int answers = open_of_criu(STDIN_FILENO, O_RDONLY);
    int words = open_of_criu(STDOUT_FILENO, O_WRONLY);
    char stands;
    return answers < 0 || words < 0 || write(words, ready, sizeof ready - 1) < 0 || read(answers, &stands, 1) != 1;
}
