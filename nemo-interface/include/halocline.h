/* Halocline for C models: exchange fields with other components, as the experiment file says.
 *
 * Generated from nemo-interface/src; do not edit.
 *
 * Order of calls, alike on all ranks of a component:
 *
 *     halocline_begin -> halocline_define_* ... -> halocline_end_definition
 *                     -> halocline_send_* | halocline_receive_* ... -> halocline_finish
 *
 * Instead of passing arrays of its own a model may work where the library has them:
 *
 *     halocline_lend -> read -> halocline_give_back          halocline_lend_output -> write -> halocline_send_output
 *
 * - Every function returns 0, or a code of `halocline_code`; halocline_error_message then has the whole story.
 *   An error on one rank is an error for all: pass it on to halocline_abort unless you know better.
 * - Arrays have axes (i, j, level); shapes and strides are given along these, strides in elements.
 * - Texts are UTF-8, end with a null byte, and are copied.
 * - A session belongs to one thread at a time.
 * - A process that exits between halocline_begin and halocline_finish ends the whole job with a status other than 0.
 */

#ifndef HALOCLINE_H
#define HALOCLINE_H

#include <stddef.h>
#include <stdint.h>

/** What a call returns. */
typedef enum halocline_code {
    /** The call succeeded. */
    HALOCLINE_OK = 0,
    /** The experiment file is missing, unreadable or wrong. */
    HALOCLINE_ERROR_EXPERIMENT = 1,
    /** The two sides do not run the same experiment. */
    HALOCLINE_ERROR_MISMATCH = 2,
    /** Calls in the wrong order, or after the end. */
    HALOCLINE_ERROR_ORDER = 3,
    /** A partition does not fit its grid, or two ranks own one cell. */
    HALOCLINE_ERROR_PARTITION = 4,
    /** A name that the experiment does not know, or that this component has no part in. */
    HALOCLINE_ERROR_NAME = 5,
    /** An array whose shape is not that of the field. */
    HALOCLINE_ERROR_SHAPE = 6,
    /** A date outside the run, going backwards, or skipping an exchange. */
    HALOCLINE_ERROR_DATE = 7,
    /** Nobody came within the time that the experiment allows. */
    HALOCLINE_ERROR_TIMEOUT = 8,
    /** Another rank failed first. */
    HALOCLINE_ERROR_ENDED = 9,
    /** A file of initial values or coordinates is missing or wrong. */
    HALOCLINE_ERROR_FILE = 10,
    /** The layer below (MPI) failed. */
    HALOCLINE_ERROR_TRANSPORT = 11,
    /** The worker's function or what it returned is wrong. */
    HALOCLINE_ERROR_WORKER = 12,
    /** A defect of Halocline itself. */
    HALOCLINE_ERROR_INTERNAL = 13,
} halocline_code;

/**
 * Elements of 4 bytes: `float`, `real(4)`.
 */
#define HALOCLINE_FLOAT32 4

/**
 * Elements of 8 bytes: `double`, `real(8)`.
 */
#define HALOCLINE_FLOAT64 8

/**
 * Elements of either kind: `kind` of the block says which.
 */
#define HALOCLINE_ANY_KIND 0

/**
 * One rank's part in the coupling. Opaque; lives from halocline_begin until halocline_finish.
 */
typedef struct halocline_session halocline_session;

/**
 * A field in memory of the library: all elements one after the other, i fastest, then j, then level.
 */
typedef struct {
    /**
     * Address of element (0, 0, 0); NULL where nothing is lent, and then all else is 0. The library owns the memory.
     */
    void *data;
    /**
     * Extents along (i, j, level), halo included; for apple, orange and points (cells, 1, level).
     */
    int64_t shape[3];
    /**
     * Width of the halo on all four sides [cells]: the first own cell of a level is element (halo, halo, level).
     */
    int64_t halo;
    /**
     * HALOCLINE_FLOAT32 or HALOCLINE_FLOAT64.
     */
    int32_t kind;
} halocline_block;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Take part in the coupling as a component. Collective over all ranks of all components.
 *
 * Starts MPI when it is not running; the session then ends it too. Waits for the other ranks up to
 * $HALOCLINE_START_TIMEOUT [s] (default 600). After a failure the exit of the process ends the whole job, unless the
 * host has ended MPI before or begins anew.
 *
 * @param session       receives the handle; the library owns it, halocline_finish ends it
 * @param component     name of the component, as in the experiment file
 * @param experiment    path of the experiment file; NULL: $HALOCLINE_EXPERIMENT, else ./experiment.yaml
 * @param communicator  Fortran handle (MPI_Comm_c2f) of a communicator with all ranks of all components;
 *                      -1: MPI_COMM_WORLD. It is duplicated, never used itself.
 * @return 0, or a code; `*session` is then NULL
 */
