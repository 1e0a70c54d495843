// SPDX-License-Identifier: Apache-2.0
//
// holds-unsaveable DEVICE: holds an io_uring and an open device, says so, and waits.
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char **arguments) {
    struct io_uring_params parameters = {0};
    int ring = (int)syscall(SYS_io_uring_setup, 4, &parameters);
    int device = count == 2 ? open(arguments[1], O_RDONLY) : -1;
    if (ring < 0 || device < 0) {
        perror("holds-unsaveable");
        return 1;
    }
    printf("ring=%d device=%d\n", ring, device);
    fflush(stdout);
    for (;;) {
        pause();
    }
}
