!> What becomes of the code of a call of OASIS.
module halocline_oasis_state
   use, intrinsic :: iso_c_binding, only: c_int
   use halocline_oasis_c, only: c_abort, c_end, c_tell
   use halocline_c, only: c_text
   implicit none
   private
   public :: settle, insist, refuse

contains

   !> Hand the code to the host and the message to the log; where the host does not ask for it, an error ends the job.
   subroutine settle(code, kinfo)
      integer(c_int), intent(in) :: code
      integer(c_int), intent(out), optional :: kinfo
      if (present(kinfo)) then
         kinfo = code
         if (code /= 0_c_int) call c_tell()
      else
         call insist(code)
      end if
   end subroutine settle

   !> An error ends the job: the host asks what was done, and relies on it that nothing went wrong.
   subroutine insist(code)
      integer(c_int), intent(in) :: code
      integer(c_int) :: ended
      if (code /= 0_c_int) ended = c_end()
   end subroutine insist

   !> End the job because of something that cannot be done.
   subroutine refuse(routine, message)
      character(len=*), intent(in) :: routine, message
      integer(c_int) :: ended
      ended = c_abort(0_c_int, c_text(routine), c_text(message), c_text(''), 0_c_int)
   end subroutine refuse

end module halocline_oasis_state
