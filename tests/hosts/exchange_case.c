/* Read the two text files that tell a rank of the exchange host what to do; described in exchange_case.f90. */
#include "exchange_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_file(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "exchange host: cannot read %s\n", path);
        exit(2);
    }
    return file;
}

static void wrong(const char *line) {
    fprintf(stderr, "exchange host: cannot understand %s\n", line);
    exit(2);
}

static void mark_owned(const char *path, const struct grid *grid, struct field *field) {
    static struct domain domain;
    for (int rank = 0; read_domain(path, rank, grid, &domain); ++rank)
        for (int level = domain.level; level < domain.level + own_levels(&domain, field); ++level)
            for (int cell = 0; cell < domain.ni * domain.nj; ++cell) field->owned[level][domain.cells[cell]] = true;
}

static void read_field(const char *line, const struct grid *grid, struct field *field) {
    char keyword[16], sign[16], shape[16] = "", source[256] = "";
    int found = sscanf(line, "%15s %63s %d %c %d %15s %d %d %15s %15s %d %15s %lf %lf %255s", keyword, field->name,
                       &field->number, &field->point, &field->levels, sign, &field->period, &field->lag, field->kind,
                       field->section, &field->halo, shape, &field->fill, &field->initial, source);
    field->sends = strcmp(keyword, "send") == 0;
    field->vector = strcmp(sign, "vector") == 0;
    field->block = strcmp(shape, "block") == 0;
    if (found != (field->sends ? 10 : 15)) wrong(line);
    if (field->levels > most_levels) wrong(line);
    if (!field->sends) mark_owned(source, grid, field);
}

void read_case(const char *path, struct coupled_case *this) {
    char line[512], keyword[16], word[16];
    struct grid *grid = &this->grid;
    FILE *file = open_file(path);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%15s", keyword) != 1) continue;
        if (strcmp(keyword, "component") == 0) sscanf(line, "%*s %63s", this->component);
        else if (strcmp(keyword, "experiment") == 0) sscanf(line, "%*s %255s", this->experiment);
        else if (strcmp(keyword, "partition") == 0) sscanf(line, "%*s %255s", this->partition);
        else if (strcmp(keyword, "steps") == 0) sscanf(line, "%*s %d %d", &this->step, &this->steps);
        else if (strcmp(keyword, "mpi") == 0) {
            sscanf(line, "%*s %15s", word);
            this->host_starts_mpi = strcmp(word, "host") == 0;
        } else if (strcmp(keyword, "grid") == 0) {
            if (sscanf(line, "%*s %63s %d %d %15s %15s %15s", grid->name, &grid->nx, &grid->ny, grid->edge_i,
                       grid->edge_j, grid->row) != 6) wrong(line);
        } else if (strcmp(keyword, "send") == 0 || strcmp(keyword, "receive") == 0) {
            if (this->count == 16) wrong(line);
            read_field(line, grid, &this->fields[this->count++]);
        } else wrong(line);
    }
    fclose(file);
}

/* Cells of a list of segments (first cell from 1, number of cells). */
static void list_segments(struct domain *domain, const int *numbers, int segments) {
    domain->one_axis = true;
    domain->nj = 1;
    domain->ni = 0;
    for (int segment = 0; segment < segments; ++segment)
        for (int cell = 0; cell < numbers[2 * segment + 1]; ++cell)
            domain->cells[domain->ni++] = numbers[2 * segment] - 1 + cell;
}

static void list_box(struct domain *domain, const struct grid *grid, int i, int j, int ni, int nj) {
    domain->i = i;
    domain->j = j;
    domain->ni = ni;
    domain->nj = nj;
    for (int row = 0; row < nj; ++row)
        for (int column = 0; column < ni; ++column)
            domain->cells[row * ni + column] = (j + row) * grid->nx + i + column;
}

int own_levels(const struct domain *domain, const struct field *field) {
    int end = domain->level_end < field->levels ? domain->level_end : field->levels;
    return end > domain->level ? end - domain->level : 0;
}

bool read_domain(const char *path, int rank, const struct grid *grid, struct domain *domain) {
    char line[4096];
    FILE *file = open_file(path);
    bool found = true;
    for (int skipped = 0; skipped <= rank && found; ++skipped) found = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    if (!found) return false;
    memset(domain, 0, sizeof *domain);
    domain->level_end = most_levels;
    char *word = strtok(line, " \n");
    if (word == NULL) wrong("an empty line");
    snprintf(domain->kind, sizeof domain->kind, "%s", word);
    while ((word = strtok(NULL, " \n")) != NULL && domain->count < 1024) domain->numbers[domain->count++] = atoi(word);
    const int *n = domain->numbers;
    if (strcmp(domain->kind, "serial") == 0) list_box(domain, grid, 0, 0, grid->nx, grid->ny);
    else if (strcmp(domain->kind, "box") == 0) list_box(domain, grid, n[0] - 1, n[1] - 1, n[2], n[3]);
    else if (strcmp(domain->kind, "cube") == 0) {
        list_box(domain, grid, n[0] - 1, n[1] - 1, n[3], n[4]);
        domain->level = n[2] - 1;
        domain->level_end = n[2] - 1 + n[5];
    } else if (strcmp(domain->kind, "empty") == 0) list_segments(domain, n, 0);
    else if (strcmp(domain->kind, "apple") == 0) list_segments(domain, n, 1);
    else if (strcmp(domain->kind, "orange") == 0) list_segments(domain, n + 1, n[0]);
    else if (strcmp(domain->kind, "points") == 0) {
        list_segments(domain, n, 0);
        domain->ni = n[0];
        for (int cell = 0; cell < n[0]; ++cell) domain->cells[cell] = n[1 + cell] - 1;
    } else wrong(domain->kind);
    return true;
}
