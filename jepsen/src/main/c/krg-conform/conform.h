// SPDX-License-Identifier: Apache-2.0
#ifndef KRG_CONFORM_H
#define KRG_CONFORM_H

// A program of the suite; a family ends with a NULL name.
struct program {
    const char *name;
    const char *about;
    void (*run)(void);
};

extern const struct program PROCESSES[];
extern const struct program TRAITS[];
extern const struct program PIPES[];
extern const struct program NETWORK[]; // `cell-...`: they want an address of their own
extern const struct program MEMORY[];
extern const struct program FILES[];
extern const struct program EVENTS[];
extern const struct program COOPERATIVE[]; // they save themselves, and are started again
extern const struct program TERMINALS[]; // `terminal...` wants one as its standard streams

// Says what is wrong and ends the program with 1.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Says that it is ready and returns when the file is there: in between anything may have happened.
void await_go(void);

// Fails unless CONDITION holds; the rest says what is wrong.
#define CHECK(condition, ...)  \
    do {                       \
        if (!(condition)) {    \
            fail(__VA_ARGS__); \
        }                      \
    } while (0)

// Fails unless CALL succeeds.
#define MUST(call)                                          \
    ({                                                      \
        long result_ = (long)(call);                        \
        if (result_ == -1) {                                \
            fail("%s: %s", #call, strerror(errno));         \
        }                                                   \
        result_;                                            \
    })

#endif
