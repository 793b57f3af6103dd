/* A host that sends values telling their cell and checks each element it receives: exchange_host CASE-FILE */
#include "exchange_case.h"

#include <halocline.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct coupled_case this;
static struct domain domain;
static halocline_session *session;

/* What must stay as it is: elements outside the section, and all of them where nothing is due. */
static const double untouched = -77777;

static void must(int code) {
    if (code != HALOCLINE_OK) halocline_abort(session, NULL);
}

static void check(bool right, const struct field *field, int date, const char *text) {
    if (right) return;
    fprintf(stderr, "DIFFERENT: field %s at %d s: %s\n", field->name, date, text);
    exit(3);
}

/* A section of memory of doubles or floats: element (a, b, k) is at first + a * strides[0] + ... */
struct part {
    bool single;
    size_t size, first;
    void *memory;
    int64_t shape[3], strides[3];
};

static size_t at(const struct part *part, int64_t a, int64_t b, int64_t k) {
    return (size_t)((int64_t)part->first + a * part->strides[0] + b * part->strides[1] + k * part->strides[2]);
}

static double get(const struct part *part, size_t position) {
    return part->single ? ((float *)part->memory)[position] : ((double *)part->memory)[position];
}

static void set(struct part *part, size_t position, double value) {
    if (part->single) ((float *)part->memory)[position] = (float)value;
    else ((double *)part->memory)[position] = value;
}

static void *first_element(const struct part *part) {
    return (char *)part->memory + part->first * (part->single ? sizeof(float) : sizeof(double));
}

static struct part cut(const struct field *field, int64_t n1, int64_t n2) {
    int64_t n3 = own_levels(&domain, field);
    struct part part = {.single = strcmp(field->kind, "f32") == 0, .shape = {n1, n2, n3}};
    int64_t rows = n1 + 5, columns = n2 + 3;
    part.size = (size_t)(2 * rows * columns * (n3 + 1));
    int64_t steps[3] = {1, rows, rows * columns};
    if (strcmp(field->section, "plain") == 0) {
        steps[1] = n1;
        steps[2] = n1 * n2;
    } else if (strcmp(field->section, "inner") == 0) {
        part.first = (size_t)(2 + rows);
    } else if (strcmp(field->section, "stride") == 0) {
        steps[0] = 2;
        steps[1] = 2 * rows;
        steps[2] = 2 * rows * columns;
    } else { /* reversed along j, levels fastest */
        steps[2] = 1;
        steps[0] = n3;
        steps[1] = -n3 * rows;
        part.first = (size_t)(n3 * rows * (n2 > 0 ? n2 - 1 : 0));
    }
    memcpy(part.strides, steps, sizeof steps);
    part.memory = malloc(part.size * sizeof(double));
    for (size_t position = 0; position < part.size; ++position) set(&part, position, untouched);
    return part;
}

static void send_field(const struct field *field, int date) {
    struct part part = cut(field, domain.ni, domain.nj);
    for (int k = 0; k < part.shape[2]; ++k)
        for (int cell = 0; cell < domain.ni * domain.nj; ++cell)
            set(&part, at(&part, cell % domain.ni, cell / domain.ni, k),
                encoded(domain.cells[cell] + 1, domain.level + k + 1, field->number, date / this.step));
    int32_t sent = -1;
    void *first = first_element(&part);
    must(part.single ? halocline_send_f32(session, field->name, first, part.shape, part.strides, date, &sent)
                     : halocline_send_f64(session, field->name, first, part.shape, part.strides, date, &sent));
    check(sent == send_is_due(field, date, this.step * this.steps), field, date, "sent is wrong");
    free(part.memory);
}

