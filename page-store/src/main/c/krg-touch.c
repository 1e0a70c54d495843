// SPDX-License-Identifier: Apache-2.0
//
// Touches the memory of a segment as it is told on its standard input, one command a line, and answers
// each with one line. For tests and `krg-admin bench pages`.
//
//     map NAME                 ok SIZE
//     unmap                    ok
//     read OFFSET              the word there
//     write OFFSET VALUE       ok
//     exchange OFFSET VALUE    the word that was there
//     add OFFSET COUNT         ok, after COUNT atomic additions of 1
//     receive OFFSET TEXT      read(2) from a pipe into the segment: ok
//     discard OFFSET           madvise(MADV_REMOVE) of the page there: ok
//     sum OFFSET WORDS         the sum of the words
//     fork OFFSET              ok: a child that touches the segment dies of SIGSEGV
//     time read|write OFFSET COUNT STRIDE    nanoseconds of each of COUNT touches
//     advise OFFSET BYTES ADVICE    ok; ADVICE is a number of madvise(2)
//     sync OFFSET BYTES        ok: the file of the segment has it
//     begin OFFSET             ok: another thread adds 1 again and again
//     end                      how often it has
//     block                    ok: another thread blocks all signals
//     forked                   the number of a child that goes on until its standard input ends
//     scan OFFSET BYTES        nanoseconds that reading all of it took
//     shuffled read|write OFFSET PAGES SEED    nanoseconds of a touch of each page, in an order that SEED says
//     bounce OFFSET ROUNDS PARITY    nanoseconds of each round in which the word there is odd (1) or even (0) and gets one
//                              more, while another process does the same with the other PARITY
//     fill OFFSET PAGES        ok: threads have written each page
//     floor home|join FILE BYTES    ok: see floor.h, in place of `map`
//     lockall                  ok: all that is mapped from now on is locked, mlockall(MCL_FUTURE)
//     lock                     ok: what is mapped is locked, each page when it is touched
//     forkclose                ok: a child closed its parent's handle, and kept what it has at the address
//     truncate BYTES, unblock, stray, flood COUNT, drain    ok, flood how often: see rogue.h
//     litmus ...               see litmus()
//     exchanges ...            see exchanges(): ok
//
// An access that is SIGBUS is answered with `sigbus`, a call that fails with `error ERRNO`.
#define _GNU_SOURCE
#include "krg-touch/floor.h"
#include "krg-touch/rogue.h"
#include "libkrg.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef _Atomic uint64_t word;

static struct krg_segment *segment;
static char *memory;
static sigjmp_buf lost_page;

static void on_sigbus(int signal) {
    (void)signal;
    siglongjmp(lost_page, 1);
}

static word *at(uint64_t offset) {
    return (word *)(memory + offset);
}

static void answer_error(void) {
    printf("error %s\n", strerrorname_np(errno));
}

static void answer(int result) {
    if (result < 0)
        answer_error();
    else
        puts("ok");
}

static void map(const char *name) {
    segment = krg_segment_open(name);
    memory = segment == NULL ? NULL : krg_segment_map(segment, NULL);
    if (memory == NULL)
        answer_error();
    else
        printf("ok %zu\n", krg_segment_size(segment));
}

static void unmap(void) {
    answer(krg_segment_unmap(segment));
    krg_segment_close(segment);
    segment = NULL;
}

static void add(uint64_t offset, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        atomic_fetch_add(at(offset), 1);
    puts("ok");
}

static void receive(uint64_t offset, const char *text) {
    int ends[2];
    size_t length = strlen(text) + 1;
    if (pipe(ends) < 0 || write(ends[1], text, length) != (ssize_t)length
        || read(ends[0], memory + offset, length) != (ssize_t)length) {
        answer_error();
        return;
    }
    close(ends[0]);
    close(ends[1]);
    puts("ok");
}

static void discard(uint64_t offset) {
    answer(madvise(memory + offset / 4096 * 4096, 4096, MADV_REMOVE));
}

static pthread_t adding;
static atomic_bool is_ending;

static void *add_on(void *given) {
    uint64_t count = 0;
    for (; !atomic_load(&is_ending); count++)
        atomic_fetch_add((word *)given, 1);
    return (void *)count;
}

static void begin(uint64_t offset) {
    atomic_store(&is_ending, false);
    if ((errno = pthread_create(&adding, NULL, add_on, at(offset))) != 0)
        answer_error();
    else
        puts("ok");
}

