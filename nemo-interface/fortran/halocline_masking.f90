!> Tell the cells of a received field that somebody sends from those that get the fill value.
!!
!! One text for both kinds: halocline_masking.inc. Its procedures share halocline_masking_body.inc.
module halocline_masking_f32
   use, intrinsic :: iso_c_binding, only: c_int, wp => c_float
   use halocline_array, only: describe, section
   use halocline_c, only: c_mask => c_mask_f32, c_text
   use halocline_state, only: session, settle
   include 'halocline_masking.inc'
end module halocline_masking_f32

module halocline_masking_f64
   use, intrinsic :: iso_c_binding, only: c_int, wp => c_double
   use halocline_array, only: describe, section
   use halocline_c, only: c_mask => c_mask_f64, c_text
   use halocline_state, only: session, settle
   include 'halocline_masking.inc'
end module halocline_masking_f64

!> call halocline_mask(field, array [, ierr])
!!
!! * field: name of a field that this component receives
!! * array: real(4) or real(8), any section, shapes as for halocline_receive: 1 where some rank sends a value,
!!   0 where nobody owns the cell or a closed boundary is crossed
!! * ierr: 0, or a code (halocline_codes); absent: an error ends the whole job
module halocline_masking
   use halocline_masking_f32, only: halocline_mask
   use halocline_masking_f64, only: halocline_mask
   implicit none
   private
   public :: halocline_mask
end module halocline_masking
