/* What a rank must receive, worked out cell by cell and as plainly as possible; knows nothing of Halocline. */
#include "exchange_case.h"

#include <string.h>

struct place {
    int i, j;
    bool flipped;
};

static int modulo(int number, int size) { return (number % size + size) % size; }

double encoded(int cell, int level, int number, int step) {
    return cell + 1000.0 * level + 10000.0 * number + 100000.0 * step;
}

bool send_is_due(const struct field *field, int date, int last) {
    if (field->period == 0) return date == 0;
    int served = date + field->lag;
    return modulo(served, field->period) == 0 && served >= 0 && served < last;
}

bool receive_is_due(const struct field *field, int date) {
    return field->period == 0 ? date == 0 : modulo(date, field->period) == 0;
}

/* The other cell of a point across the fold; the column is still to be taken modulo nx. */
static struct place mirror(const struct grid *grid, char point, struct place here) {
    /* sums of the columns and rows of the two, for T, U, V, F */
    static const int columns[2][4] = {{0, -1, 0, -1}, {-1, -2, -1, -2}};
    static const int rows[2][4] = {{-2, -2, -3, -3}, {-1, -1, -2, -2}};
    int pivot = strcmp(grid->edge_j, "fold_F") == 0;
    int kind = (int)(strchr("TUVF", point) - "TUVF");
    return (struct place){columns[pivot][kind] - here.i, 2 * grid->ny + rows[pivot][kind] - here.j, !here.flipped};
}

static bool outside(const struct grid *grid, struct place here) {
    return here.i < 0 || here.i >= grid->nx || here.j < 0 || here.j >= grid->ny;
}

/* A cell of the last row that is another cell too: who gives its value. */
static struct place giver(const struct grid *grid, const struct field *field, struct place here, int level) {
    struct place twin = mirror(grid, field->point, here);
    if (twin.j >= grid->ny) return here;
    twin.i = modulo(twin.i, grid->nx);
    bool redundant = twin.j < here.j || twin.i < here.i;
    bool by_itself = strcmp(grid->row, "owned") == 0 && field->owned[level - 1][here.j * grid->nx + here.i];
    return redundant && !by_itself ? twin : here;
}

double expected(const struct grid *grid, const struct field *field, int i, int j, int level, int date, int step) {
    struct place here = {i, j, false};
    bool folded = strncmp(grid->edge_j, "fold", 4) == 0;
    if (folded && here.j >= grid->ny) here = mirror(grid, field->point, here);
    if (strcmp(grid->edge_j, "cyclic") == 0) here.j = modulo(here.j, grid->ny);
    if (strcmp(grid->edge_i, "cyclic") == 0) here.i = modulo(here.i, grid->nx);
    if (outside(grid, here)) return field->fill;
    if (folded && here.j == grid->ny - 1) here = giver(grid, field, here, level);
    int cell = here.j * grid->nx + here.i;
    if (!field->owned[level - 1][cell]) return field->fill;
    double value = date < field->lag ? field->initial : encoded(cell + 1, level, field->number, (date - field->lag) / step);
    return here.flipped && field->vector ? -value : value;
}