static void check_values(const struct field *field, const struct part *part, int date, int halo) {
    char text[200];
    for (int k = 0; k < part->shape[2]; ++k)
        for (int b = 0; b < part->shape[1]; ++b)
            for (int a = 0; a < part->shape[0]; ++a) {
                int cell = domain.one_axis ? domain.cells[a] : 0;
                int i = domain.one_axis ? cell % this.grid.nx : domain.i - halo + a;
                int j = domain.one_axis ? cell / this.grid.nx : domain.j - halo + b;
                double wanted = expected(&this.grid, field, i, j, domain.level + k + 1, date, this.step);
                double found = get(part, at(part, a, b, k));
                snprintf(text, sizeof text, "element %d, %d is cell i %d j %d, level %d: found %.1f, expected %.1f", a,
                         b, i, j, k, found, wanted);
                check(found == wanted, field, date, text);
            }
}

static void receive_field(const struct field *field, int date) {
    int halo = field->block ? field->halo : 0;
    struct part part = cut(field, domain.ni + 2 * halo, domain.nj + 2 * halo);
    int32_t received = -1;
    void *first = first_element(&part);
    must(part.single ? halocline_receive_f32(session, field->name, first, part.shape, part.strides, date, &received)
                     : halocline_receive_f64(session, field->name, first, part.shape, part.strides, date, &received));
    check(received == receive_is_due(field, date), field, date, "received is wrong");
    if (received) check_values(field, &part, date, halo);
    size_t touched = 0, wanted = received ? (size_t)(part.shape[0] * part.shape[1] * part.shape[2]) : 0;
    for (size_t position = 0; position < part.size; ++position) touched += get(&part, position) != untouched;
    check(touched == wanted, field, date, "elements outside the section were written");
    free(part.memory);
}

static void define(void) {
    int32_t handle;
    int rank;
    must(halocline_local_communicator(session, &handle));
    MPI_Comm_rank(MPI_Comm_f2c(handle), &rank);
    if (!read_domain(this.partition, rank, &this.grid, &domain))
        halocline_abort(session, "the partition file has no line for this rank");
    const char *grid = this.grid.name;
    int64_t first[1024], cells[1024];
    for (int cell = 0; cell < 1024; ++cell) first[cell] = domain.cells[cell];
    if (strcmp(domain.kind, "serial") == 0) must(halocline_define_serial(session, grid));
    else if (strcmp(domain.kind, "empty") == 0) must(halocline_define_empty(session, grid));
    else if (strcmp(domain.kind, "apple") == 0)
        must(halocline_define_apple(session, grid, domain.numbers[0] - 1, domain.numbers[1]));
    else if (strcmp(domain.kind, "cube") == 0)
        must(halocline_define_cube(session, grid, domain.i, domain.j, domain.level, domain.ni, domain.nj,
                                   domain.level_end - domain.level));
    else if (strcmp(domain.kind, "points") == 0) must(halocline_define_points(session, grid, domain.ni, first));
    else if (strcmp(domain.kind, "orange") == 0) {
        for (int segment = 0; segment < domain.numbers[0]; ++segment) {
            first[segment] = domain.numbers[1 + 2 * segment] - 1;
            cells[segment] = domain.numbers[2 + 2 * segment];
        }
        must(halocline_define_orange(session, grid, domain.numbers[0], first, cells));
    } else must(halocline_define_box(session, grid, domain.i, domain.j, domain.ni, domain.nj));
    must(halocline_end_definition(session));
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    read_case(argv[1], &this);
    if (this.host_starts_mpi) MPI_Init(&argc, &argv);
    const char *experiment = strcmp(this.experiment, "-") == 0 ? NULL : this.experiment;
    must(halocline_begin(&session, this.component, experiment,
                         this.host_starts_mpi ? MPI_Comm_c2f(MPI_COMM_WORLD) : -1));
    define();
    for (int step = 0; step < this.steps; ++step) {
        for (int number = 0; number < this.count; ++number)
            if (this.fields[number].sends) send_field(&this.fields[number], step * this.step);
        for (int number = 0; number < this.count; ++number)
            if (!this.fields[number].sends) receive_field(&this.fields[number], step * this.step);
    }
    must(halocline_finish(session));
    if (this.host_starts_mpi) MPI_Finalize();
    puts("all values as expected");
    return 0;
}
