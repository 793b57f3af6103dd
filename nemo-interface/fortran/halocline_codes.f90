!> Codes that `ierr` may hold. Generated from the table of error codes in coupler/src/code.rs; do not edit.
module halocline_codes
   use, intrinsic :: iso_c_binding, only: c_int
   implicit none
   public

   !> The call succeeded.
   integer(c_int), parameter :: halocline_ok = 0_c_int
   !> The experiment file is missing, unreadable or wrong.
   integer(c_int), parameter :: halocline_error_experiment = 1_c_int
   !> The two sides do not run the same experiment.
   integer(c_int), parameter :: halocline_error_mismatch = 2_c_int
   !> Calls in the wrong order, or after the end.
   integer(c_int), parameter :: halocline_error_order = 3_c_int
   !> A partition does not fit its grid, or two ranks own one cell.
   integer(c_int), parameter :: halocline_error_partition = 4_c_int
   !> A name that the experiment does not know, or that this component has no part in.
   integer(c_int), parameter :: halocline_error_name = 5_c_int
   !> An array whose shape is not that of the field.
   integer(c_int), parameter :: halocline_error_shape = 6_c_int
   !> A date outside the run, going backwards, or skipping an exchange.
   integer(c_int), parameter :: halocline_error_date = 7_c_int
   !> Nobody came within the time that the experiment allows.
   integer(c_int), parameter :: halocline_error_timeout = 8_c_int
   !> Another rank failed first.
   integer(c_int), parameter :: halocline_error_ended = 9_c_int
   !> A file of initial values or coordinates is missing or wrong.
   integer(c_int), parameter :: halocline_error_file = 10_c_int
   !> The layer below (MPI) failed.
   integer(c_int), parameter :: halocline_error_transport = 11_c_int
   !> The worker's function or what it returned is wrong.
   integer(c_int), parameter :: halocline_error_worker = 12_c_int
   !> A defect of Halocline itself.
   integer(c_int), parameter :: halocline_error_internal = 13_c_int
end module halocline_codes
