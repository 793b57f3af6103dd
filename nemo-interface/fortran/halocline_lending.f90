!> Fields in memory of the library: received blocks to read in place, outputs to write in place.
!!
!! One text for both verbs and both kinds: halocline_lending.inc.
module halocline_lending_f32
   use, intrinsic :: iso_c_binding, only: c_associated, c_f_pointer, c_int, c_int32_t, c_int64_t, wp => c_float
   use halocline_c, only: bytes_of_element => bytes_of_f32, c_block, c_check_two_axes, c_lend, c_text
   use halocline_state, only: session, settle
   include 'halocline_lending.inc'
end module halocline_lending_f32

module halocline_lending_f64
   use, intrinsic :: iso_c_binding, only: c_associated, c_f_pointer, c_int, c_int32_t, c_int64_t, wp => c_double
   use halocline_c, only: bytes_of_element => bytes_of_f64, c_block, c_check_two_axes, c_lend, c_text
   use halocline_state, only: session, settle
   include 'halocline_lending.inc'
end module halocline_lending_f64

module halocline_lending_output_f32
   use, intrinsic :: iso_c_binding, only: c_associated, c_f_pointer, c_int, c_int32_t, c_int64_t, wp => c_float
   use halocline_c, only: bytes_of_element => bytes_of_f32, c_block, c_check_two_axes, c_lend => c_lend_output, c_text
   use halocline_state, only: session, settle
   include 'halocline_lending.inc'
end module halocline_lending_output_f32

module halocline_lending_output_f64
   use, intrinsic :: iso_c_binding, only: c_associated, c_f_pointer, c_int, c_int32_t, c_int64_t, wp => c_double
   use halocline_c, only: bytes_of_element => bytes_of_f64, c_block, c_check_two_axes, c_lend => c_lend_output, c_text
   use halocline_state, only: session, settle
   include 'halocline_lending.inc'
end module halocline_lending_output_f64

!> call halocline_lend(field, array, seconds [, due] [, ierr]), then call halocline_give_back(field [, ierr])
!!
!! * field: name of a field that this component receives
!! * array: real(4) or real(8), pointer, contiguous; becomes the received block where it lies, halo complete: between
!!   ranks of one node where the sender wrote, so that nothing is copied. Not associated where nothing is due and no
!!   earlier values are held. Valid until halocline_give_back or halocline_finalize; until then it may be written too.
!!   Give it back before the date after next. The kind is that of the block (`receive_as` of the exchange in the
!!   experiment file, else `wire`); another is an error that names both, and nothing is lent.
!!   shape (ni + 2 halo, nj + 2 halo), (ni + 2 halo, nj + 2 halo, levels), lower bounds 1: the first own cell is
!!   (1 + halo, 1 + halo); (cells, 1), (cells, levels) or (cells, 1, levels) for apple, orange and points
!! * seconds: date since the start of the run [s], integer(4) or integer(8)
!! * due: whether a block was lent: associated(array)
!! * ierr: 0, or a code (halocline_codes); absent: an error ends the whole job
!!
!! call halocline_lend_output(field, array, seconds [, due] [, ierr]), then
!! call halocline_send_output(field, seconds [, ierr])
!!
!! * field: name of a field that this component sends
!! * array: as above, but own cells without halo, to be written; what it holds at first is not defined, every element
!!   counts. Where one rank of this node receives all of it in one piece, this is that rank's block and sending copies
!!   nothing; otherwise it is memory of the library, and sending copies it. Not associated where nothing is due. Valid
!!   until halocline_send_output. The kind is `wire` of the exchange.
!! * seconds: the same date in both calls
module halocline_lending
   use, intrinsic :: iso_c_binding, only: c_int, c_int32_t, c_int64_t
   use halocline_c, only: c_give_back, c_send_output, c_text
   use halocline_lending_f32, only: halocline_lend => lend
   use halocline_lending_f64, only: halocline_lend => lend
   use halocline_lending_output_f32, only: halocline_lend_output => lend
   use halocline_lending_output_f64, only: halocline_lend_output => lend
   use halocline_state, only: session, settle
   implicit none
   private
   public :: halocline_lend, halocline_give_back, halocline_lend_output, halocline_send_output

   interface halocline_send_output
      module procedure send_output, send_output_short
   end interface halocline_send_output

contains

   !> Give a received block back; pointers to it are not valid any more.
   subroutine halocline_give_back(field, ierr)
      character(len=*), intent(in) :: field
      integer(c_int), intent(out), optional :: ierr
      call settle(c_give_back(session, c_text(field)), ierr)
   end subroutine halocline_give_back

   !> Send what was written into a lent output; pointers to it are not valid any more.
   subroutine send_output(field, seconds, ierr)
      character(len=*), intent(in) :: field
      integer(c_int64_t), intent(in) :: seconds
      integer(c_int), intent(out), optional :: ierr
      call settle(c_send_output(session, c_text(field), seconds), ierr)
   end subroutine send_output

   subroutine send_output_short(field, seconds, ierr)
      character(len=*), intent(in) :: field
      integer(c_int32_t), intent(in) :: seconds
      integer(c_int), intent(out), optional :: ierr
      call send_output(field, int(seconds, c_int64_t), ierr)
   end subroutine send_output_short

end module halocline_lending