int32_t halocline_begin(halocline_session **session,
                        const char *component,
                        const char *experiment,
                        int32_t communicator);

/**
 * Give the communicator of this component's ranks.
 *
 * @param session       the session
 * @param communicator  receives its Fortran handle (MPI_Comm_f2c turns it into MPI_Comm); the library owns the
 *                      communicator and frees it in halocline_finish
 * @return 0, or a code
 */
int32_t halocline_local_communicator(halocline_session *session,
                                     int32_t *communicator);

/**
 * End the definition phase: who owes which cell to whom is worked out. Collective over all ranks of all components.
 *
 * @param session  the session, with a domain on each grid of the fields that this component sends or receives
 * @return 0, or a code
 */
int32_t halocline_end_definition(halocline_session *session);

/**
 * Leave in order. Collective over all ranks of all components; ends MPI if halocline_begin started it.
 *
 * @param session  the session; when 0 is returned the handle is no longer valid
 * @return 0, or a code; the session is then still open
 */
int32_t halocline_finish(halocline_session *session);

/**
 * Tell every rank why this one fails, then end the whole job with status 1. Does not return.
 *
 * @param session  the session; NULL where halocline_begin failed
 * @param message  what went wrong, in the host's words; NULL: the last error of this thread
 */
void halocline_abort(halocline_session *session, const char *message);

/**
 * Own all cells of a grid: arrays have shape (nx, ny, levels).
 *
 * @param session  the session, before halocline_end_definition
 * @param grid     name of the grid, as in the experiment file
 * @return 0, or a code
 */
int32_t halocline_define_serial(halocline_session *session, const char *grid);

/**
 * Own no cell of a grid: this rank sends and receives nothing there.
 *
 * @param session  the session, before halocline_end_definition
 * @param grid     name of the grid
 * @return 0, or a code
 */
int32_t halocline_define_empty(halocline_session *session, const char *grid);

/**
 * Own consecutive cells of a grid: arrays have shape (cells, 1, levels).
 *
 * @param session  the session, before halocline_end_definition
 * @param grid     name of the grid
 * @param offset   index j * nx + i of the first cell, from 0
 * @param cells    number of cells
 * @return 0, or a code
 */
int32_t halocline_define_apple(halocline_session *session,
                               const char *grid,
                               int64_t offset,
                               int64_t cells);

/**
 * Own a rectangle of a grid: arrays have shape (ni, nj, levels).
 *
 * @param session  the session, before halocline_end_definition
 * @param grid     name of the grid
 * @param i        column of the first own cell, from 0
 * @param j        row of the first own cell, from 0
 * @param ni       number of columns
 * @param nj       number of rows
 * @return 0, or a code
 */
int32_t halocline_define_box(halocline_session *session,
                             const char *grid,
                             int64_t i,
                             int64_t j,
                             int64_t ni,
                             int64_t nj);

/**
 * Own several segments of consecutive cells: arrays have shape (cells of all segments, 1, levels), segment by segment.
 *
 * @param session   the session, before halocline_end_definition
 * @param grid      name of the grid
 * @param segments  number of segments
 * @param offsets   index of the first cell of each segment, from 0; `segments` of them, copied
 * @param extents   number of cells of each segment; `segments` of them, copied
 * @return 0, or a code
 */
int32_t halocline_define_orange(halocline_session *session,
                                const char *grid,
                                int64_t segments,
                                const int64_t *offsets,
                                const int64_t *extents);

