/* The interface of OASIS for C models, on Halocline.
 *
 * Generated from nemo-interface/src/oasis; do not edit.
 *
 *     oasis_c_init_comp -> oasis_c_def_partition, oasis_c_def_var ... -> oasis_c_enddef
 *                       -> oasis_c_put | oasis_c_get ... -> oasis_c_terminate
 *
 * - Functions return OASIS_Ok or OASIS_Error. OASIS_CHECK_ERR ends the job with the message of an error;
 *   halocline_error_message (halocline.h) gives it to those who want to go on.
 * - Texts are UTF-8, end with a null byte, and are copied. Communicators that are given out belong to the caller; those of
 *   the component and of its coupled processes must live until oasis_c_terminate.
 * - A process that exits between oasis_c_init_comp and oasis_c_terminate ends the whole job with a status other than 0.
 */

#ifndef OASIS_C_H
#define OASIS_C_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OASIS_COUPLED true
#define OASIS_UNCOUPLED false
#define OASIS_Write_Restart true
#define OASIS_No_Restart false
#define OASIS_No_Gsize 0
#define OASIS_No_Name ""
#define OASIS_No_Companion ""
#define OASIS_No_Partition (-1)

/** Direction of a variable. */
enum { OASIS_OUT = 20, OASIS_IN = 21, OASIS_Out = 20, OASIS_In = 21 };

/** Kind of values. */
enum { OASIS_REAL = 4, OASIS_DOUBLE = 8, OASIS_Real = 4, OASIS_Double = 8 };

/** Which axis of an array is the fastest: the last, or the first. */
enum { OASIS_ROW_MAJOR = 0, OASIS_COL_MAJOR = 1 };

/** Strategies of a partition, the first element of its description. */
enum { OASIS_Serial = 0, OASIS_Apple = 1, OASIS_Box = 2, OASIS_Orange = 3, OASIS_Points = 4, OASIS_Cube = 5 };

/** Positions in the description of a partition, from 0. */
enum {
    OASIS_Strategy = 0,
    OASIS_Offset = 1,
    OASIS_Segments = 1,
    OASIS_Npoints = 1,
    OASIS_Length = 2,
    OASIS_SizeX = 2,
    OASIS_SizeY = 3,
    OASIS_LdX = 4,
    OASIS_LdY = 5,
    OASIS_LdZ = 6
};

/** Lengths of descriptions. */
#define OASIS_Serial_Params 3
#define OASIS_Apple_Params 3
#define OASIS_Box_Params 5
#define OASIS_Cube_Params 7
#define OASIS_Orange_Params(segments) (2 + 2 * (segments))
#define OASIS_Points_Params(points) (2 + (points))

/** What functions return, and what put and get did. */
enum {
    OASIS_Ok = 0,
    OASIS_Success = 0,
    OASIS_Error = -10,
    OASIS_NotDef = -2,
    OASIS_Var_Uncpl = -1,
    OASIS_InOut = 2,
    OASIS_Recvd = 3,
    OASIS_Sent = 4,
    OASIS_LocTrans = 5,
    OASIS_ToRest = 6,
    OASIS_Output = 7,
    OASIS_SentOut = 8,
    OASIS_ToRestOut = 9,
    OASIS_FromRest = 10,
    OASIS_Input = 11,
    OASIS_RecvOut = 12,
    OASIS_FromRestOut = 13,
    OASIS_WaitGroup = 14,
    OASIS_Waitgroup = 14
};

/** End the job with the message of the error where a call of OASIS failed. */
#define OASIS_CHECK_ERR(call) \
    do { \
        if ((call) != OASIS_Ok) halocline_oasis_end(); \
    } while (0)