static void end(void) {
    void *count = NULL;
    atomic_store(&is_ending, true);
    pthread_join(adding, &count);
    printf("%lu\n", (uint64_t)count);
}

static void *sleep_on(void *unused) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    puts("ok");
    fflush(stdout);
    for (;;)
        pause();
    return unused;
}

static void block(void) {
    pthread_t thread;
    if ((errno = pthread_create(&thread, NULL, sleep_on, NULL)) != 0)
        answer_error();
}

static void forked(void) {
    char byte;
    pid_t child = fork();
    if (child == 0) {
        while (read(STDIN_FILENO, &byte, 1) > 0)
            ;
        _exit(0);
    }
    printf("%d\n", child);
}

static void sum(uint64_t offset, uint64_t words) {
    uint64_t total = 0;
    for (uint64_t i = 0; i < words; i++)
        total += atomic_load_explicit(at(offset + i * sizeof(word)), memory_order_relaxed);
    printf("%lu\n", total);
}

static void fork_and_touch(uint64_t offset) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        _exit((int)atomic_load(at(offset)));
    }
    waitpid(child, &status, 0);
    puts(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? "ok" : "alive");
}

static void fork_and_close(void) {
    size_t size = krg_segment_size(segment);
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        word *own = mmap(memory, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        if (own != (word *)memory)
            _exit(1);
        atomic_store(own, 7);
        bool is_unmapped = krg_segment_unmap(segment) == 0 || errno != EINVAL;
        bool is_mapped = krg_segment_map(segment, NULL) != NULL || errno != EINVAL;
        krg_segment_close(segment);
        _exit(is_unmapped || is_mapped || atomic_load(own) != 7);
    }
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        puts("ok");
    else
        printf("status %d\n", status);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void scan(uint64_t offset, uint64_t bytes) {
    uint64_t start = now();
    uint64_t sum = 0;
    for (uint64_t i = 0; i < bytes; i += sizeof(word))
        sum += atomic_load_explicit(at(offset + i), memory_order_relaxed);
    printf("%lu %lu\n", now() - start, sum);
}

static uint64_t touch_timed(word *touched, bool writes, uint64_t value) {
    uint64_t start = now();
    if (writes)
        atomic_store_explicit(touched, value, memory_order_relaxed);
    else
        (void)atomic_load_explicit(touched, memory_order_relaxed);
    return now() - start;
}

static void answer_times(uint64_t *nanos, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        printf("%lu%c", nanos[i], i + 1 < count ? ' ' : '\n');
    free(nanos);
}

static void take_times(bool writes, uint64_t offset, uint64_t count, uint64_t stride) {
    uint64_t *nanos = malloc(count * sizeof *nanos);
    for (uint64_t i = 0; i < count; i++)
        nanos[i] = touch_timed(at(offset + i * stride), writes, i + 1);
    answer_times(nanos, count);
}

static void take_times_shuffled(bool writes, uint64_t offset, uint64_t count, uint64_t seed) {
    uint64_t *nanos = malloc(count * sizeof *nanos);
    uint64_t *order = malloc(count * sizeof *order);
    for (uint64_t i = 0; i < count; i++) {
        // Fisher and Yates, with Knuth's generator of MMIX.
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t other = (seed >> 33) % (i + 1);
        order[i] = order[other];
        order[other] = i;
    }
    for (uint64_t i = 0; i < count; i++)
        nanos[i] = touch_timed(at(offset + order[i] * 4096), writes, i + 1);
    free(order);
    answer_times(nanos, count);
}

static void bounce(uint64_t offset, uint64_t rounds, uint64_t parity) {
    uint64_t *nanos = malloc(rounds * sizeof *nanos);
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t start = now();
        uint64_t value = atomic_load(at(offset));
        for (; value % 2 != parity; value = atomic_load(at(offset)))
            sched_yield();
        atomic_store(at(offset), value + 1);
        nanos[i] = now() - start;
    }
    answer_times(nanos, rounds);
}

enum { FILLERS = 64 };

struct part {
    pthread_t thread;
    word *first;
    uint64_t pages;
};

static void *fill_part(void *given) {
    struct part *part = given;
    for (uint64_t i = 0; i < part->pages; i++)
        atomic_store(part->first + i * (4096 / sizeof(word)), i + 1);
    return NULL;
}

