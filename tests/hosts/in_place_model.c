/* The model of the tests of blocks in place: in_place_model lent|copied|mistakes; fields as in in_place_model.f90. */
#include <halocline.h>
#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { nx = 12, ny = 9, levels = 3, step = 10, steps = 4 };

static halocline_session *session;
static int64_t nj;

static void must(int code) {
    if (code != HALOCLINE_OK) halocline_abort(session, NULL);
}

static void check(bool right, const char *what) {
    if (right) return;
    fprintf(stderr, "WRONG: %s\n", what);
    exit(3);
}

static void begin(void) {
    int32_t handle;
    int rank, ranks;
    must(halocline_begin(&session, "model", NULL, -1));
    must(halocline_local_communicator(session, &handle));
    MPI_Comm_rank(MPI_Comm_f2c(handle), &rank);
    MPI_Comm_size(MPI_Comm_f2c(handle), &ranks);
    int64_t first = rank * ny / ranks;
    nj = (rank + 1) * ny / ranks - first;
    must(halocline_define_box(session, "globe", 0, first, nx, nj));
    must(halocline_end_definition(session));
}

/* Whether an address lies in memory that the ranks of the node share: a memfd among the mappings of this process. */
static bool is_shared(const void *address) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    bool found = false;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long begins, ends;
        if (sscanf(line, "%lx-%lx", &begins, &ends) == 2 && (unsigned long)address >= begins &&
            (unsigned long)address < ends)
            found = strstr(line, "memfd:") != NULL;
    }
    if (maps != NULL) fclose(maps);
    return found;
}

/* Element (i, j, level) of own cells, and of the block with its halo of one cell, i and j from -1. */
static int64_t own(int64_t i, int64_t j, int64_t level) { return i + nx * (j + nj * level); }
static int64_t wide(int64_t i, int64_t j, int64_t level) { return i + 1 + (nx + 2) * (j + 1 + (nj + 2) * level); }

static void compute(const double *u, const double *s, double *u_f, double *s_f) {
    for (int64_t k = 0; k < levels; ++k)
        for (int64_t j = 0; j < nj; ++j)
            for (int64_t i = 0; i < nx; ++i) {
                u_f[own(i, j, k)] = 0.5 * u[wide(i, j, k)] + 0.25 * (u[wide(i - 1, j, k)] + u[wide(i, j + 1, k)]);
                if (k == 0) s_f[own(i, j, 0)] = -s[wide(i, j, 0)];
            }
}

static void compute_single(const double *u, const float *w, float *w_f) {
    for (int64_t k = 0; k < levels; ++k)
        for (int64_t j = 0; j < nj; ++j)
            for (int64_t i = 0; i < nx; ++i) w_f[own(i, j, k)] = w[wide(i, j, k)] + (float)u[wide(i, j, k)];
}

static void check_block(const halocline_block *block, int64_t halo, int64_t extent, int32_t kind) {
    check(block->data != NULL && block->kind == kind && block->halo == halo, "address, kind and halo");
    check(block->shape[0] == nx + 2 * halo && block->shape[1] == nj + 2 * halo && block->shape[2] == extent, "shape");
}

static void answer_in_place(int64_t date) {
    halocline_block u, s, w, u_f, s_f, w_f;
    must(halocline_lend(session, "u", date, HALOCLINE_FLOAT64, &u));
    must(halocline_lend(session, "s", date, HALOCLINE_ANY_KIND, &s));
    check_block(&u, 1, levels, HALOCLINE_FLOAT64);
    check_block(&s, 1, 1, HALOCLINE_FLOAT64);
    must(halocline_lend_output(session, "u_f", date, HALOCLINE_FLOAT64, &u_f));
    must(halocline_lend_output(session, "s_f", date, HALOCLINE_FLOAT64, &s_f));
    check_block(&u_f, 0, levels, HALOCLINE_FLOAT64);
    check_block(&s_f, 0, 1, HALOCLINE_FLOAT64);
    printf("u in shared memory: %d, u_f in shared memory: %d\n", is_shared(u.data), is_shared(u_f.data));
    compute(u.data, s.data, u_f.data, s_f.data);
    must(halocline_send_output(session, "u_f", date));
    must(halocline_send_output(session, "s_f", date));
    must(halocline_lend(session, "w", date, HALOCLINE_ANY_KIND, &w));
    must(halocline_lend_output(session, "w_f", date, HALOCLINE_FLOAT32, &w_f));
    check((w.data != NULL) == (date % 20 == 0) && (w_f.data != NULL) == (date % 20 == 0), "when w is due");
    if (w.data != NULL) {
        check_block(&w, 1, levels, HALOCLINE_FLOAT32);
        check_block(&w_f, 0, levels, HALOCLINE_FLOAT32);
        compute_single(u.data, w.data, w_f.data);
        must(halocline_send_output(session, "w_f", date));
        must(halocline_give_back(session, "w"));
    } else {
        check(w.shape[0] == 0 && w.shape[1] == 0 && w.shape[2] == 0 && w.halo == 0 && w.kind == 0, "nothing lent");
    }
    must(halocline_give_back(session, "s"));
    must(halocline_give_back(session, "u"));
}