/**
 * Own single cells in any order: arrays have shape (cells, 1, levels), in the order given here.
 *
 * @param session  the session, before halocline_end_definition
 * @param grid     name of the grid
 * @param cells    number of cells
 * @param indices  index j * nx + i of each cell, from 0; `cells` of them, copied
 * @return 0, or a code
 */
int32_t halocline_define_points(halocline_session *session,
                                const char *grid,
                                int64_t cells,
                                const int64_t *indices);

/**
 * Own a rectangle of a grid on some of its levels: arrays have shape (ni, nj, own levels), beginning with `level`.
 *
 * Of a field that ends before `level + levels` the array has fewer levels, of one that ends below `level` none.
 *
 * @param session  the session, before halocline_end_definition
 * @param grid     name of the grid
 * @param i        column of the first own cell, from 0
 * @param j        row of the first own cell, from 0
 * @param level    first own level, from 0
 * @param ni       number of columns
 * @param nj       number of rows
 * @param levels   number of levels
 * @return 0, or a code
 */
int32_t halocline_define_cube(halocline_session *session,
                              const char *grid,
                              int64_t i,
                              int64_t j,
                              int64_t level,
                              int64_t ni,
                              int64_t nj,
                              int64_t levels);

/**
 * Send a field in double precision. Returns as soon as the values are copied; never waits for a computing receiver.
 *
 * @param session  the session, after halocline_end_definition
 * @param field    name of the field, as in the experiment file
 * @param values   address of element (0, 0, 0) of the own cells, axes (i, j, level); only read, and only in this call
 * @param shape    extents along (i, j, level); for apple, orange and points (cells, 1, level) or (cells, level, 1)
 * @param strides  distance between neighbours along (i, j, level) in elements; may be negative; without meaning along
 *                 an extent of 1
 * @param seconds  date of the call in seconds since the start of the run
 * @param sent     receives 1, or 0 where nothing is due at this date; may be NULL
 * @return 0, or a code
 */
int32_t halocline_send_f64(halocline_session *session,
                           const char *field,
                           const double *values,
                           const int64_t *shape,
                           const int64_t *strides,
                           int64_t seconds,
                           int32_t *sent);

/**
 * Send a field in single precision; otherwise as halocline_send_f64.
 */
int32_t halocline_send_f32(halocline_session *session,
                           const char *field,
                           const float *values,
                           const int64_t *shape,
                           const int64_t *strides,
                           int64_t seconds,
                           int32_t *sent);

/**
 * Receive a field in double precision. Waits for the values of this date.
 *
 * @param session   the session, after halocline_end_definition
 * @param field     name of the field, as in the experiment file
 * @param values    address of element (0, 0, 0), axes (i, j, level); the caller's; untouched where nothing is due
 * @param shape     extents along (i, j, level): own cells, or own cells with the halo of the exchange on all four sides;
 *                  for apple, orange and points (cells, 1, level) or (cells, level, 1)
 * @param strides   distance between neighbours along (i, j, level) in elements; may be negative; without meaning along
 *                  an extent of 1
 * @param seconds   date of the call in seconds since the start of the run
 * @param received  receives 1, or 0 where nothing is due at this date; may be NULL
 * @return 0, or a code
 */
int32_t halocline_receive_f64(halocline_session *session,
                              const char *field,
                              double *values,
                              const int64_t *shape,
                              const int64_t *strides,
                              int64_t seconds,
                              int32_t *received);

/**
 * Receive a field in single precision; otherwise as halocline_receive_f64.
 */
int32_t halocline_receive_f32(halocline_session *session,
                              const char *field,
                              float *values,
                              const int64_t *shape,
                              const int64_t *strides,
                              int64_t seconds,
                              int32_t *received);

/**
 * Tell the cells of a received field that somebody sends from those that get the fill value.
 *
 * @param session  the session, after halocline_end_definition
 * @param field    name of a field that this component receives
 * @param values   receives 1 where some rank sends a value, 0 where nobody owns the cell or a closed boundary is crossed
 * @param shape    extents along (i, j, level), as for halocline_receive_f64
 * @param strides  distance between neighbours along (i, j, level) in elements
 * @return 0, or a code
 */
