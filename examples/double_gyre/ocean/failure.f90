!> Stop the model with one clear message and a non-zero status.
module failure
   use, intrinsic :: iso_fortran_env, only: error_unit
   use mpi
   implicit none
   private
   public :: fail, require

contains

   !> Print what was found, what was expected and what to change; end all ranks with status 1.
   subroutine fail(found, expected, change)
      character(*), intent(in) :: found, expected, change
      integer :: ierr
      logical :: running
      write (error_unit, '(a)') 'double_gyre: error: '//trim(found)
      write (error_unit, '(a)') '  expected: '//trim(expected)
      write (error_unit, '(a)') '  change:   '//trim(change)
      flush (error_unit)
      call mpi_initialized(running, ierr)
      if (running) call mpi_abort(MPI_COMM_WORLD, 1, ierr)
      error stop 1
   end subroutine fail

   !> Fail unless the condition holds.
   subroutine require(condition, found, expected, change)
      logical, intent(in) :: condition
      character(*), intent(in) :: found, expected, change
      if (.not. condition) call fail(found, expected, change)
   end subroutine require

end module failure
