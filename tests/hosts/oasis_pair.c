/* Two components in C: the one puts, the other gets, arrays in both storage orders, cells given as points and as a box.
 *
 * Argument: "sender" or "receiver". */
#include "oasis_c.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NX = 12, NY = 10, CELLS = NX * NY, LEVELS = 3, LENGTH = 40, PERIOD = 10 };

static int rank, ranks, first, own;

static double value(int cell, int level, int date)
{
    return cell + 1000.0 * level + 10000.0 * date;
}

static void check(int is_good, const char *what)
{
    if (!is_good) oasis_c_abort(0, "check", what, __FILE__, __LINE__);
}

/* Cells first, first + 1, ...: as points, as one box of whole rows where they are, as an apple. */
static int partition(const char *strategy)
{
    int part = -1;
    if (strcmp(strategy, "points") == 0) {
        int *kparal = malloc(sizeof(int) * (size_t)OASIS_Points_Params(own));
        kparal[OASIS_Strategy] = OASIS_Points;
        kparal[OASIS_Npoints] = own;
        for (int cell = 0; cell < own; cell++) kparal[OASIS_Npoints + 1 + cell] = first + cell;
        OASIS_CHECK_ERR(oasis_c_def_partition(&part, OASIS_Points_Params(own), kparal, OASIS_No_Gsize, OASIS_No_Name));
        free(kparal);
    } else {
        int kparal[OASIS_Apple_Params];
        kparal[OASIS_Strategy] = OASIS_Apple;
        kparal[OASIS_Offset] = first;
        kparal[OASIS_Length] = own;
        OASIS_CHECK_ERR(oasis_c_def_partition(&part, OASIS_Apple_Params, kparal, CELLS, "apple"));
    }
    return part;
}

static void send_all(void)
{
    int part = partition("points"), flat, deep, unknown, kinfo, count, period;
    OASIS_CHECK_ERR(oasis_c_def_var(&flat, "S_FLAT", part, 1, OASIS_OUT, OASIS_DOUBLE));
    OASIS_CHECK_ERR(oasis_c_def_var(&deep, "S_DEEP", part, LEVELS, OASIS_OUT, OASIS_REAL));
    OASIS_CHECK_ERR(oasis_c_def_var(&unknown, "NOBODY", part, 1, OASIS_OUT, OASIS_REAL));
    check(unknown == OASIS_Var_Uncpl, "a field that nobody mentions");
    OASIS_CHECK_ERR(oasis_c_enddef());
    OASIS_CHECK_ERR(oasis_c_get_ncpl(flat, &count));
    check(count == 1, "one coupling");
    OASIS_CHECK_ERR(oasis_c_get_freqs(flat, OASIS_OUT, 1, &period));
    check(period == PERIOD, "its period");
    double *plane = malloc(sizeof(double) * (size_t)own);
    float *rows = malloc(sizeof(float) * (size_t)own * LEVELS);
    for (int date = 0; date < LENGTH; date += 5) {
        for (int cell = 0; cell < own; cell++) {
            plane[cell] = value(first + cell, 0, date);
            /* the level is the fastest axis */
            for (int k = 0; k < LEVELS; k++) rows[cell * LEVELS + k] = (float)value(first + cell, k + 1, date);
        }
        int expected = date % PERIOD == 0 ? OASIS_Sent : OASIS_Ok;
        OASIS_CHECK_ERR(oasis_c_put_inquire(flat, date, &kinfo));
        check(kinfo == expected, "put_inquire");
        OASIS_CHECK_ERR(oasis_c_put(flat, date, own, 1, 1, OASIS_DOUBLE, OASIS_COL_MAJOR, plane, OASIS_No_Restart, &kinfo));
        check(kinfo == expected, "kinfo of a put");
        OASIS_CHECK_ERR(oasis_c_put(deep, date, own, 1, LEVELS, OASIS_REAL, OASIS_ROW_MAJOR, rows, OASIS_No_Restart, &kinfo));
        check(kinfo == expected, "kinfo of a put with levels");
    }
    free(plane);
    free(rows);
}

static void receive_all(void)
{
    int part = partition("apple"), flat, deep, kinfo;
    OASIS_CHECK_ERR(oasis_c_def_var(&flat, "R_FLAT", part, 1, OASIS_IN, OASIS_DOUBLE));
    OASIS_CHECK_ERR(oasis_c_def_var(&deep, "R_DEEP", part, LEVELS, OASIS_IN, OASIS_DOUBLE));
    OASIS_CHECK_ERR(oasis_c_enddef());
    double *values = malloc(sizeof(double) * (size_t)own * LEVELS);
    for (int date = 0; date < LENGTH; date += 5) {
        int due = date % PERIOD == 0;
        values[0] = -7;
        OASIS_CHECK_ERR(oasis_c_get(flat, date, own, 1, 1, OASIS_DOUBLE, OASIS_COL_MAJOR, values, &kinfo));
        check(kinfo == (due ? OASIS_Recvd : OASIS_Ok), "kinfo of a get");
        check(due || values[0] == -7, "nothing due, nothing touched");
        for (int cell = 0; due && cell < own; cell++)
            check(values[cell] == value(first + cell, 0, date), "a value");
        OASIS_CHECK_ERR(oasis_c_get(deep, date, own, 1, LEVELS, OASIS_DOUBLE, OASIS_COL_MAJOR, values, &kinfo));
        for (int cell = 0; due && cell < own; cell++)
            for (int k = 0; k < LEVELS; k++)
                check(values[k * own + cell] == value(first + cell, k + 1, date), "a value with levels");
    }
    free(values);
}

int main(int argc, char **argv)
{
    int id;
    MPI_Comm local, both;
    int roots[2];
    const char *role = argc > 1 ? argv[1] : "sender";
    const char *names[2] = {"receiver", "sender"};
    OASIS_CHECK_ERR(oasis_c_init_comp(&id, role, OASIS_COUPLED));
    OASIS_CHECK_ERR(oasis_c_get_localcomm(&local));
    OASIS_CHECK_MPI_ERR(MPI_Comm_rank(local, &rank));
    OASIS_CHECK_MPI_ERR(MPI_Comm_size(local, &ranks));
    first = CELLS * rank / ranks;
    own = CELLS * (rank + 1) / ranks - first;
    if (strcmp(role, "sender") == 0) {
        send_all();
    } else {
        receive_all();
    }
    OASIS_CHECK_ERR(oasis_c_get_multi_intracomm(&both, 2, names, roots));
    int size;
    OASIS_CHECK_MPI_ERR(MPI_Comm_size(both, &size));
    check(roots[0] != roots[1] && roots[0] < size && roots[1] < size, "the first processes of two components");
    OASIS_CHECK_ERR(oasis_c_terminate());
    printf("all values as expected\n");
    return 0;
}