int32_t halocline_mask_f64(halocline_session *session,
                           const char *field,
                           double *values,
                           const int64_t *shape,
                           const int64_t *strides);

/**
 * The mask of a received field in single precision; otherwise as halocline_mask_f64.
 */
int32_t halocline_mask_f32(halocline_session *session,
                           const char *field,
                           float *values,
                           const int64_t *shape,
                           const int64_t *strides);

/**
 * Lend the received block of a field, halo complete, to be read where it lies. Waits for the values of this date.
 *
 * Between ranks of one node this is where the sender wrote: nothing is copied. The pointer is valid until
 * halocline_give_back or halocline_finish; until then the block may be written too, nobody else looks at it. Give it
 * back before the date after next, which otherwise is an error. A field is lent once at a time.
 *
 * @param session  the session, after halocline_end_definition
 * @param field    name of a field that this component receives
 * @param seconds  date of the call in seconds since the start of the run
 * @param kind     HALOCLINE_FLOAT32 or HALOCLINE_FLOAT64: what the caller will read; where the block has other elements
 *                 (`receive_as` of the exchange, else `wire`), that is an error that names both, and nothing is lent.
 *                 HALOCLINE_ANY_KIND: the caller looks at block->kind
 * @param block    receives address, shape (i, j, level), halo and kind; data is NULL where nothing is due and no
 *                 earlier values are held
 * @return 0, or a code
 */
int32_t halocline_lend(halocline_session *session,
                       const char *field,
                       int64_t seconds,
                       int32_t kind,
                       halocline_block *block);

/**
 * Give a received block back: its pointer is not valid any more, and the sender may write there again.
 *
 * @param session  the session
 * @param field    name of a field of which halocline_lend has lent a block
 * @return 0, or a code
 */
int32_t halocline_give_back(halocline_session *session,
                            const char *field);

/**
 * Lend an array to write a field into that halocline_send_output then sends: own cells, without halo.
 *
 * Where one rank of this node receives all of it in one piece, this is that rank's own block and sending copies
 * nothing; otherwise it is memory of the session, and sending copies it. What it holds at first is not defined: write
 * every element. The pointer is valid until halocline_send_output or halocline_finish. May wait until the receiver has
 * taken the message of two dates before. A field is lent once at a time.
 *
 * @param session  the session, after halocline_end_definition
 * @param field    name of a field that this component sends
 * @param seconds  date of the call in seconds since the start of the run
 * @param kind     HALOCLINE_FLOAT32 or HALOCLINE_FLOAT64: what the caller will write; where the array has other elements
 *                 (`wire` of the exchange), that is an error that names both, and nothing is lent.
 *                 HALOCLINE_ANY_KIND: the caller looks at block->kind
 * @param block    receives address, shape (i, j, level), halo 0 and kind; data is NULL where nothing is due
 * @return 0, or a code
 */
int32_t halocline_lend_output(halocline_session *session,
                              const char *field,
                              int64_t seconds,
                              int32_t kind,
                              halocline_block *block);

/**
 * Send what was written into an output that was lent for the same date; its pointer is not valid any more.
 *
 * Never waits for a computing receiver.
 *
 * @param session  the session
 * @param field    name of a field of which halocline_lend_output has lent an array
 * @param seconds  date in seconds since the start of the run: that of halocline_lend_output
 * @return 0, or a code
 */
int32_t halocline_send_output(halocline_session *session,
                              const char *field,
                              int64_t seconds);

/**
 * Copy the message of the last error of this thread.
 *
 * The text is UTF-8, complete: component, rank, field, what was found, what was expected, what to change. It is cut
 * to `length - 1` bytes and always ends with a null byte. Without an error it is empty.
 *
 * @param buffer  where to copy to; the caller's, may be NULL when `length` is 0
 * @param length  bytes of the buffer, the null byte included
 * @return bytes of the whole message without the null byte: a value >= `length` says that the buffer was too short
 */
size_t halocline_error_message(char *buffer,
                               size_t length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HALOCLINE_H */
