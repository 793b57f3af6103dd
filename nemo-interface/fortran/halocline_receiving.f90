!> Receive a field into any strided section of real(4) or real(8), without a temporary.
!!
!! One text for both kinds: halocline_receiving.inc. Its procedures share halocline_receiving_body.inc.
module halocline_receiving_f32
   use, intrinsic :: iso_c_binding, only: c_int, c_int32_t, c_int64_t, wp => c_float
   use halocline_array, only: describe, section
   use halocline_c, only: c_receive => c_receive_f32, c_text
   use halocline_state, only: session, settle
   include 'halocline_receiving.inc'
end module halocline_receiving_f32

module halocline_receiving_f64
   use, intrinsic :: iso_c_binding, only: c_int, c_int32_t, c_int64_t, wp => c_double
   use halocline_array, only: describe, section
   use halocline_c, only: c_receive => c_receive_f64, c_text
   use halocline_state, only: session, settle
   include 'halocline_receiving.inc'
end module halocline_receiving_f64

!> call halocline_receive(field, array, seconds [, received] [, ierr])
!!
!! * field: name of the field, as in the experiment file
!! * array: real(4) or real(8), any section; own cells, or own cells with the halo of the exchange; untouched
!!   where nothing is due;
!!   shape (ni, nj), (ni, nj, levels), or (cells), (cells, levels) for apple, orange and points
!! * seconds: date since the start of the run [s], integer(4) or integer(8)
!! * received: false where nothing is due at this date
!! * ierr: 0, or a code (halocline_codes); absent: an error ends the whole job
module halocline_receiving
   use halocline_receiving_f32, only: halocline_receive
   use halocline_receiving_f64, only: halocline_receive
   implicit none
   private
   public :: halocline_receive
end module halocline_receiving
