!> Codes that `ierr` may hold. Generated from the table of error codes in coupler/src/code.rs; do not edit.
module halocline_codes
   use, intrinsic :: iso_c_binding, only: c_int
   implicit none
   public

   !> The call succeeded.
   integer(c_int), parameter :: halocline_ok = 0_c_int
   integer(c_int), parameter :: halocline_error_experiment = 1_c_int
   integer(c_int), parameter :: halocline_error_mismatch = 2_c_int
   integer(c_int), parameter :: halocline_error_order = 3_c_int
   integer(c_int), parameter :: halocline_error_partition = 4_c_int
   integer(c_int), parameter :: halocline_error_name = 5_c_int
   integer(c_int), parameter :: halocline_error_shape = 6_c_int
   integer(c_int), parameter :: halocline_error_date = 7_c_int
   integer(c_int), parameter :: halocline_error_timeout = 8_c_int
   integer(c_int), parameter :: halocline_error_ended = 9_c_int
   integer(c_int), parameter :: halocline_error_file = 10_c_int
   integer(c_int), parameter :: halocline_error_transport = 11_c_int
   integer(c_int), parameter :: halocline_error_worker = 12_c_int
   integer(c_int), parameter :: halocline_error_internal = 13_c_int
end module halocline_codes