static void answer_in_arrays(int64_t date) {
    size_t cells = (size_t)(levels * (nx + 2) * (nj + 2));
    double *u = malloc(cells * sizeof *u), *s = malloc(cells * sizeof *s);
    double *u_f = malloc(cells * sizeof *u_f), *s_f = malloc(cells * sizeof *s_f);
    float *w = malloc(cells * sizeof *w), *w_f = malloc(cells * sizeof *w_f);
    int64_t block[3] = {nx + 2, nj + 2, levels}, flat_block[3] = {nx + 2, nj + 2, 1};
    int64_t cut[3] = {nx, nj, levels}, flat_cut[3] = {nx, nj, 1};
    int64_t strides[3] = {1, nx + 2, (nx + 2) * (nj + 2)}, cut_strides[3] = {1, nx, nx * nj};
    int32_t due;
    must(halocline_receive_f64(session, "u", u, block, strides, date, NULL));
    must(halocline_receive_f64(session, "s", s, flat_block, strides, date, NULL));
    compute(u, s, u_f, s_f);
    must(halocline_send_f64(session, "u_f", u_f, cut, cut_strides, date, NULL));
    must(halocline_send_f64(session, "s_f", s_f, flat_cut, cut_strides, date, NULL));
    must(halocline_receive_f32(session, "w", w, block, strides, date, &due));
    if (due) {
        compute_single(u, w, w_f);
        must(halocline_send_f32(session, "w_f", w_f, cut, cut_strides, date, NULL));
    }
    void *arrays[] = {u, s, u_f, s_f, w, w_f};
    for (int number = 0; number < 6; ++number) free(arrays[number]);
}

static void refused(int found, int wanted, const char *what) {
    char message[4096];
    check(found == wanted, what);
    halocline_error_message(message, sizeof message);
    printf("%s: %s\n", what, message);
}

/* What can go wrong before the first date; afterwards all goes on as if nothing had. */
static void make_mistakes(void) {
    halocline_block block = {.data = &block};
    refused(halocline_lend(session, "u", 0, HALOCLINE_FLOAT32, &block), HALOCLINE_ERROR_SHAPE, "float for u");
    check(block.data == NULL, "nothing is lent after an error");
    refused(halocline_lend_output(session, "w_f", 0, HALOCLINE_FLOAT64, &block), HALOCLINE_ERROR_SHAPE,
            "double for w_f");
    refused(halocline_lend(session, "u", 0, 3, &block), HALOCLINE_ERROR_SHAPE, "no kind");
    refused(halocline_lend(session, "u", 0, HALOCLINE_FLOAT64, NULL), HALOCLINE_ERROR_ORDER, "no block");
    refused(halocline_lend(session, NULL, 0, HALOCLINE_FLOAT64, &block), HALOCLINE_ERROR_NAME, "no field");
    refused(halocline_lend_output(NULL, "u_f", 0, HALOCLINE_FLOAT64, &block), HALOCLINE_ERROR_ORDER, "no session");
    refused(halocline_give_back(session, "s"), HALOCLINE_ERROR_ORDER, "give back before lend");
    refused(halocline_send_output(session, "u_f", 0), HALOCLINE_ERROR_ORDER, "send before lend");
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    begin();
    if (strcmp(argv[1], "mistakes") == 0) make_mistakes();
    for (int64_t date = 0; date < step * steps; date += step) {
        if (strcmp(argv[1], "copied") == 0) answer_in_arrays(date);
        else answer_in_place(date);
    }
    must(halocline_finish(session));
    return 0;
}
