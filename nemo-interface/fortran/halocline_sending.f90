!> Send a field: any strided section of real(4) or real(8), without a temporary.
module halocline_sending
   use, intrinsic :: iso_c_binding, only: c_double, c_float, c_int, c_int32_t, c_int64_t
   use halocline_array, only: describe, section
   use halocline_c, only: c_send_f32, c_send_f64, c_text
   use halocline_state, only: session, settle
   implicit none
   private
   public :: halocline_send

   !> call halocline_send(field, array, seconds [, sent] [, ierr])
   !!
   !! * field: name of the field, as in the experiment file
   !! * array: real(4) or real(8), any section; own cells of this rank, only read
   !!   shape (ni, nj), (ni, nj, levels), or (cells), (cells, levels) for apple, orange and points
   !! * seconds: date since the start of the run [s], integer(4) or integer(8)
   !! * sent: false where nothing is due at this date
   !! * ierr: 0, or a code (halocline_codes); absent: an error ends the whole job
   interface halocline_send
      module procedure send_f32_1, send_f32_1_short
      module procedure send_f32_2, send_f32_2_short
      module procedure send_f32_3, send_f32_3_short
      module procedure send_f64_1, send_f64_1_short
      module procedure send_f64_2, send_f64_2_short
      module procedure send_f64_3, send_f64_3_short
   end interface halocline_send

contains

   subroutine send_f32_1(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_float), intent(in), target :: array(:)
      integer(c_int64_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f32(field, describe(array), seconds, sent, ierr)
   end subroutine send_f32_1

   subroutine send_f32_1_short(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_float), intent(in), target :: array(:)
      integer(c_int32_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f32(field, describe(array), int(seconds, c_int64_t), sent, ierr)
   end subroutine send_f32_1_short

   subroutine send_f32_2(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_float), intent(in), target :: array(:, :)
      integer(c_int64_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f32(field, describe(array), seconds, sent, ierr)
   end subroutine send_f32_2

   subroutine send_f32_2_short(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_float), intent(in), target :: array(:, :)
      integer(c_int32_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f32(field, describe(array), int(seconds, c_int64_t), sent, ierr)
   end subroutine send_f32_2_short

   subroutine send_f32_3(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_float), intent(in), target :: array(:, :, :)
      integer(c_int64_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f32(field, describe(array), seconds, sent, ierr)
   end subroutine send_f32_3

   subroutine send_f32_3_short(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_float), intent(in), target :: array(:, :, :)
      integer(c_int32_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f32(field, describe(array), int(seconds, c_int64_t), sent, ierr)
   end subroutine send_f32_3_short

   subroutine send_f64_1(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_double), intent(in), target :: array(:)
      integer(c_int64_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f64(field, describe(array), seconds, sent, ierr)
   end subroutine send_f64_1

   subroutine send_f64_1_short(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_double), intent(in), target :: array(:)
      integer(c_int32_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f64(field, describe(array), int(seconds, c_int64_t), sent, ierr)
   end subroutine send_f64_1_short

   subroutine send_f64_2(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_double), intent(in), target :: array(:, :)
      integer(c_int64_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f64(field, describe(array), seconds, sent, ierr)
   end subroutine send_f64_2

   subroutine send_f64_2_short(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_double), intent(in), target :: array(:, :)
      integer(c_int32_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f64(field, describe(array), int(seconds, c_int64_t), sent, ierr)
   end subroutine send_f64_2_short

   subroutine send_f64_3(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_double), intent(in), target :: array(:, :, :)
      integer(c_int64_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f64(field, describe(array), seconds, sent, ierr)
   end subroutine send_f64_3

   subroutine send_f64_3_short(field, array, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      real(c_double), intent(in), target :: array(:, :, :)
      integer(c_int32_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      call send_section_f64(field, describe(array), int(seconds, c_int64_t), sent, ierr)
   end subroutine send_f64_3_short

   subroutine send_section_f32(field, where, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      type(section), intent(in) :: where
      integer(c_int64_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      integer(c_int32_t) :: code, due
      due = 0_c_int32_t
      code = c_send_f32(session, c_text(field), where%first, where%shape, where%strides, seconds, due)
      if (present(sent)) sent = due /= 0_c_int32_t
      call settle(code, ierr)
   end subroutine send_section_f32

   subroutine send_section_f64(field, where, seconds, sent, ierr)
      character(len=*), intent(in) :: field
      type(section), intent(in) :: where
      integer(c_int64_t), intent(in) :: seconds
      logical, intent(out), optional :: sent
      integer(c_int), intent(out), optional :: ierr
      integer(c_int32_t) :: code, due
      due = 0_c_int32_t
      code = c_send_f64(session, c_text(field), where%first, where%shape, where%strides, seconds, due)
      if (present(sent)) sent = due /= 0_c_int32_t
      call settle(code, ierr)
   end subroutine send_section_f64

end module halocline_sending