/** End the job where a call of MPI failed. */
#define OASIS_CHECK_MPI_ERR(call) \
    do { \
        if ((call) != MPI_SUCCESS) oasis_c_abort(0, "", "a call of MPI failed", __FILE__, __LINE__); \
    } while (0)

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Join the job as a process of a component. Collective over all processes of the job; starts MPI when it is not running.
 *
 * @param compid     receives the number of the component, from 1
 * @param comp_name  its name, the same on all its processes
 * @param coupled    OASIS_COUPLED, or OASIS_UNCOUPLED for one that exchanges nothing
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_init_comp(int *compid,
                      const char *comp_name,
                      bool coupled);

/**
 * As oasis_c_init_comp, over the processes of a communicator.
 *
 * @param compid     receives the number of the component, from 1
 * @param comp_name  its name, the same on all its processes
 * @param coupled    OASIS_COUPLED, or OASIS_UNCOUPLED for one that exchanges nothing
 * @param commworld  all processes of all components; MPI is running
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_init_comp_with_comm(int *compid,
                                const char *comp_name,
                                bool coupled,
                                MPI_Comm commworld);

/**
 * End the definition phase. Collective over all processes of all coupled components.
 *
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_enddef(void);

/**
 * Leave in order; ends MPI if oasis_c_init_comp started it. Collective over all processes.
 *
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_terminate(void);

/**
 * End the whole job with a status other than 0. Does not return.
 *
 * @param compid   number of the component; not needed
 * @param routine  where it happened; may be NULL
 * @param message  why; may be NULL
 * @param file     source file; may be NULL
 * @param line     line in it; 0 where it is not known
 * @return never
 */
int oasis_c_abort(int compid, const char *routine, const char *message, const char *file, int line);

/**
 * Give the debug level.
 *
 * @param debug  receives it
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_get_debug(int *debug);

/**
 * Set the debug level: from 10 on, every put and get is written into the log file of the process.
 *
 * @param debug  the level
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_set_debug(int debug);

/**
 * End the whole job because of the last error of this thread. Does not return.
 */
int halocline_oasis_end(void);