// So many threads that pages that wait for the log wait together.
static void fill(uint64_t offset, uint64_t pages) {
    static struct part parts[FILLERS];
    int started = 0;
    uint64_t each = (pages + FILLERS - 1) / FILLERS;
    for (uint64_t first = 0; first < pages && errno == 0; first += each) {
        struct part *part = &parts[started];
        part->first = at(offset + first * 4096);
        part->pages = first + each < pages ? each : pages - first;
        if ((errno = pthread_create(&part->thread, NULL, fill_part, part)) == 0)
            started++;
    }
    int error = errno;
    while (started > 0)
        pthread_join(parts[--started].thread, NULL);
    if ((errno = error) != 0)
        answer_error();
    else
        puts("ok");
}

static void map_floor(const char *role, const char *file, size_t bytes) {
    memory = floor_map(strcmp(role, "home") == 0, file, bytes);
    if (memory == NULL)
        answer_error();
    else
        puts("ok");
}

// All processes of a litmus test wait for each other the `count`th time, in memory that is not the
// segment's.
static void await_all(word *arrived, uint64_t count, uint64_t processes) {
    atomic_fetch_add(arrived, 1);
    while (atomic_load(arrived) < count * processes)
        sched_yield();
}

// What a process has of a page when a round begins decides which messages the round needs: in every
// fourth round nothing is done, in the others it has what it is going to read, what it is going to write,
// or all of it.
static void prepare(word *variable, char kind, uint64_t round) {
    if (kind == 'r' && round % 4 % 2 == 1)
        (void)atomic_load_explicit(variable, memory_order_relaxed);
    else if ((kind == 'w' || kind == 'x') && round % 4 >= 2)
        atomic_store_explicit(variable, 0, memory_order_relaxed);
}

// Where the variables of a round are. Each page serves many rounds, but not two of those that are done AT_ONCE. Variables
// that lie further apart than pages do not interleave.
static char *base_of(uint64_t offset, uint64_t round, uint64_t spread, uint64_t at_once) {
    uint64_t bytes = spread < 4096 ? 4 * sizeof(word) : sizeof(word);
    uint64_t page_step = spread == 4096 ? 4 * 4096 : 4096;
    uint64_t per_page = 4096 / bytes;
    uint64_t page = round / at_once / per_page * at_once + round % at_once;
    return memory + offset + page * page_step + round / at_once % per_page * bytes;
}

enum { MOST_STEPS = 8, ROOM = MOST_STEPS + 1 };

struct step {
    char kind;
    uint64_t variable;
    uint64_t value;
};

// Does the steps up to the next `b`, or to the end, once. What it loads is added to `seen`.
static void do_steps(const struct step *step, int count, char *base, uint64_t spread, char *seen) {
    seen += strlen(seen);
    for (; count-- > 0 && step->kind != 'b'; step++) {
        word *variable = (word *)(base + step->variable * spread);
        if (step->kind == 'w')
            atomic_store_explicit(variable, step->value, memory_order_relaxed);
        else if (step->kind == 'x')
            *seen++ = (char)('0' + atomic_exchange_explicit(variable, step->value, memory_order_relaxed));
        else
            *seen++ = (char)('0' + atomic_load_explicit(variable, memory_order_relaxed));
        // The compiler keeps the order of the steps; the processor does what it does.
        atomic_signal_fence(memory_order_seq_cst);
    }
}

static int read_steps(char *rest, struct step *steps) {
    int count = 0;
    for (char *text = strtok(rest, " "); text != NULL && count < MOST_STEPS; text = strtok(NULL, " ")) {
        int second = text[1] == 'b';
        steps[count].kind = text[0];
        steps[count].value = second ? 2 : 1;
        steps[count++].variable = strtoull(text + 1 + second, NULL, 10); // 0 for `b`
    }
    return count;
}

