/* What a rank of the exchange host in C is told to do; the files are described in exchange_case.f90. */
#ifndef EXCHANGE_CASE_H
#define EXCHANGE_CASE_H

#include <stdbool.h>

struct grid {
    char name[64];
    int nx, ny;
    char edge_i[16], edge_j[16], row[16];
};

enum { most_levels = 16 };

/* Cells of one rank; a rectangle keeps its corner (from 0), everything else is a list along one axis. */
struct domain {
    char kind[16];
    int i, j, ni, nj;
    int level, level_end; /* own levels, from 0; level_end is the first one after them */
    int count, numbers[1024]; /* of the partition file, after the kind */
    int cells[1024];          /* index of each cell, from 0, in local order */
    bool one_axis;
};

struct field {
    char name[64];
    bool sends, vector, block;
    char point, kind[16], section[16];
    int number, levels, period, lag, halo;
    double fill, initial;
    bool owned[most_levels][1024]; /* whether a rank of the sender owns the cell on the level */
};

struct coupled_case {
    char component[64], experiment[256], partition[256];
    bool host_starts_mpi;
    struct grid grid;
    int step, steps;
    int count;
    struct field fields[16];
};

void read_case(const char *path, struct coupled_case *this);
/* Number of levels of a field that a rank has; they follow domain->level. */
int own_levels(const struct domain *domain, const struct field *field);
bool read_domain(const char *path, int rank, const struct grid *grid, struct domain *domain);

/* The value that the sender has in a cell (from 1); below 2**24, so that float holds it. */
double encoded(int cell, int level, int number, int step);
bool send_is_due(const struct field *field, int date, int last);
bool receive_is_due(const struct field *field, int date);
/* Value at column i and row j (from 0; may lie outside the grid) on `level` (from 1) received at `date` [s]. */
double expected(const struct grid *grid, const struct field *field, int i, int j, int level, int date, int step);

#endif
