!> Send a field: any strided section of real(4) or real(8), without a temporary.
!!
!! One text for both kinds: halocline_sending.inc. Its procedures share halocline_sending_body.inc.
module halocline_sending_f32
   use, intrinsic :: iso_c_binding, only: c_int, c_int32_t, c_int64_t, wp => c_float
   use halocline_array, only: describe, section
   use halocline_c, only: c_send => c_send_f32, c_text
   use halocline_state, only: session, settle
   include 'halocline_sending.inc'
end module halocline_sending_f32

module halocline_sending_f64
   use, intrinsic :: iso_c_binding, only: c_int, c_int32_t, c_int64_t, wp => c_double
   use halocline_array, only: describe, section
   use halocline_c, only: c_send => c_send_f64, c_text
   use halocline_state, only: session, settle
   include 'halocline_sending.inc'
end module halocline_sending_f64

!> call halocline_send(field, array, seconds [, sent] [, ierr])
!!
!! * field: name of the field, as in the experiment file
!! * array: real(4) or real(8), any section; own cells of this rank, only read
!!   shape (ni, nj), (ni, nj, levels), or (cells), (cells, levels) for apple, orange and points
!! * seconds: date since the start of the run [s], integer(4) or integer(8)
!! * sent: false where nothing is due at this date
!! * ierr: 0, or a code (halocline_codes); absent: an error ends the whole job
module halocline_sending
   use halocline_sending_f32, only: halocline_send
   use halocline_sending_f64, only: halocline_send
   implicit none
   private
   public :: halocline_send
end module halocline_sending
