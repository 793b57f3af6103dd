/* Time of copying BYTES bytes within one process: memory_copy BYTES COPIES > times.txt, a line "exchange SECONDS" each.
 * Source and target have been written before, and the copy is looked at, so that no copy is left out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static char *page_aligned(size_t bytes, int value)
{
    void *memory = NULL;
    if (posix_memalign(&memory, 4096, bytes) != 0) {
        fprintf(stderr, "memory_copy: no memory for %zu bytes\n", bytes);
        exit(1);
    }
    memset(memory, value, bytes);
    return memory;
}

int main(int arguments, char **argument)
{
    if (arguments != 3) {
        fprintf(stderr, "usage: memory_copy BYTES COPIES\n");
        return 1;
    }
    size_t bytes = strtoull(argument[1], NULL, 10);
    int copies = atoi(argument[2]);
    if (bytes == 0 || copies < 1) {
        fprintf(stderr, "memory_copy: found %s bytes, %s copies; expected whole numbers > 0\n", argument[1], argument[2]);
        return 1;
    }
    /* Small copies are faster than the clock: take many at a time. */
    int together = bytes < 65536 ? (int)(65536 / bytes) : 1;
    char *source = page_aligned(bytes, 1), *target = page_aligned(bytes, 0);
    for (int copy = -2; copy < copies; ++copy) {
        double begun = now();
        for (int turn = 0; turn < together; ++turn) {
            source[(size_t)turn % bytes] ^= 2;
            memcpy(target, source, bytes);
            __asm__ volatile("" : : "r"(target) : "memory");
        }
        double seconds = (now() - begun) / together;
        if (copy >= 0) {
            printf("exchange %.15e\n", seconds);
        }
    }
    int same = memcmp(source, target, bytes) == 0;
    free(source);
    free(target);
    return !same;
}