// litmus BARRIER PROCESSES OFFSET ROUNDS SPREAD AT_ONCE STEP...
//
// BARRIER is a file of 8 zero bytes that all PROCESSES share. In each of ROUNDS every process does its
// STEPs once, on variables no round before has used: `w0` stores 1 in variable 0, `r1` loads
// variable 1, `wb0` stores 2, `x0` stores 1 and loads what was there, `b` waits for all. Variable v of a round lies SPREAD bytes after variable v - 1: 8, or a
// multiple of 4096. Processes wait for each other before each AT_ONCE rounds and do one after the other then. The answer
// is one digit for each load, rounds separated by commas.
static void litmus(char *rest) {
    char *barrier = strtok(rest, " ");
    uint64_t processes = strtoull(strtok(NULL, " "), NULL, 10);
    uint64_t offset = strtoull(strtok(NULL, " "), NULL, 10);
    uint64_t rounds = strtoull(strtok(NULL, " "), NULL, 10);
    uint64_t spread = strtoull(strtok(NULL, " "), NULL, 10);
    uint64_t at_once = strtoull(strtok(NULL, " "), NULL, 10);
    struct step steps[MOST_STEPS];
    int count = read_steps(NULL, steps);
    int fd = open(barrier, O_RDWR | O_CLOEXEC);
    word *arrived = mmap(NULL, sizeof *arrived, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char(*seen)[ROOM] = calloc(rounds, sizeof *seen);
    if (arrived == MAP_FAILED || seen == NULL) {
        answer_error();
        return;
    }
    close(fd);
    uint64_t waits = 0;
    for (uint64_t first = 0; first < rounds; first += at_once) {
        uint64_t end = first + at_once < rounds ? first + at_once : rounds;
        for (uint64_t round = first; round < end; round++)
            for (int i = 0; i < count; i++)
                prepare((word *)(base_of(offset, round, spread, at_once) + steps[i].variable * spread), steps[i].kind, round);
        for (int done = 0; done < count;) {
            await_all(arrived, ++waits, processes);
            for (uint64_t round = first; round < end; round++)
                do_steps(steps + done, count - done, base_of(offset, round, spread, at_once), spread, seen[round]);
            while (done < count && steps[done++].kind != 'b')
                ;
        }
        // Who ends with a `b` waits for the others, too.
        if (steps[count - 1].kind == 'b')
            await_all(arrived, ++waits, processes);
    }
    for (uint64_t round = 0; round < rounds; round++)
        printf("%s,", seen[round]);
    puts("");
    free(seen);
    munmap(arrived, sizeof *arrived);
}

// What became of an exchange, in a file: whoever kills the process can still read it.
struct exchange {
    _Atomic uint64_t state; // 0 to come, 1 begun, 2 done, 3 the page is lost
    uint64_t word;          // its offset
    uint64_t value;
    uint64_t before; // what was there
    uint64_t start;  // on CLOCK_MONOTONIC, in nanoseconds
    uint64_t end;
};

enum { MOST_WORDS = 16, BREAK_MICROSECONDS = 50 };

// Exchanges one of the words, which one by its number; -1 if all of them are lost.
static int exchange_one(struct exchange *exchange, uint64_t number, const uint64_t *words, int count) {
    int lost = 0;
    // The multiplier of Knuth's MMIX; the upper bits are the good ones.
    int chosen = (int)((number * 6364136223846793005u >> 33) % (uint64_t)count);
    while (words[chosen] == UINT64_MAX && lost++ < count)
        chosen = (chosen + 1) % count;
    if (words[chosen] == UINT64_MAX)
        return -1;
    exchange->word = words[chosen];
    exchange->value = number;
    exchange->start = now();
    atomic_store(&exchange->state, 1);
    exchange->before = atomic_exchange(at(exchange->word), number);
    exchange->end = now();
    atomic_store(&exchange->state, 2);
    return 0;
}

// exchanges FILE COUNT FIRST OFFSET...
//
// Makes COUNT exchanges with the words at the OFFSETs, of FIRST and the numbers that follow. FILE has
// room for COUNT times what is noted of each.
static void exchanges(char *rest) {
    static uint64_t words[MOST_WORDS];
    static struct exchange *noted;
    static volatile uint64_t done;
    char *file = strtok(rest, " ");
    uint64_t count = strtoull(strtok(NULL, " "), NULL, 10);
    uint64_t first = strtoull(strtok(NULL, " "), NULL, 10);
    int known = 0;
    for (char *word = strtok(NULL, " "); word != NULL && known < MOST_WORDS; word = strtok(NULL, " "))
        words[known++] = strtoull(word, NULL, 10);
    int fd = open(file, O_RDWR | O_CLOEXEC);
    noted = mmap(NULL, count * sizeof *noted, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (noted == MAP_FAILED) {
        answer_error();
        return;
    }
    close(fd);
    done = 0;
    if (sigsetjmp(lost_page, 1) != 0) {
        noted[done].end = now();
        atomic_store(&noted[done].state, 3);
        for (int i = 0; i < known; i++)
            if (words[i] == noted[done].word)
                words[i] = UINT64_MAX;
        done++;
    }
    while (done < count && exchange_one(&noted[done], first + done, words, known) == 0) {
        done++;
        // Without a break one process makes them all while the others still wait for the page.
        usleep(BREAK_MICROSECONDS);
    }
    munmap(noted, count * sizeof *noted);
    puts("ok");
}

static void perform(char *line) {
    char name[256], file[256];
    uint64_t first, second, third;
    errno = 0;
    if (sscanf(line, "map %255s", name) == 1)
        map(name);
    else if (strcmp(line, "unmap") == 0)
        unmap();
    else if (sscanf(line, "read %lu", &first) == 1)
        printf("%lu\n", atomic_load(at(first)));
    else if (sscanf(line, "write %lu %lu", &first, &second) == 2) {
        atomic_store_explicit(at(first), second, memory_order_relaxed);
        puts("ok");
    } else if (sscanf(line, "exchange %lu %lu", &first, &second) == 2)
        printf("%lu\n", atomic_exchange(at(first), second));
    else if (sscanf(line, "add %lu %lu", &first, &second) == 2)
        add(first, second);
    else if (sscanf(line, "receive %lu %255s", &first, name) == 2)
        receive(first, name);
    else if (sscanf(line, "discard %lu", &first) == 1)
        discard(first);
    else if (sscanf(line, "sum %lu %lu", &first, &second) == 2)
        sum(first, second);
    else if (sscanf(line, "fork %lu", &first) == 1)
        fork_and_touch(first);
    else if (sscanf(line, "begin %lu", &first) == 1)
        begin(first);
    else if (strcmp(line, "end") == 0)
        end();
    else if (strcmp(line, "block") == 0)
        block();
    else if (strcmp(line, "forked") == 0)
        forked();
    else if (strcmp(line, "forkclose") == 0)
        fork_and_close();
    else if (strcmp(line, "lockall") == 0)
        answer(mlockall(MCL_FUTURE));
    else if (strcmp(line, "lock") == 0)
        answer(mlock2(memory, krg_segment_size(segment), MLOCK_ONFAULT));
    else if (sscanf(line, "truncate %lu", &first) == 1)
        answer(truncate_memory(first));
    else if (strcmp(line, "unblock") == 0)
        answer(let_faults_block());
    else if (strcmp(line, "stray") == 0)
        answer(stray());
    else if (sscanf(line, "flood %lu", &first) == 1)
        printf("%d\n", flood((int)first));
    else if (strcmp(line, "drain") == 0) {
        drain();
        puts("ok");
    } else if (sscanf(line, "time %255s %lu %lu %lu", name, &first, &second, &third) == 4)
        take_times(strcmp(name, "write") == 0, first, second, third);
    else if (sscanf(line, "shuffled %255s %lu %lu %lu", name, &first, &second, &third) == 4)
        take_times_shuffled(strcmp(name, "write") == 0, first, second, third);
    else if (sscanf(line, "bounce %lu %lu %lu", &first, &second, &third) == 3)
        bounce(first, second, third);
    else if (sscanf(line, "fill %lu %lu", &first, &second) == 2)
        fill(first, second);
    else if (sscanf(line, "floor %255s %255s %lu", name, file, &first) == 3)
        map_floor(name, file, first);
    else if (sscanf(line, "advise %lu %lu %lu", &first, &second, &third) == 3) {
        answer(krg_segment_advise(segment, (off_t)first, second, (int)third));
    } else if (sscanf(line, "sync %lu %lu", &first, &second) == 2) {
        answer(krg_segment_sync(segment, (off_t)first, second));
    } else if (sscanf(line, "scan %lu %lu", &first, &second) == 2)
        scan(first, second);
    else if (strncmp(line, "litmus ", 7) == 0)
        litmus(line + 7);
    else if (strncmp(line, "exchanges ", 10) == 0)
        exchanges(line + 10);
    else
        puts("error EINVAL");
}

int main(void) {
    struct sigaction action = {.sa_handler = on_sigbus};
    char line[4096];
    sigaction(SIGBUS, &action, NULL);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        if (sigsetjmp(lost_page, 1) == 0)
            perform(line);
        else
            puts("sigbus");
        fflush(stdout);
    }
    return 0;
}
