/* Raw MPI round trip with the model pass of all benchmarks:
 *
 *     mpirun -n A+B ping_pong A CELLS REAL_BYTES WARM_UP EXCHANGES > times.txt
 *
 * A ranks hold CELLS numbers of 8 or 4 bytes in equal consecutive parts, B ranks take them in equal consecutive parts,
 * halve every number into a second array, and send that back. Every pair of ranks whose parts meet exchanges one
 * message a way, contiguous in memory on both sides: no coupler can do better with messages. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    int peer;
    size_t first, cells; /* within this rank's part */
} Piece;

static size_t start(size_t cells, int parts, int number)
{
    size_t rest = cells % (size_t)parts;
    size_t before = (size_t)number < rest ? (size_t)number : rest;
    return (size_t)number * (cells / (size_t)parts) + before;
}

/* Find the parts of the other side that meet ours; returns how many. */
static int find_pieces(Piece *pieces, size_t cells, size_t first, size_t last, int others, int first_peer)
{
    int found = 0;
    for (int other = 0; other < others; ++other) {
        size_t from = start(cells, others, other), to = start(cells, others, other + 1);
        size_t low = from > first ? from : first, high = to < last ? to : last;
        if (low < high) {
            pieces[found++] = (Piece){first_peer + other, low - first, high - low};
        }
    }
    return found;
}

static void start_sends(MPI_Request *requests, const Piece *pieces, int count, const char *memory, int size)
{
    MPI_Datatype type = size == 8 ? MPI_DOUBLE : MPI_FLOAT;
    for (int number = 0; number < count; ++number) {
        const Piece *piece = &pieces[number];
        MPI_Isend(memory + piece->first * (size_t)size, (int)piece->cells, type, piece->peer, 1, MPI_COMM_WORLD,
                  &requests[number]);
    }
}

static void start_receives(MPI_Request *requests, const Piece *pieces, int count, char *memory, int size)
{
    MPI_Datatype type = size == 8 ? MPI_DOUBLE : MPI_FLOAT;
    for (int number = 0; number < count; ++number) {
        const Piece *piece = &pieces[number];
        MPI_Irecv(memory + piece->first * (size_t)size, (int)piece->cells, type, piece->peer, 1, MPI_COMM_WORLD,
                  &requests[number]);
    }
}

static void model_pass(const void *input, void *output, size_t cells, int size)
{
    if (size == 8) {
        const double *restrict in = input;
        double *restrict out = output;
        for (size_t cell = 0; cell < cells; ++cell) {
            out[cell] = 0.5 * in[cell];
        }
    } else {
        const float *restrict in = input;
        float *restrict out = output;
        for (size_t cell = 0; cell < cells; ++cell) {
            out[cell] = 0.5f * in[cell];
        }
    }
}

/* Both kinds hold these numbers and their halves exactly. */
static double value(size_t cell)
{
    return (double)(cell % 4001);
}

static void *filled(size_t cells, int size, size_t first)
{
    void *memory = NULL;
    if (posix_memalign(&memory, 4096, (cells + 1) * (size_t)size) != 0) {
        fprintf(stderr, "ping_pong: no memory for %zu numbers\n", cells);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    for (size_t cell = 0; cell < cells; ++cell) {
        if (size == 8) {
            ((double *)memory)[cell] = value(first + cell);
        } else {
            ((float *)memory)[cell] = (float)value(first + cell);
        }
    }
    return memory;
}

static void check(const void *memory, size_t cells, int size, size_t first)
{
    for (size_t cell = 0; cell < cells; ++cell) {
        double expected = 0.5 * value(first + cell);
        double found = size == 8 ? ((const double *)memory)[cell] : (double)((const float *)memory)[cell];
        if (found != expected) {
            fprintf(stderr, "ping_pong: cell %zu holds %g instead of %g\n", first + cell, found, expected);
            MPI_Abort(MPI_COMM_WORLD, 1);
        }
    }
}

int main(int arguments, char **argument)
{
    int rank, ranks;
    MPI_Init(&arguments, &argument);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (arguments != 6) {
        fprintf(stderr, "usage: ping_pong A CELLS REAL_BYTES WARM_UP EXCHANGES\n");
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    int oceans = atoi(argument[1]), size = atoi(argument[3]);
    size_t cells = strtoull(argument[2], NULL, 10);
    int warm_up = atoi(argument[4]), exchanges = atoi(argument[5]);
    int is_ocean = rank < oceans, partners = ranks - oceans;
    int sides = is_ocean ? oceans : partners, others = is_ocean ? partners : oceans;
    int number = is_ocean ? rank : rank - oceans;
    size_t first = start(cells, sides, number), last = start(cells, sides, number + 1);

    Piece *pieces = malloc(sizeof *pieces * (size_t)others);
    MPI_Request *requests = malloc(sizeof *requests * 2 * (size_t)others);
    double *times = calloc((size_t)exchanges, sizeof *times), *longest = calloc((size_t)exchanges, sizeof *longest);
    int count = find_pieces(pieces, cells, first, last, others, is_ocean ? oceans : 0);
    char *here = filled(last - first, size, first), *there = filled(last - first, size, 0);
    MPI_Comm side;
    MPI_Comm_split(MPI_COMM_WORLD, is_ocean, rank, &side);

    for (int turn = -warm_up; turn < exchanges; ++turn) {
        if (is_ocean) {
            MPI_Barrier(side);
            double begun = MPI_Wtime();
            start_receives(requests, pieces, count, there, size);
            start_sends(requests + count, pieces, count, here, size);
            MPI_Waitall(2 * count, requests, MPI_STATUSES_IGNORE);
            if (turn >= 0) {
                times[turn] = MPI_Wtime() - begun;
            }
        } else {
            start_receives(requests, pieces, count, here, size);
            MPI_Waitall(count, requests, MPI_STATUSES_IGNORE);
            model_pass(here, there, last - first, size);
            start_sends(requests, pieces, count, there, size);
            MPI_Waitall(count, requests, MPI_STATUSES_IGNORE);
        }
    }
    check(there, last - first, size, first);
    if (is_ocean) {
        MPI_Reduce(times, longest, exchanges, MPI_DOUBLE, MPI_MAX, 0, side);
    }
    if (rank == 0) {
        for (int turn = 0; turn < exchanges; ++turn) {
            printf("exchange %.15e\n", longest[turn]);
        }
    }
    MPI_Finalize();
    return 0;
}