/**
 * Give the communicator of this component's processes. It must live until oasis_c_terminate, which uses it.
 *
 * @param localcomm  receives it
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_get_localcomm(MPI_Comm *localcomm);

/**
 * Say which processes of this component take part in the coupling, before the first partition.
 *
 * @param couplcomm  a communicator of them; MPI_COMM_NULL on the others, which only call oasis_c_enddef and
 *                   oasis_c_terminate
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_set_couplcomm(MPI_Comm couplcomm);

/**
 * Make a communicator of the processes that take part in the coupling. Collective over `allcomm`.
 *
 * @param icpl     1 on those that take part, MPI_UNDEFINED on the others
 * @param allcomm  the communicator of the component
 * @param cplcomm  receives the new one, MPI_COMM_NULL on the others
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_create_couplcomm(int icpl, MPI_Comm allcomm, MPI_Comm *cplcomm);

/**
 * Make one communicator of this component and another. Collective over both. The host's from then on.
 *
 * @param new_comm  receives it
 * @param cdnam     name of the other component
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_get_intracomm(MPI_Comm *new_comm,
                          const char *cdnam);

/**
 * Make an intercommunicator of this component and another. Collective over both. The host's from then on.
 *
 * @param new_comm  receives it
 * @param cdnam     name of the other component
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_get_intercomm(MPI_Comm *new_comm,
                          const char *cdnam);

/**
 * Make one communicator of several components. Collective over them. The host's from then on.
 *
 * @param new_comm    receives it
 * @param cdnam_size  number of components
 * @param cdnam       their names, this component's among them
 * @param root_ranks  receives the rank in it of each component's first process; `cdnam_size` elements
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_get_multi_intracomm(MPI_Comm *new_comm,
                                int cdnam_size,
                                const char *const *cdnam,
                                int *root_ranks);

/**
 * Define which cells of a grid this process owns.
 *
 * @param id_part      receives the number of the partition, from 1
 * @param kparal_size  elements of `kparal`
 * @param kparal       strategy and its numbers; offsets and the indices of points count from 0
 * @param ig_size      cells of the whole grid; OASIS_No_Gsize where it is not said
 * @param name         name of the partition, OASIS_No_Name for none
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_def_partition(int *id_part,
                          int kparal_size,
                          const int *kparal,
                          int ig_size,
                          const char *name);

/**
 * Define a variable.
 *
 * @param id           receives its number, from 1; OASIS_Var_Uncpl where the experiment does not mention it, which is
 *                     no error
 * @param name         name of the field in the experiment
 * @param id_part      its partition
 * @param bundle_size  number of levels
 * @param kinout       OASIS_OUT or OASIS_IN
 * @param ktype        OASIS_REAL or OASIS_DOUBLE; not needed: put and get say it again
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_def_var(int *id,
                    const char *name,
                    int id_part,
                    int bundle_size,
                    int kinout,
                    int ktype);

/**
 * Give the number of couplings that a variable takes part in.
 *
 * @param varid  number of the variable
 * @param ncpl   receives it
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_get_ncpl(int varid, int *ncpl);

/**
 * Give the periods [s] of the couplings that a variable takes part in.
 *
 * @param varid      number of the variable
 * @param mop        OASIS_OUT or OASIS_IN, as it is defined
 * @param ncpl       elements of `cpl_freqs`: what oasis_c_get_ncpl gives
 * @param cpl_freqs  receives the periods
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_get_freqs(int varid, int mop, int ncpl, int *cpl_freqs);

/**
 * Put a variable: send it, or take it into what is sent later, where something is due at this date.
 *
 * @param var_id         number of the variable
 * @param date           seconds since the start of the run
 * @param x_size         extent of the first axis
 * @param y_size         extent of the second axis; 1 for a list of cells
 * @param bundle_size    number of levels
 * @param fkind          OASIS_REAL or OASIS_DOUBLE
 * @param storage        OASIS_COL_MAJOR: the first axis is the fastest; OASIS_ROW_MAJOR: the last is
 * @param fld1           x_size * y_size * bundle_size values; only read
 * @param write_restart  OASIS_Write_Restart: write a restart file named with the date too; OASIS_No_Restart
 * @param kinfo          receives what was done: OASIS_Ok for nothing, OASIS_Sent, OASIS_LocTrans, ...
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_put(int var_id,
                int date,
                int x_size,
                int y_size,
                int bundle_size,
                int fkind,
                int storage,
                const void *fld1,
                bool write_restart,
                int *kinfo);

/**
 * Get a variable, where something is due at this date; waits for it.
 *
 * @param var_id       number of the variable
 * @param date         seconds since the start of the run
 * @param x_size       extent of the first axis
 * @param y_size       extent of the second axis; 1 for a list of cells
 * @param bundle_size  number of levels
 * @param fkind        OASIS_REAL or OASIS_DOUBLE
 * @param storage      OASIS_COL_MAJOR: the first axis is the fastest; OASIS_ROW_MAJOR: the last is
 * @param fld          receives x_size * y_size * bundle_size values; untouched where nothing is due
 * @param kinfo        receives what was done: OASIS_Ok for nothing, OASIS_Recvd, OASIS_FromRest, ...
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_get(int var_id,
                int date,
                int x_size,
                int y_size,
                int bundle_size,
                int fkind,
                int storage,
                void *fld,
                int *kinfo);

/**
 * Tell what a put would do at a date.
 *
 * @param varid  number of the variable
 * @param msec   seconds since the start of the run
 * @param kinfo  receives the code that oasis_c_put would give
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_put_inquire(int varid, int msec, int *kinfo);

/**
 * Begin to write grids.
 *
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_start_grids_writing(void);

/**
 * Write longitudes and latitudes of the cells' centres [degrees] into grids.nc.
 *
 * Arrays have the first axis as the fastest. With a partition the call is collective over the processes that take part
 * in the coupling, and the arrays are the own cells of this one; without, they are the whole grid.
 *
 * @param cgrid   name of the grid
 * @param nx      cells of the whole grid along i
 * @param ny      cells of the whole grid along j
 * @param nx_loc  first extent of the arrays
 * @param ny_loc  second extent of the arrays
 * @param lon     longitudes
 * @param lat     latitudes
 * @param partid  number of the partition, or a negative number for none
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_write_grid(const char *cgrid,
                       int nx,
                       int ny,
                       int nx_loc,
                       int ny_loc,
                       const double *lon,
                       const double *lat,
                       int partid);

/**
 * Write longitudes and latitudes of the cells' corners [degrees] into grids.nc.
 *
 * @param cgrid   name of the grid
 * @param nx      cells of the whole grid along i
 * @param ny      cells of the whole grid along j
 * @param nc      corners of a cell
 * @param nx_loc  first extent of the arrays
 * @param ny_loc  second extent of the arrays
 * @param clon    longitudes, axes (nx_loc, ny_loc, nc)
 * @param clat    latitudes, axes (nx_loc, ny_loc, nc)
 * @param partid  number of the partition, or a negative number for none
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_write_corner(const char *cgrid,
                         int nx,
                         int ny,
                         int nc,
                         int nx_loc,
                         int ny_loc,
                         const double *clon,
                         const double *clat,
                         int partid);

/**
 * Write the mask of a grid into masks.nc: 0 for cells in use, 1 for others.
 *
 * @param cgrid      name of the grid
 * @param nx         cells of the whole grid along i
 * @param ny         cells of the whole grid along j
 * @param nx_loc     first extent of the array
 * @param ny_loc     second extent of the array
 * @param mask       the mask
 * @param partid     number of the partition, or a negative number for none
 * @param companion  name of the grid that the mask goes with; NULL or "" for none
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_write_mask(const char *cgrid,
                       int nx,
                       int ny,
                       int nx_loc,
                       int ny_loc,
                       const int *mask,
                       int partid,
                       const char *companion);

/**
 * Write the fraction of each cell in use [-] into masks.nc.
 *
 * @param cgrid      name of the grid
 * @param nx         cells of the whole grid along i
 * @param ny         cells of the whole grid along j
 * @param nx_loc     first extent of the array
 * @param ny_loc     second extent of the array
 * @param frac       the fractions
 * @param partid     number of the partition, or a negative number for none
 * @param companion  name of the grid that the fractions go with; NULL or "" for none
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_write_frac(const char *cgrid,
                       int nx,
                       int ny,
                       int nx_loc,
                       int ny_loc,
                       const double *frac,
                       int partid,
                       const char *companion);

/**
 * Write the area of each cell [m2] into areas.nc.
 *
 * @param cgrid   name of the grid
 * @param nx      cells of the whole grid along i
 * @param ny      cells of the whole grid along j
 * @param nx_loc  first extent of the array
 * @param ny_loc  second extent of the array
 * @param area    the areas
 * @param partid  number of the partition, or a negative number for none
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_write_area(const char *cgrid,
                       int nx,
                       int ny,
                       int nx_loc,
                       int ny_loc,
                       const double *area,
                       int partid);

/**
 * Write the angle of each cell's i axis to the east [degrees] into grids.nc.
 *
 * @param cgrid   name of the grid
 * @param nx      cells of the whole grid along i
 * @param ny      cells of the whole grid along j
 * @param nx_loc  first extent of the array
 * @param ny_loc  second extent of the array
 * @param angle   the angles
 * @param partid  number of the partition, or a negative number for none
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_write_angle(const char *cgrid,
                        int nx,
                        int ny,
                        int nx_loc,
                        int ny_loc,
                        const double *angle,
                        int partid);

/**
 * End the writing of grids: the files are there when it returns on the process that writes them.
 *
 * @return OASIS_Ok or OASIS_Error
 */
int oasis_c_terminate_grids_writing(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* OASIS_C_H */
