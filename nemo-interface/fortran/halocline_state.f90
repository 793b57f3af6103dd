!> The one session of this process, and what becomes of a code.
module halocline_state
   use, intrinsic :: iso_c_binding, only: c_char, c_int, c_int32_t, c_null_ptr, c_ptr, c_size_t
   use halocline_c, only: c_abort, c_error_message
   implicit none
   private
   public :: session, settle, halocline_error_message

   !> Handle that C gave; null before init and after finalize.
   type(c_ptr), save :: session = c_null_ptr

contains

   !> Hand the code to the host; where it does not ask for it, an error ends the whole job with its full message.
   subroutine settle(code, ierr)
      integer(c_int32_t), intent(in) :: code
      integer(c_int), intent(out), optional :: ierr
      if (present(ierr)) then
         ierr = int(code, c_int)
      else if (code /= 0_c_int32_t) then
         call c_abort(session)
      end if
   end subroutine settle

   !> The message of the last error: component, rank, field, what was found, what was expected, what to change.
   function halocline_error_message() result(message)
      character(len=:), allocatable :: message
      character(kind=c_char), allocatable :: buffer(:)
      integer(c_size_t) :: length, position
      allocate (buffer(1))
      length = c_error_message(buffer, 1_c_size_t)
      deallocate (buffer)
      allocate (buffer(length + 1))
      length = c_error_message(buffer, length + 1)
      allocate (character(len=length) :: message)
      do position = 1, length
         message(position:position) = buffer(position)
      end do
   end function halocline_error_message

end module halocline_state
