!> Tell the cells of a received field that somebody sends from those that get the fill value.
module halocline_masking
   use, intrinsic :: iso_c_binding, only: c_double, c_float, c_int
   use halocline_array, only: describe, section
   use halocline_c, only: c_mask_f32, c_mask_f64, c_text
   use halocline_state, only: session, settle
   implicit none
   private
   public :: halocline_mask

   !> call halocline_mask(field, array [, ierr])
   !!
   !! * field: name of a field that this component receives
   !! * array: real(4) or real(8), any section, shapes as for halocline_receive: 1 where some rank sends a value,
   !!   0 where nobody owns the cell or a closed boundary is crossed
   !! * ierr: 0, or a code (halocline_codes); absent: an error ends the whole job
   interface halocline_mask
      module procedure mask_f32_1, mask_f32_2, mask_f32_3, mask_f64_1, mask_f64_2, mask_f64_3
   end interface halocline_mask

contains

   subroutine mask_f32_1(field, array, ierr)
      character(len=*), intent(in) :: field
      real(c_float), intent(inout), target :: array(:)
      integer(c_int), intent(out), optional :: ierr
      type(section) :: where
      where = describe(array)
      call settle(c_mask_f32(session, c_text(field), where%first, where%shape, where%strides), ierr)
   end subroutine mask_f32_1

   subroutine mask_f32_2(field, array, ierr)
      character(len=*), intent(in) :: field
      real(c_float), intent(inout), target :: array(:, :)
      integer(c_int), intent(out), optional :: ierr
      type(section) :: where
      where = describe(array)
      call settle(c_mask_f32(session, c_text(field), where%first, where%shape, where%strides), ierr)
   end subroutine mask_f32_2

   subroutine mask_f32_3(field, array, ierr)
      character(len=*), intent(in) :: field
      real(c_float), intent(inout), target :: array(:, :, :)
      integer(c_int), intent(out), optional :: ierr
      type(section) :: where
      where = describe(array)
      call settle(c_mask_f32(session, c_text(field), where%first, where%shape, where%strides), ierr)
   end subroutine mask_f32_3

   subroutine mask_f64_1(field, array, ierr)
      character(len=*), intent(in) :: field
      real(c_double), intent(inout), target :: array(:)
      integer(c_int), intent(out), optional :: ierr
      type(section) :: where
      where = describe(array)
      call settle(c_mask_f64(session, c_text(field), where%first, where%shape, where%strides), ierr)
   end subroutine mask_f64_1

   subroutine mask_f64_2(field, array, ierr)
      character(len=*), intent(in) :: field
      real(c_double), intent(inout), target :: array(:, :)
      integer(c_int), intent(out), optional :: ierr
      type(section) :: where
      where = describe(array)
      call settle(c_mask_f64(session, c_text(field), where%first, where%shape, where%strides), ierr)
   end subroutine mask_f64_2

   subroutine mask_f64_3(field, array, ierr)
      character(len=*), intent(in) :: field
      real(c_double), intent(inout), target :: array(:, :, :)
      integer(c_int), intent(out), optional :: ierr
      type(section) :: where
      where = describe(array)
      call settle(c_mask_f64(session, c_text(field), where%first, where%shape, where%strides), ierr)
   end subroutine mask_f64_3

end module halocline_masking
