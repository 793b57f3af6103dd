!> Halocline for Fortran models: exchange fields with other components, as the experiment file says.
!!
!! Order of calls, alike on all ranks of a component:
!!
!!     halocline_init -> halocline_define_* ... -> halocline_end_definition
!!                    -> halocline_send | halocline_receive ... -> halocline_finalize
!!
!! Instead of passing arrays of its own a model may work where the library has them:
!!
!!     halocline_lend -> read -> halocline_give_back          halocline_lend_output -> write -> halocline_send_output
!!
!! Every call has an optional last argument `ierr`: 0, or a code. Without it an error prints its message and ends
!! the whole job with status 1. Names may be padded with blanks.
module halocline
   use halocline_codes
   use halocline_domain, only: halocline_define_apple, halocline_define_box, halocline_define_cube, &
      halocline_define_empty, halocline_define_orange, halocline_define_points, halocline_define_serial
   use halocline_lending, only: halocline_give_back, halocline_lend, halocline_lend_output, halocline_send_output
   use halocline_masking, only: halocline_mask
   use halocline_receiving, only: halocline_receive
   use halocline_sending, only: halocline_send
   use halocline_session, only: halocline_abort, halocline_end_definition, halocline_finalize, halocline_init, &
      halocline_local_communicator
   use halocline_state, only: halocline_error_message
   implicit none
   private

   ! Begin and end
   public :: halocline_init                 ! (component [, experiment] [, comm] [, ierr])
   public :: halocline_local_communicator   ! (comm [, ierr])
   public :: halocline_end_definition       ! ([ierr])
   public :: halocline_finalize             ! ([ierr])
   public :: halocline_abort                ! ([message])

   ! Which cells of a grid this rank owns; indices count from 1
   public :: halocline_define_serial        ! (grid [, ierr])
   public :: halocline_define_empty         ! (grid [, ierr])
   public :: halocline_define_apple         ! (grid, first, cells [, ierr])
   public :: halocline_define_box           ! (grid, i_first, j_first, ni, nj [, ierr])
   public :: halocline_define_orange        ! (grid, first(:), cells(:) [, ierr])
   public :: halocline_define_points        ! (grid, indices(:) [, ierr])
   public :: halocline_define_cube          ! (grid, i_first, j_first, level_first, ni, nj, levels [, ierr])

   ! Fields: real(4) or real(8), axes (i, j, level), any section; seconds integer(4) or integer(8)
   public :: halocline_send                 ! (field, array, seconds [, sent] [, ierr])
   public :: halocline_receive              ! (field, array, seconds [, received] [, ierr])
   public :: halocline_mask                 ! (field, array [, ierr])

   ! Fields in memory of the library: array is a contiguous pointer to real(4) or real(8), axes (i, j, level) or (i, j)
   public :: halocline_lend                 ! (field, array, seconds [, due] [, ierr])
   public :: halocline_give_back            ! (field [, ierr])
   public :: halocline_lend_output          ! (field, array, seconds [, due] [, ierr])
   public :: halocline_send_output          ! (field, seconds [, ierr])

   ! Errors
   public :: halocline_error_message        ! () -> text of the last error
   public :: halocline_ok
   public :: halocline_error_experiment, halocline_error_mismatch, halocline_error_order
   public :: halocline_error_partition, halocline_error_name, halocline_error_shape
   public :: halocline_error_date, halocline_error_timeout, halocline_error_ended
   public :: halocline_error_file, halocline_error_transport, halocline_error_worker
   public :: halocline_error_internal
end module halocline
